"""Which tag is in which piece: the house's own table. Private: a UID follows a piece wherever it is read."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import Any, Final

from mint.database import HouseDatabase

ID_BYTES: Final = 16


@unique
class TagState(StrEnum):
    """Whether a tag's answer counts. Append only."""

    ACTIVE = "active"
    RETIRED = "retired"
    """Cut out, broken, replaced or opened: what it answers is false from now on."""


@dataclass(frozen=True, slots=True)
class Tag:
    """One chip, and the piece it is in."""

    id: str
    """32 hex digits, drawn by us: what the site's database knows it by, so that no UID is there."""
    uid: bytes = field(repr=False)
    """7 bytes."""
    token_id: int
    key_version: int
    state: TagState


class TagBook:
    """The table of tags. Methods that write belong into a transaction of the database."""

    def __init__(self, database: HouseDatabase) -> None:
        self.database = database

    def add(self, uid: bytes, token_id: int, key_version: int, registered_at: str) -> Tag:
        """Write a tag down. Its UID must not be there yet."""
        tag = Tag(secrets.token_hex(ID_BYTES), uid, token_id, key_version, TagState.ACTIVE)
        self.database.execute(
            "INSERT INTO tag (id, uid, token, key_version, state, registered_at, changed_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (tag.id, uid, str(token_id), key_version, tag.state.value, registered_at, registered_at),
        )
        return tag

    def retire(self, tag: Tag, changed_at: str) -> None:
        """Let a tag count no more. It stays in the table: its answers are known for what they are."""
        self.database.execute(
            "UPDATE tag SET state = ?, changed_at = ? WHERE id = ?", (TagState.RETIRED.value, changed_at, tag.id)
        )

    def of_uid(self, uid: bytes) -> Tag | None:
        """Find the tag of a UID."""
        row = self.database.row("SELECT * FROM tag WHERE uid = ?", (uid,))
        return _tag(row) if row else None

    def of_piece(self, token_id: int) -> list[Tag]:
        """Give the tags of a piece, retired ones too, the oldest first."""
        return self._tags("SELECT * FROM tag WHERE token = ? ORDER BY registered_at, id", (str(token_id),))

    def all(self) -> list[Tag]:
        """Give every tag, in the order they were registered."""
        return self._tags("SELECT * FROM tag ORDER BY registered_at, id", ())

    def versions(self) -> set[int]:
        """Say which versions of the keys some tag was made with."""
        return {int(row["key_version"]) for row in self.database.rows("SELECT DISTINCT key_version FROM tag")}

    def _tags(self, sql: str, arguments: Sequence[Any]) -> list[Tag]:
        return [_tag(row) for row in self.database.rows(sql, arguments)]


def active(tags: Iterable[Tag]) -> list[Tag]:
    """Give those whose answer counts."""
    return [tag for tag in tags if tag.state is TagState.ACTIVE]


def _tag(row: Any) -> Tag:
    return Tag(row["id"], bytes(row["uid"]), int(row["token"]), int(row["key_version"]), TagState(row["state"]))
