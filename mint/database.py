"""The house's own database: one private SQLite file. What a transaction saved survives a power cut."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from mint.errors import HouseWriteError

_BUSY_S: Final = 5.0
_PAGE_BYTES: Final = 4096
_SIZE_MAX_BYTES: Final = 2**36

_VERSION: Final = 1
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS intent (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    job TEXT NOT NULL,
    wave INTEGER NOT NULL,
    what TEXT NOT NULL,
    sender TEXT NOT NULL,
    target TEXT,
    calldata BLOB NOT NULL,
    value_wei TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    gas INTEGER,
    block_number INTEGER,
    block_hash BLOB,
    gas_used INTEGER,
    contract TEXT,
    created_at TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS intent_by_state ON intent (state);
CREATE INDEX IF NOT EXISTS intent_by_job ON intent (job);
CREATE TABLE IF NOT EXISTS attempt (
    hash BLOB PRIMARY KEY,
    intent INTEGER NOT NULL REFERENCES intent (id),
    account TEXT NOT NULL,
    nonce INTEGER NOT NULL,
    raw BLOB NOT NULL,
    fee_max_wei TEXT NOT NULL,
    tip_wei TEXT NOT NULL,
    dead INTEGER NOT NULL DEFAULT 0,
    signed_at_s REAL NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS attempt_by_intent ON attempt (intent);
CREATE INDEX IF NOT EXISTS attempt_by_account ON attempt (account, nonce);
CREATE TABLE IF NOT EXISTS draft (
    intent INTEGER NOT NULL REFERENCES intent (id),
    codec INTEGER NOT NULL,
    digest BLOB NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (intent, digest)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS piece (
    reference TEXT PRIMARY KEY,
    token TEXT NOT NULL UNIQUE,
    batch TEXT NOT NULL,
    place INTEGER NOT NULL,
    gtin TEXT NOT NULL,
    name TEXT NOT NULL,
    passport BLOB NOT NULL,
    intent INTEGER NOT NULL REFERENCES intent (id)
) STRICT;
CREATE INDEX IF NOT EXISTS piece_by_batch ON piece (batch, place);
CREATE TABLE IF NOT EXISTS label (
    token TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    serial TEXT NOT NULL,
    intent INTEGER NOT NULL REFERENCES intent (id),
    PRIMARY KEY (token, ordinal)
) STRICT;
CREATE TABLE IF NOT EXISTS claim_key (
    token TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    address TEXT NOT NULL,
    code BLOB,
    intent INTEGER NOT NULL REFERENCES intent (id),
    PRIMARY KEY (token, ordinal)
) STRICT;
CREATE TABLE IF NOT EXISTS step (
    document BLOB PRIMARY KEY,
    subject TEXT NOT NULL,
    kind INTEGER NOT NULL,
    happened_at TEXT NOT NULL,
    intent INTEGER NOT NULL REFERENCES intent (id)
) STRICT;
CREATE INDEX IF NOT EXISTS step_by_subject ON step (subject);
CREATE TABLE IF NOT EXISTS actor (
    name TEXT PRIMARY KEY,
    address TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    company TEXT NOT NULL,
    kinds INTEGER NOT NULL,
    key TEXT,
    intent INTEGER NOT NULL REFERENCES intent (id)
) STRICT;
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
"""


class HouseDatabase:
    """One connection that threads share, one at a time. Full sync; what is deleted is overwritten with zeros."""

    def __init__(self, path: Path, *, size_max_bytes: int = _SIZE_MAX_BYTES) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._depth = 0
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            self._connection = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)
            self._connection.row_factory = sqlite3.Row
            for pragma in (
                f"page_size = {_PAGE_BYTES}",
                "journal_mode = WAL",
                "synchronous = FULL",
                "secure_delete = ON",
                "foreign_keys = ON",
                f"max_page_count = {max(size_max_bytes // _PAGE_BYTES, 1)}",
            ):
                self._connection.execute(f"PRAGMA {pragma}")
            if not self._connection.execute("PRAGMA user_version").fetchone()[0]:
                self._connection.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version = {_VERSION}; COMMIT;")
        except (sqlite3.Error, OSError) as error:
            raise HouseWriteError(path, str(error)) from error

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Save all that the block writes, or none of it. One inside another joins it.

        Raises HouseWriteError when the file cannot be written, as on a full disk.
        """
        with self._lock:
            if self._depth:
                yield
                return
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                self._depth += 1
                try:
                    yield
                    self._connection.execute("COMMIT")
                finally:
                    self._depth -= 1
                    if self._connection.in_transaction:
                        self._connection.execute("ROLLBACK")
            except sqlite3.IntegrityError:
                raise
            except sqlite3.Error as error:
                raise HouseWriteError(self.path, str(error)) from error

    def execute(self, sql: str, arguments: Sequence[Any] = ()) -> int:
        """Run one statement of a transaction; gives the last row's id."""
        assert self._depth, "writes belong into a transaction"
        return self._connection.execute(sql, arguments).lastrowid or 0

    def execute_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run one statement of a transaction for many rows."""
        assert self._depth, "writes belong into a transaction"
        self._connection.executemany(sql, rows)

    def rows(self, sql: str, arguments: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """Read rows."""
        with self._lock:
            try:
                return self._connection.execute(sql, arguments).fetchall()
            except sqlite3.Error as error:
                raise HouseWriteError(self.path, str(error)) from error

    def row(self, sql: str, arguments: Sequence[Any] = ()) -> sqlite3.Row | None:
        """Read the first row, if there is one."""
        return next(iter(self.rows(sql, arguments)), None)

    def forget_log(self) -> None:
        """Empty the write-ahead log, which may hold what was just erased from the file itself."""
        with self._lock:
            try:
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            except sqlite3.Error as error:
                raise HouseWriteError(self.path, str(error)) from error

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._connection.close()
