"""Blocks in an SQLite file, read only. Mint writes it; its layout is stated here, for both sides."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from provenance_schemas.content_id import ContentId
from verifier.errors import ContentUnavailableError

BLOCK_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS block (
    id INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
    content BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS pin (cid BLOB PRIMARY KEY CHECK (length(cid) = 36)) STRICT;
"""
"""A block is kept by its digest alone: the codec in its id says how to read it, not what it is."""

BUSY_TIMEOUT_S: Final = 5.0
_IDLE_MAX: Final = 8
_SELECT: Final = "SELECT length(content), CASE WHEN length(content) <= ? THEN content END FROM block WHERE digest = ?"


class ConnectionPool:
    """SQLite connections, each used by one thread at a time; as many open as are in use, 8 kept idle."""

    def __init__(self, uri: str, *setup: str) -> None:
        self._uri = uri
        self._setup = setup
        self._idle: list[sqlite3.Connection] = []
        self._lock = threading.Lock()

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection in autocommit mode; one that saw an error is closed, not kept."""
        with self._lock:
            connection = self._idle.pop() if self._idle else None
        connection = connection or self._open()
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        with self._lock:
            keep = len(self._idle) < _IDLE_MAX
            if keep:
                self._idle.append(connection)
        if not keep:
            connection.close()

    def close(self) -> None:
        """Close what is idle. The pool stays usable."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._uri, uri=True, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )
        try:
            for statement in self._setup:
                connection.execute(statement)
        except BaseException:
            connection.close()
            raise
        return connection


class SqlStore:
    """ContentStore over the block file; threads and processes may share the file with its writer."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._pool = ConnectionPool(f"{path.absolute().as_uri()}?mode=ro", "PRAGMA query_only = ON")

    def get(self, cid: ContentId, *, size_max_bytes: int) -> bytes:
        """Return the block, checked. Too long, damaged, missing, no file: ContentUnavailableError."""
        try:
            with self._pool.connection() as connection:
                row = connection.execute(_SELECT, (size_max_bytes, cid.digest)).fetchone()
        except sqlite3.Error as error:
            raise ContentUnavailableError(f"{cid}: {self._path} cannot be read: {error}") from error
        if row is None:
            raise ContentUnavailableError(f"{cid}: not in {self._path}")
        length, content = row
        if content is None:
            raise ContentUnavailableError(f"{cid}: block of {length} bytes, at most {size_max_bytes} wanted")
        if not isinstance(content, bytes) or not cid.matches(content):
            raise ContentUnavailableError(f"{cid}: {self._path} holds damaged bytes for it")
        return content

    def close(self) -> None:
        """Let go of the file."""
        self._pool.close()
