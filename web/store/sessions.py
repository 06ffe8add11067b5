"""Sessions in a table. The browser holds 256 random bits; the table knows only their sha256."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import Final

from sqlalchemy import LABEL_STYLE_TABLENAME_PLUS_COL, Connection, and_, delete, insert, select, update

from loyalty.adapters.sql_database import Database
from web.store.people import Person, person_of
from web.store.people_tables import PERSON, SESSION

ANONYMOUS_AGE_MAX_S: Final = 3_600
"""Long enough to sign up with interruptions; a visitor who only reads has no session at all."""
MEMBER_AGE_MAX_S: Final = 30 * 86_400
STEP_UP_AGE_MAX_S: Final = 600
_TOKEN_BYTES: Final = 32
_TOKEN_MAX: Final = 64
_DEVICE_MAX: Final = 64
_LISTED_MAX: Final = 50
_NO_CHALLENGE: Final = {
    "challenge": None,
    "challenge_purpose": None,
    "challenge_person": None,
    "challenge_name": None,
    "challenge_expires_at": None,
}


@dataclass(frozen=True, slots=True)
class Session:
    """One browser's session, and who it belongs to."""

    id: str
    """The sha256 of the cookie's token, in hex. Not a secret that lets anybody in."""
    person: Person | None
    created_at: int
    expires_at: int
    stepped_up_at: int | None
    csrf: str
    visit: str
    """Names this browser's visit from its first session to its sign-out: it stays when signing in renews the
    session, so that what was scanned before belongs to whoever signs in after. No secret, and lets nobody in."""

    def is_stepped_up(self, now_s: int) -> bool:
        """Say whether the person showed a passkey in this session a short while ago."""
        return self.stepped_up_at is not None and now_s - self.stepped_up_at <= STEP_UP_AGE_MAX_S


@dataclass(frozen=True, slots=True)
class Started:
    """A new session, with the token that only the browser is to keep."""

    session: Session
    token: str


@dataclass(frozen=True, slots=True)
class Challenge:
    """A question that a browser's authenticator is to answer, once."""

    value: bytes
    purpose: str
    person_id: str = ""
    """Whom the answer is for; when somebody signs up, the id that they will have."""
    name: str = ""
    """What a person who signs up calls themselves."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """One of a person's sessions, as they see it in their list."""

    id: str
    device: str
    created_at: int


class SessionStore:
    """Starts, finds and ends sessions."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def start(self, person: Person | None, now_s: int, *, device: str, instead_of: Session | None = None) -> Started:
        """Start a session in place of an older one: whoever knew the old token is outside.

        Every new session takes the expired ones away, so the table holds what is in use.
        """
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        age_s = ANONYMOUS_AGE_MAX_S if person is None else MEMBER_AGE_MAX_S
        stepped_up_at = None if person is None else now_s
        visit = secrets.token_hex(16) if instead_of is None else instead_of.visit
        session = Session(id_of(token), person, now_s, now_s + age_s, stepped_up_at, secrets.token_hex(32), visit)
        with self.database.writing() as connection:
            connection.execute(delete(SESSION).where(SESSION.c.expires_at <= now_s))
            if instead_of is not None:
                _end(connection, instead_of.id)
            connection.execute(
                insert(SESSION).values(
                    id=session.id,
                    person_id=None if person is None else person.id,
                    created_at=now_s,
                    expires_at=session.expires_at,
                    stepped_up_at=stepped_up_at,
                    csrf=session.csrf,
                    visit=visit,
                    device=device[:_DEVICE_MAX],
                )
            )
        return Started(session, token)

    def find(self, token: str, now_s: int) -> Session | None:
        """Find the session of a token; None when it is unknown, ended or too old."""
        if not 0 < len(token) <= _TOKEN_MAX or not token.isascii():
            return None
        query = (
            select(SESSION, PERSON)
            .select_from(SESSION.outerjoin(PERSON, SESSION.c.person_id == PERSON.c.id))
            .where(and_(SESSION.c.id == id_of(token), SESSION.c.expires_at > now_s))
            .set_label_style(LABEL_STYLE_TABLENAME_PLUS_COL)
        )
        with self.database.reading() as connection:
            row = connection.execute(query).mappings().one_or_none()
        if row is None:
            return None
        person = None
        if row["session_person_id"] is not None:
            person = person_of({name: row[f"person_{name}"] for name in PERSON.columns.keys()})  # noqa: SIM118 - columns, by name
        return Session(
            row["session_id"],
            person,
            row["session_created_at"],
            row["session_expires_at"],
            row["session_stepped_up_at"],
            row["session_csrf"],
            row["session_visit"],
        )

    def end(self, session_id: str) -> None:
        """End one session."""
        with self.database.writing() as connection:
            _end(connection, session_id)

    def end_others(self, person_id: str, keep: str) -> int:
        """End every other session of a person; gives how many."""
        with self.database.writing() as connection:
            ended = connection.execute(
                delete(SESSION).where(and_(SESSION.c.person_id == person_id, SESSION.c.id != keep))
            )
        return ended.rowcount

    def list_of(self, person_id: str, now_s: int) -> tuple[SignedIn, ...]:
        """Give a person's sessions, the newest first."""
        query = (
            select(SESSION.c.id, SESSION.c.device, SESSION.c.created_at)
            .where(and_(SESSION.c.person_id == person_id, SESSION.c.expires_at > now_s))
            .order_by(SESSION.c.created_at.desc(), SESSION.c.id)
            .limit(_LISTED_MAX)
        )
        with self.database.reading() as connection:
            return tuple(SignedIn(row.id, row.device, row.created_at) for row in connection.execute(query))

    def end_of(self, person_id: str, session_id: str) -> bool:
        """End one session if it is this person's; says whether it was."""
        with self.database.writing() as connection:
            ended = connection.execute(
                delete(SESSION).where(and_(SESSION.c.person_id == person_id, SESSION.c.id == session_id))
            )
        return ended.rowcount == 1

    def set_challenge(self, session_id: str, challenge: Challenge, expires_at: int) -> None:
        """Remember the one open question of a session; an older one is void."""
        self._update(
            session_id,
            challenge=challenge.value,
            challenge_purpose=challenge.purpose,
            challenge_person=challenge.person_id,
            challenge_name=challenge.name,
            challenge_expires_at=expires_at,
        )

    def take_challenge(self, session_id: str, purpose: str, now_s: int) -> Challenge | None:
        """Give the open question back, once; None when there is none, for something else, or too old."""
        with self.database.writing() as connection:
            row = connection.execute(select(SESSION).where(SESSION.c.id == session_id)).one_or_none()
            connection.execute(update(SESSION).where(SESSION.c.id == session_id).values(_NO_CHALLENGE))
        if row is None or row.challenge is None or row.challenge_purpose != purpose:
            return None
        if row.challenge_expires_at <= now_s:
            return None
        return Challenge(bytes(row.challenge), purpose, row.challenge_person, row.challenge_name)

    def forget_expired(self, now_s: int) -> int:
        """Delete what is too old; gives how many."""
        with self.database.writing() as connection:
            return connection.execute(delete(SESSION).where(SESSION.c.expires_at <= now_s)).rowcount

    def _update(self, session_id: str, **values: object) -> None:
        with self.database.writing() as connection:
            connection.execute(update(SESSION).where(SESSION.c.id == session_id).values(values))


def id_of(token: str) -> str:
    """Name a session by its token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _end(connection: Connection, session_id: str) -> None:
    connection.execute(delete(SESSION).where(SESSION.c.id == session_id))
