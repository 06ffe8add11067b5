"""Blocks into a SQLite file or a PostgreSQL: one durable transaction a call, or nothing."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from mint.content_ports import StoreWriteError, check_block
from provenance_schemas.content_id import ContentId
from provenance_schemas.dag_pb import BLOCK_MAX_BYTES
from provenance_schemas.dag_walk import walk_dag
from provenance_schemas.errors import ContentError
from verifier.adapters.sql_places import open_pool
from verifier.adapters.sql_ports import Place, SqlError
from verifier.adapters.sql_store import BLOCK_SCHEMA, SqlStore
from verifier.errors import ContentUnavailableError

_PAGE_BYTES: Final = 8192
_FILE_MAX_BYTES: Final = 2**40
_PIN_BLOCKS_MAX: Final = 20_000_000
"""A restored backup is pinned as one tree."""

# A row that was damaged on disk is put right by the next write of the same block.
_INSERT: Final = (
    "INSERT INTO block (digest, content) VALUES (?, ?)"
    " ON CONFLICT (digest) DO UPDATE SET content = excluded.content WHERE block.content <> excluded.content"
)


class SqlBlocks:
    """ContentWriter over blocks that SqlStore reads. What returned survives a power cut.

    The file, or the schema, is made when this is built. Several processes may write: they take turns, and one that
    waits longer than 5 seconds (10 on a server) gets a StoreWriteError.
    """

    def __init__(self, place: Place, *, size_max_bytes: int = _FILE_MAX_BYTES) -> None:
        self._place = place
        try:
            if isinstance(place, Path):
                place.parent.mkdir(parents=True, exist_ok=True)
            self._pool = open_pool(
                place,
                f"PRAGMA page_size = {_PAGE_BYTES}",
                "PRAGMA journal_mode = WAL",
                "PRAGMA synchronous = FULL",
                f"PRAGMA max_page_count = {max(size_max_bytes // _PAGE_BYTES, 1)}",
            )
            self._reader = SqlStore(place)
            self._pool.prepare(BLOCK_SCHEMA, "block")
        except (SqlError, OSError) as error:
            raise self._failed(error) from error

    def put_many(self, blocks: Iterable[tuple[ContentId, bytes]]) -> None:
        """Keep all of `blocks` in one transaction; a full disk or an error while they are made keeps none."""
        try:
            with self._pool.writing() as connection:
                for cid, block in blocks:
                    check_block(cid, block)
                    connection.execute(_INSERT, (cid.digest, block))
        except SqlError as error:
            raise self._failed(error) from error

    def pin(self, root: ContentId) -> None:
        """Note `root` after reading every block under it. Nothing is ever collected."""
        try:
            for _ in walk_dag(root, self._get, blocks_max=_PIN_BLOCKS_MAX):
                pass
            with self._pool.connection() as connection:
                connection.execute("INSERT INTO pin (cid) VALUES (?) ON CONFLICT DO NOTHING", (root.raw,))
        except (SqlError, ContentError, ContentUnavailableError) as error:
            raise self._failed(error) from error

    def pins(self) -> list[ContentId]:
        """List what is pinned, for backups."""
        try:
            with self._pool.connection() as connection:
                rows = connection.execute("SELECT cid FROM pin ORDER BY cid").fetchall()
        except SqlError as error:
            raise self._failed(error) from error
        return [ContentId.from_raw(raw) for (raw,) in rows]

    def close(self) -> None:
        """Let go of the connections."""
        self._reader.close()
        self._pool.close()

    def _get(self, cid: ContentId) -> bytes:
        return self._reader.get(cid, size_max_bytes=BLOCK_MAX_BYTES)

    def _failed(self, error: Exception) -> StoreWriteError:
        return StoreWriteError(str(self._place), str(error))
