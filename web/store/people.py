"""People, as the site knows them: a name of their own choice, a role, a language."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select, update

from web.store.people_tables import PERSON

NAME_MAX: Final = 40


@unique
class Role(StrEnum):
    """What a person is to the house. Append only: it is in the table."""

    MEMBER = "member"
    RESELLER = "reseller"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Person:
    """One account."""

    id: str
    """32 hex digits, random."""
    name: str
    role: Role
    language: str
    """An ISO 639-1 code that the site speaks."""
    created_at: int
    """Unix seconds."""


def new_person_id() -> str:
    """Draw an id: it says nothing of the person, so a passkey may carry it too."""
    return secrets.token_hex(16)


def add_person(
    connection: Connection, name: str, role: Role, language: str, now_s: int, *, person_id: str | None = None
) -> Person:
    """Keep a new person, under an id that was drawn before or a new one."""
    person = Person(person_id or new_person_id(), name, role, language, now_s)
    connection.execute(
        insert(PERSON).values(id=person.id, name=name, role=role.value, language=language, created_at=now_s)
    )
    return person


def find_person(connection: Connection, person_id: str) -> Person | None:
    """Find a person; None when there is none."""
    row = connection.execute(select(PERSON).where(PERSON.c.id == person_id)).mappings().one_or_none()
    return None if row is None else person_of(row)


def list_people(connection: Connection, limit: int) -> tuple[Person, ...]:
    """Give people, the newest first."""
    query = select(PERSON).order_by(PERSON.c.created_at.desc(), PERSON.c.id).limit(limit)
    return tuple(person_of(row) for row in connection.execute(query).mappings())


def change_profile(connection: Connection, person_id: str, name: str, language: str) -> None:
    """Call a person by another name, in another language."""
    connection.execute(update(PERSON).where(PERSON.c.id == person_id).values(name=name, language=language))


def delete_person(connection: Connection, person_id: str) -> None:
    """Delete a person, with their passkeys, codes and sessions."""
    connection.execute(delete(PERSON).where(PERSON.c.id == person_id))


def set_role(connection: Connection, person_id: str, role: Role) -> None:
    """Give a person another role."""
    connection.execute(update(PERSON).where(PERSON.c.id == person_id).values(role=role.value))


def person_of(row: Mapping[Any, Any]) -> Person:
    """Read a person from a row's columns, by name."""
    return Person(row["id"], row["name"], Role(row["role"]), row["language"], row["created_at"])
