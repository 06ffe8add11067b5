"""Reports of suspicious pieces: kept for the house for some days, and taken back by whoever has the code."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import Any, Final

from sqlalchemy import and_, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from loyalty.adapters.sql_database import Database
from provenance_schemas import crockford
from web.errors import WebError
from web.store.staff_log import StaffAction, note
from web.store.suspicion_tables import SUSPICION

KEPT_DAYS: Final = 90
KEPT_MAX: Final = 20_000
LISTED_MAX: Final = 200
PHOTO_MAX_BYTES: Final = 4 * 1024 * 1024
_DAY_S: Final = 86_400
_CODE_LENGTH: Final = 16
"""Characters of 5 bits: nobody tries 2^80 codes, so a plain hash is enough."""
_GROUP: Final = 4
_TYPED_MAX: Final = 64
_HASH_TAG: Final = b"assay/suspicion/1\0"
_LIST: Final = [column for column in SUSPICION.c if column.name != "photo"]


class TooManySuspicionsError(WebError):
    """As many reports are kept as may be. Nothing was kept; the house has to handle some, or they expire."""


@unique
class Suspected(StrEnum):
    """What is wrong. Append only: it is in the table."""

    FALSE_LABEL = "false_label"
    DETAILS_DIFFER = "details_differ"
    COPIED_LABEL = "copied_label"
    STOLEN = "stolen"
    SELLER = "seller"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSuspicion:
    """What somebody tells us."""

    id: str
    """Drawn with the form, so that a form sent twice is one report."""
    wrong: Suspected
    place: str
    """Where it was seen: a shop, an address online. May be empty."""
    words: str
    contact: str = field(repr=False)
    label: bytes | None
    """The label's commitment, where a photo showed one."""
    photo: bytes | None = field(repr=False)
    """Made anew from its pixels; None without consent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """A report that is kept."""

    id: str
    reported_at: int
    delete_at: int
    wrong: Suspected
    place: str
    words: str
    contact: str = field(repr=False)
    label: bytes | None
    has_photo: bool
    handled_at: int | None


class Suspicions:
    """Keeps reports of suspicious pieces."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, new: NewSuspicion, now_s: int, kept_days: int) -> str | None:
        """Keep a report; give the code that takes it back, which is kept as a hash only.

        None: it is kept already, and its code was shown. Raises TooManySuspicionsError.
        """
        code = _grouped("".join(secrets.choice(crockford.ALPHABET) for _ in range(_CODE_LENGTH)))
        assert new.photo is None or len(new.photo) <= PHOTO_MAX_BYTES, "made anew, and so small"
        row = {
            "id": new.id,
            "reported_at": now_s,
            "delete_at": now_s + kept_days * _DAY_S,
            "wrong": new.wrong.value,
            "place": new.place,
            "words": new.words,
            "contact": new.contact,
            "label": new.label,
            "photo": new.photo,
            "code_hash": _hash_of(code),
        }
        try:
            with self._database.writing() as connection:
                if connection.execute(select(func.count()).select_from(SUSPICION)).scalar_one() >= KEPT_MAX:
                    raise TooManySuspicionsError(f"{KEPT_MAX} reports are kept")
                connection.execute(insert(SUSPICION).values(row))
        except IntegrityError:
            return None
        return code

    def withdraw(self, typed: str) -> bool:
        """Delete the report of a code, photo and all; says whether there was one."""
        plain = crockford.normalise(typed) if len(typed) <= _TYPED_MAX else None
        if plain is None or plain.stranger is not None or len(plain.symbols) != _CODE_LENGTH:
            return False
        found = SUSPICION.c.code_hash == _hash_of(_grouped(plain.symbols))
        with self._database.writing() as connection:
            return connection.execute(delete(SUSPICION).where(found)).rowcount == 1

    def purge(self, now_s: int) -> int:
        """Delete what is kept too long, handled or not; gives how many."""
        with self._database.writing() as connection:
            return connection.execute(delete(SUSPICION).where(SUSPICION.c.delete_at <= now_s)).rowcount

    def newest(self, now_s: int, *, limit: int = 100) -> tuple[Suspicion, ...]:
        """List the newest, those that wait before those that were handled."""
        query = (
            select(*_LIST, SUSPICION.c.photo.is_not(None).label("has_photo"))
            .where(SUSPICION.c.delete_at > now_s)
            .order_by(SUSPICION.c.handled_at.is_not(None), SUSPICION.c.reported_at.desc(), SUSPICION.c.id)
            .limit(min(limit, LISTED_MAX))
        )
        with self._database.reading() as connection:
            return tuple(_suspicion(row) for row in connection.execute(query).mappings())

    def find(self, suspicion_id: str, now_s: int) -> Suspicion | None:
        """Find one; None when it is gone, or should be."""
        query = select(*_LIST, SUSPICION.c.photo.is_not(None).label("has_photo")).where(
            and_(SUSPICION.c.id == suspicion_id, SUSPICION.c.delete_at > now_s)
        )
        with self._database.reading() as connection:
            row = connection.execute(query).mappings().one_or_none()
        return _suspicion(row) if row is not None else None

    def photo(self, suspicion_id: str, now_s: int) -> bytes | None:
        """Give the photo of one; None without any."""
        query = select(SUSPICION.c.photo).where(and_(SUSPICION.c.id == suspicion_id, SUSPICION.c.delete_at > now_s))
        with self._database.reading() as connection:
            content: bytes | None = connection.execute(query).scalar_one_or_none()
        return content

    def count_waiting(self, now_s: int) -> int:
        """Count those that nobody handled yet."""
        waits = and_(SUSPICION.c.handled_at.is_(None), SUSPICION.c.delete_at > now_s)
        query = select(func.count()).select_from(SUSPICION).where(waits)
        with self._database.reading() as connection:
            count: int = connection.execute(query).scalar_one()
        return count

    def handle(self, suspicion_id: str, person_id: str, now_s: int) -> None:
        """Mark one as handled, once, with a line in the staff's log. It stays until its day."""
        waits = and_(SUSPICION.c.id == suspicion_id, SUSPICION.c.handled_at.is_(None))
        with self._database.writing() as connection:
            done = connection.execute(update(SUSPICION).where(waits).values(handled_at=now_s, handled_by=person_id))
            if done.rowcount:
                note(connection, StaffAction.SUSPICION_HANDLED, person_id, now_s, detail=suspicion_id[:8])


def _suspicion(row: Mapping[Any, Any]) -> Suspicion:
    return Suspicion(
        id=row["id"],
        reported_at=row["reported_at"],
        delete_at=row["delete_at"],
        wrong=Suspected(row["wrong"]),
        place=row["place"],
        words=row["words"],
        contact=row["contact"],
        label=row["label"],
        has_photo=bool(row["has_photo"]),
        handled_at=row["handled_at"],
    )


def _hash_of(code: str) -> bytes:
    return hashlib.sha256(_HASH_TAG + code.encode()).digest()


def _grouped(symbols: str) -> str:
    return "-".join(symbols[i : i + _GROUP] for i in range(0, len(symbols), _GROUP))
