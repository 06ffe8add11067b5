"""Passkeys: the public half of a key that a person's device keeps, and how often it was used."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, and_, delete, func, insert, select, update

from web.store.people_tables import PASSKEY

PASSKEYS_MAX: Final = 10
"""As many as one person keeps."""
_HANDLE_CHARACTERS: Final = 32


@dataclass(frozen=True, slots=True)
class Passkey:
    """One passkey."""

    id: bytes
    """The credential's id, chosen by its authenticator: 1 to 1,023 bytes."""
    person_id: str
    rp_id: str
    """The host name it was made for; a browser offers it nowhere else."""
    public_key: bytes
    """A COSE key."""
    sign_count: int
    """How often it signed, as it says itself; 0 for the many that do not count."""
    name: str
    backed_up: bool
    """Its maker's cloud keeps a copy: losing the device does not lose it."""
    created_at: int
    used_at: int | None

    @property
    def handle(self) -> str:
        """Name the passkey in our own addresses and forms: 32 hex digits."""
        return hashlib.sha256(self.id).hexdigest()[:_HANDLE_CHARACTERS]


def add_passkey(connection: Connection, passkey: Passkey) -> None:
    """Keep a new passkey."""
    connection.execute(
        insert(PASSKEY).values(
            id=passkey.id,
            person_id=passkey.person_id,
            rp_id=passkey.rp_id,
            public_key=passkey.public_key,
            sign_count=passkey.sign_count,
            name=passkey.name,
            backed_up=int(passkey.backed_up),
            created_at=passkey.created_at,
            used_at=passkey.used_at,
        )
    )


def find_passkey(connection: Connection, passkey_id: bytes) -> Passkey | None:
    """Find a passkey; None when it is unknown."""
    row = connection.execute(select(PASSKEY).where(PASSKEY.c.id == passkey_id)).mappings().one_or_none()
    return None if row is None else _passkey_of(row)


def passkeys_of(connection: Connection, person_id: str) -> tuple[Passkey, ...]:
    """Give a person's passkeys, the oldest first."""
    query = select(PASSKEY).where(PASSKEY.c.person_id == person_id).order_by(PASSKEY.c.created_at, PASSKEY.c.id)
    return tuple(_passkey_of(row) for row in connection.execute(query).mappings())


def count_passkeys(connection: Connection, person_id: str) -> int:
    """Count a person's passkeys."""
    query = select(func.count()).select_from(PASSKEY).where(PASSKEY.c.person_id == person_id)
    count: int = connection.execute(query).scalar_one()
    return count


def note_use(connection: Connection, passkey_id: bytes, sign_count: int, *, backed_up: bool, now_s: int) -> bool:
    """Note that a passkey signed. False, and nothing is written, when its count did not go up: there is a copy.

    An authenticator that does not count says 0 for ever.
    """
    counts_up = PASSKEY.c.sign_count < sign_count
    if sign_count == 0:
        counts_up = PASSKEY.c.sign_count == 0
    noted = connection.execute(
        update(PASSKEY)
        .where(and_(PASSKEY.c.id == passkey_id, counts_up))
        .values(sign_count=sign_count, backed_up=int(backed_up), used_at=now_s)
    )
    return noted.rowcount == 1


def rename_passkey(connection: Connection, passkey: Passkey, name: str) -> None:
    """Give a passkey another name."""
    connection.execute(update(PASSKEY).where(PASSKEY.c.id == passkey.id).values(name=name))


def remove_passkey(connection: Connection, passkey: Passkey) -> None:
    """Forget a passkey: it signs nobody in any more."""
    connection.execute(delete(PASSKEY).where(PASSKEY.c.id == passkey.id))


def _passkey_of(row: Mapping[Any, Any]) -> Passkey:
    return Passkey(
        bytes(row["id"]),
        row["person_id"],
        row["rp_id"],
        bytes(row["public_key"]),
        row["sign_count"],
        row["name"],
        bool(row["backed_up"]),
        row["created_at"],
        row["used_at"],
    )
