"""Invitations to a role: one use, a few days, and only their hashes kept."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select, update

from web.store.people import Role
from web.store.people_tables import INVITATION

TOKEN_MAX: Final = 64
_TOKEN_BYTES: Final = 32
_HASH_TAG: Final = b"assay/invitation/1\0"
_HANDLE_CHARACTERS: Final = 16


@dataclass(frozen=True, slots=True)
class Invitation:
    """One invitation that nobody has accepted yet."""

    hash: bytes
    role: Role
    made_at: int
    expires_at: int

    @property
    def handle(self) -> str:
        """Name the invitation to whoever made it: 16 hex digits, of no use to a guest."""
        return self.hash.hex()[:_HANDLE_CHARACTERS]


def invite(connection: Connection, role: Role, now_s: int, *, age_max_s: int) -> str:
    """Make an invitation; gives its token, 256 random bits that are kept nowhere."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    connection.execute(
        insert(INVITATION).values(
            hash=_hash_of(token), role=role.value, made_at=now_s, expires_at=now_s + age_max_s, used_by=None
        )
    )
    return token


def find_invitation(connection: Connection, token: str, now_s: int) -> Invitation | None:
    """Find an open invitation; None when it is unknown, used or too old."""
    if not 0 < len(token) <= TOKEN_MAX or not token.isascii():
        return None
    query = select(INVITATION).where(and_(INVITATION.c.hash == _hash_of(token), _is_open(now_s)))
    row = connection.execute(query).one_or_none()
    return None if row is None else Invitation(bytes(row.hash), Role(row.role), row.made_at, row.expires_at)


def use_invitation(connection: Connection, invitation: Invitation, person_id: str) -> None:
    """Write down who accepted it."""
    connection.execute(update(INVITATION).where(INVITATION.c.hash == invitation.hash).values(used_by=person_id))


def open_invitations(connection: Connection, now_s: int) -> tuple[Invitation, ...]:
    """Give every invitation that can still be accepted, the newest first."""
    query = select(INVITATION).where(_is_open(now_s)).order_by(INVITATION.c.made_at.desc(), INVITATION.c.hash)
    return tuple(
        Invitation(bytes(row.hash), Role(row.role), row.made_at, row.expires_at) for row in connection.execute(query)
    )


def withdraw_invitation(connection: Connection, invitation: Invitation) -> None:
    """Forget an invitation: nobody can accept it any more."""
    connection.execute(delete(INVITATION).where(INVITATION.c.hash == invitation.hash))


def _is_open(now_s: int) -> ColumnElement[bool]:
    return and_(INVITATION.c.used_by.is_(None), INVITATION.c.expires_at > now_s)


def _hash_of(token: str) -> bytes:
    return hashlib.sha256(_HASH_TAG + token.encode()).digest()
