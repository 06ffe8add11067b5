"""What staff have begun to write: a registration with its photos, or a step. Kept until it is recorded."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import Any, Final

from sqlalchemy import Connection, and_, delete, func, insert, select, update

from loyalty.adapters.sql_database import Database
from web.errors import WebError
from web.store.console_tables import CONSOLE_DRAFT, CONSOLE_PHOTO

DRAFT_AGE_MAX_S: Final = 90 * 86_400
DRAFTS_MAX: Final = 100
"""Of one person."""
PIECE: Final = 0
"""Place of a photo of the piece itself; from 1 on, of the mark with that number."""
_IS_OPEN: Final = CONSOLE_DRAFT.c.state == "open"


class ForeignDraftError(WebError):
    """A draft with this id belongs to somebody else, or is being recorded already. Nothing was kept."""


class TooManyDraftsError(WebError):
    """A person has as many drafts as anybody may have. Nothing was kept; delete one first."""


@unique
class DraftKind(StrEnum):
    """What is being written. Append only: it is in the table."""

    REGISTER = "register"
    STEP = "step"


@unique
class DraftState(StrEnum):
    """How far a draft has come. Append only: it is in the table."""

    OPEN = "open"
    ASKED = "asked"
    """A job records it: it is not changed any more."""
    DONE = "done"


@dataclass(frozen=True, slots=True)
class NewPhoto:
    """A photo that was made safe."""

    place: int
    content: bytes = field(repr=False)
    sha256: bytes
    width: int
    height: int
    alt: str = ""


@dataclass(frozen=True, slots=True)
class DraftPhoto:
    """A photo of a draft, without its bytes."""

    id: str
    place: int
    width: int
    height: int
    alt: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wrote so far."""

    id: str
    """32 hex digits, drawn by the page that began it: sent twice, it is kept once."""
    person_id: str
    kind: DraftKind
    token: str
    """Of the piece a step belongs to; empty for a registration."""
    fields: Mapping[str, str]
    state: DraftState
    job_id: str | None
    """The last one that was to record it."""
    changed_at: int
    photos: tuple[DraftPhoto, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftChange:
    """What one sending of a form brings."""

    id: str
    person_id: str
    kind: DraftKind
    fields: Mapping[str, str]
    token: str = ""
    photos: Sequence[NewPhoto] = ()
    alts: Mapping[str, str] = field(default_factory=dict)
    """Words for photos that are there already, by id."""
    dropped: Sequence[str] = ()
    """Photos to leave out, by id."""


class Drafts:
    """Keeps drafts. Every method is one transaction; those with a connection join the caller's."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def keep(self, change: DraftChange, now_s: int) -> Draft:
        """Keep a form as it was sent, whole, in place of what was there; photos are added to those before.

        What nobody touched for three months goes.
        Raises ForeignDraftError, TooManyDraftsError, DatabaseUnavailableError: nothing was kept.
        """
        with self.database.writing() as connection:
            connection.execute(delete(CONSOLE_DRAFT).where(CONSOLE_DRAFT.c.changed_at < now_s - DRAFT_AGE_MAX_S))
            _keep_fields(connection, change, now_s)
            for photo_id in change.dropped:
                connection.execute(delete(CONSOLE_PHOTO).where(_photo_of(change.id, photo_id)))
            for photo_id, alt in change.alts.items():
                words = update(CONSOLE_PHOTO).where(_photo_of(change.id, photo_id)).values(alt=alt)
                connection.execute(words)
            for photo in change.photos:
                _keep_photo(connection, change.id, photo)
            found = find_draft(connection, change.id)
        assert found is not None, "it was just written"
        return found

    def find(self, draft_id: str) -> Draft | None:
        """Find a draft; None when there is none."""
        with self.database.reading() as connection:
            return find_draft(connection, draft_id)

    def of_person(self, person_id: str, kind: DraftKind) -> tuple[Draft, ...]:
        """List what a person wrote, the newest first."""
        with self.database.reading() as connection:
            query = (
                select(CONSOLE_DRAFT)
                .where(and_(CONSOLE_DRAFT.c.person_id == person_id, CONSOLE_DRAFT.c.kind == kind.value))
                .order_by(CONSOLE_DRAFT.c.changed_at.desc(), CONSOLE_DRAFT.c.id)
                .limit(DRAFTS_MAX)
            )
            return tuple(_draft(row, ()) for row in connection.execute(query).mappings())

    def of_job(self, job_id: str) -> Draft | None:
        """Find the draft that a job records, without its photos; None when it is gone."""
        with self.database.reading() as connection:
            query = select(CONSOLE_DRAFT).where(CONSOLE_DRAFT.c.job_id == job_id)
            row = connection.execute(query).mappings().one_or_none()
        return None if row is None else _draft(row, ())

    def photo(self, draft_id: str, photo_id: str) -> bytes | None:
        """Read a photo's bytes; None when there is none."""
        with self.database.reading() as connection:
            query = select(CONSOLE_PHOTO.c.content).where(_photo_of(draft_id, photo_id))
            content = connection.execute(query).scalar_one_or_none()
        return None if content is None else bytes(content)

    def drop(self, draft_id: str, person_id: str) -> bool:
        """Delete a person's draft that is not being recorded; say whether there was one."""
        mine = and_(CONSOLE_DRAFT.c.id == draft_id, CONSOLE_DRAFT.c.person_id == person_id, _IS_OPEN)
        with self.database.writing() as connection:
            return connection.execute(delete(CONSOLE_DRAFT).where(mine)).rowcount == 1

    def release(self, draft_id: str) -> None:
        """Let a draft be changed again: it was refused."""
        with self.database.writing() as connection:
            _set_state(connection, draft_id, DraftState.OPEN)

    def recorded(self, draft_id: str) -> None:
        """Close a draft that is recorded, and drop its photos: they are published now."""
        with self.database.writing() as connection:
            _set_state(connection, draft_id, DraftState.DONE)
            connection.execute(delete(CONSOLE_PHOTO).where(CONSOLE_PHOTO.c.draft_id == draft_id))


def find_draft(connection: Connection, draft_id: str) -> Draft | None:
    """Find a draft with its photos, in an open transaction."""
    row = connection.execute(select(CONSOLE_DRAFT).where(CONSOLE_DRAFT.c.id == draft_id)).mappings().one_or_none()
    if row is None:
        return None
    columns = (CONSOLE_PHOTO.c[name] for name in ("id", "place", "width", "height", "alt"))
    photos = connection.execute(
        select(*columns)
        .where(CONSOLE_PHOTO.c.draft_id == draft_id)
        .order_by(CONSOLE_PHOTO.c.place, CONSOLE_PHOTO.c.ordinal)
    )
    return _draft(row, tuple(DraftPhoto(*photo) for photo in photos))


def hand_over(connection: Connection, draft_id: str, job_id: str) -> None:
    """Note which job records a draft: from now on it is not changed."""
    _set_state(connection, draft_id, DraftState.ASKED, job_id=job_id)


def _set_state(connection: Connection, draft_id: str, state: DraftState, **values: object) -> None:
    draft = update(CONSOLE_DRAFT).where(CONSOLE_DRAFT.c.id == draft_id)
    connection.execute(draft.values(state=state.value, **values))


def _keep_fields(connection: Connection, change: DraftChange, now_s: int) -> None:
    present = connection.execute(select(CONSOLE_DRAFT).where(CONSOLE_DRAFT.c.id == change.id)).mappings().one_or_none()
    text = json.dumps(dict(change.fields), ensure_ascii=False)
    if present is None:
        mine = CONSOLE_DRAFT.c.person_id == change.person_id
        open_now = and_(mine, _IS_OPEN)
        count = connection.execute(select(func.count()).select_from(CONSOLE_DRAFT).where(open_now)).scalar_one()
        if count >= DRAFTS_MAX:
            raise TooManyDraftsError(f"{count} drafts")
        values = {
            "id": change.id,
            "person_id": change.person_id,
            "kind": change.kind.value,
            "token": change.token,
            "fields": text,
            "state": DraftState.OPEN.value,
            "created_at": now_s,
            "changed_at": now_s,
        }
        connection.execute(insert(CONSOLE_DRAFT).values(values))
        return
    known = (present["person_id"], present["kind"], present["token"], present["state"])
    if known != (change.person_id, change.kind.value, change.token, DraftState.OPEN.value):
        raise ForeignDraftError("not this person's, or being recorded")
    changed = update(CONSOLE_DRAFT).where(CONSOLE_DRAFT.c.id == change.id).values(fields=text, changed_at=now_s)
    connection.execute(changed)


def _keep_photo(connection: Connection, draft_id: str, photo: NewPhoto) -> None:
    """Keep a photo once, however often it is sent; a mark has one photo, and a new one takes its place."""
    here = and_(CONSOLE_PHOTO.c.draft_id == draft_id, CONSOLE_PHOTO.c.place == photo.place)
    same = and_(here, CONSOLE_PHOTO.c.sha256 == photo.sha256)
    if connection.execute(select(CONSOLE_PHOTO.c.id).where(same)).one_or_none() is not None:
        return
    if photo.place != PIECE:
        connection.execute(delete(CONSOLE_PHOTO).where(here))
    last = connection.execute(select(func.max(CONSOLE_PHOTO.c.ordinal)).where(here)).scalar_one()
    values = {
        "id": secrets.token_hex(16),
        "draft_id": draft_id,
        "place": photo.place,
        "ordinal": 0 if last is None else last + 1,
        "sha256": photo.sha256,
        "content": photo.content,
        "width": photo.width,
        "height": photo.height,
        "alt": photo.alt,
    }
    connection.execute(insert(CONSOLE_PHOTO).values(values))


def _photo_of(draft_id: str, photo_id: str) -> Any:
    return and_(CONSOLE_PHOTO.c.draft_id == draft_id, CONSOLE_PHOTO.c.id == photo_id)


def _draft(row: Mapping[Any, Any], photos: tuple[DraftPhoto, ...]) -> Draft:
    return Draft(
        row["id"],
        row["person_id"],
        DraftKind(row["kind"]),
        row["token"],
        json.loads(row["fields"]),
        DraftState(row["state"]),
        row["job_id"],
        row["changed_at"],
        photos,
    )
