"""Connections to one SQLite file."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from verifier.adapters.sql_ports import SQLITE_WORDS, SqlConflictError, SqlError

BUSY_TIMEOUT_S: Final = 5.0
_IDLE_MAX: Final = 8


class SqlitePool:
    """SQLite connections, each used by one thread at a time; as many open as are in use, 8 kept idle.

    `setup` is run in each new connection. Rows are tuples, or where `named` mappings too.
    """

    def __init__(self, path: Path, *setup: str, read_only: bool = False, named: bool = False) -> None:
        self._uri = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}"
        self._setup = setup
        self._named = named
        self._idle: list[sqlite3.Connection] = []
        self._lock = threading.Lock()

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection in autocommit mode; one that saw an error is closed, not kept."""
        with self._lock:
            connection = self._idle.pop() if self._idle else None
        try:
            connection = connection or self._open()
            try:
                yield connection
            except BaseException:
                connection.close()
                raise
        except sqlite3.IntegrityError as error:
            raise SqlConflictError(str(error)) from error
        except sqlite3.Error as error:
            raise SqlError(str(error)) from error
        with self._lock:
            keep = len(self._idle) < _IDLE_MAX
            if keep:
                self._idle.append(connection)
        if not keep:
            connection.close()

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection for one transaction, which is the file's only writer from its first statement on."""
        with self.connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:  # SQLite has rolled back by itself after a full disk
                    connection.execute("ROLLBACK")
                raise

    def prepare(self, schema: str, table: str) -> None:
        """Make the tables of a template, unless `table` is there. Whoever comes second finds it."""
        with self.connection() as connection:
            if connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone() is None:
                connection.executescript(f"BEGIN IMMEDIATE; {schema.format_map(SQLITE_WORDS)} COMMIT;")

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
        if self._named:
            connection.row_factory = sqlite3.Row
        try:
            for statement in self._setup:
                connection.execute(statement)
        except BaseException:
            connection.close()
            raise
        return connection
