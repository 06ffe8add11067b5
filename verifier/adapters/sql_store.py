"""Blocks in a SQLite file or a PostgreSQL, read only. Mint writes them; their layout is stated here, for both sides."""

from __future__ import annotations

from typing import Final

from provenance_schemas.content_id import ContentId
from verifier.adapters.sql_places import open_pool
from verifier.adapters.sql_ports import Place, SqlError
from verifier.errors import ContentDamagedError, ContentMissingError, ContentUnavailableError

BLOCK_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS block (
    id {id},
    digest {bytes} NOT NULL UNIQUE CHECK (length(digest) = 32),
    content {bytes} NOT NULL
) {strict};
CREATE TABLE IF NOT EXISTS pin (cid {bytes} PRIMARY KEY CHECK (length(cid) = 36)) {strict};
"""
"""A block is kept by its digest alone: the codec in its id says how to read it, not what it is."""

_SELECT: Final = "SELECT length(content), CASE WHEN length(content) <= ? THEN content END FROM block WHERE digest = ?"


class SqlStore:
    """ContentStore over the blocks of a house; threads and processes may share them with their writer."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._pool = open_pool(place, "PRAGMA query_only = ON", read_only=True)

    def get(self, cid: ContentId, *, size_max_bytes: int) -> bytes:
        """Return the block, checked. Too long, damaged, missing, no file: ContentUnavailableError."""
        try:
            with self._pool.connection() as connection:
                row = connection.execute(_SELECT, (size_max_bytes, cid.digest)).fetchone()
        except SqlError as error:
            raise ContentUnavailableError(f"{cid}: {self._place} cannot be read: {error}") from error
        if row is None:
            raise ContentMissingError(f"{cid}: not in {self._place}")
        length, content = row
        if content is None:
            raise ContentUnavailableError(f"{cid}: block of {length} bytes, at most {size_max_bytes} wanted")
        if not isinstance(content, bytes) or not cid.matches(content):
            raise ContentDamagedError(f"{cid}: {self._place} holds damaged bytes for it")
        return content

    def ask(self) -> None:
        """Read one row, if the blocks can be read. Raises ContentUnavailableError."""
        try:
            with self._pool.connection() as connection:
                connection.execute("SELECT 1 FROM block LIMIT 1").fetchone()
        except SqlError as error:
            raise ContentUnavailableError(f"{self._place} cannot be read: {error}") from error

    def close(self) -> None:
        """Let go of the connections."""
        self._pool.close()
