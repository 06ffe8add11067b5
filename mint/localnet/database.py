"""One SQLite file: one writer, many readers that never wait for it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from mint.localnet.limits import READERS_IDLE_MAX

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS node(hash BLOB PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS block(
    number INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, header BLOB NOT NULL,
    size_bytes INTEGER NOT NULL, timestamp_s INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS tx(
    hash BLOB NOT NULL UNIQUE, block INTEGER NOT NULL, position INTEGER NOT NULL, sender BLOB NOT NULL,
    raw BLOB NOT NULL, status INTEGER NOT NULL, gas_used INTEGER NOT NULL, gas_cumulative INTEGER NOT NULL,
    gas_price TEXT NOT NULL, contract BLOB, bloom BLOB NOT NULL, UNIQUE(block, position));
CREATE TABLE IF NOT EXISTS log(
    block INTEGER NOT NULL, position INTEGER NOT NULL, tx_position INTEGER NOT NULL, address BLOB NOT NULL,
    topic0 BLOB, topic1 BLOB, topic2 BLOB, topic3 BLOB, data BLOB NOT NULL,
    PRIMARY KEY(block, position)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS log_by_address ON log(address);
CREATE INDEX IF NOT EXISTS log_by_topic0 ON log(topic0);
CREATE INDEX IF NOT EXISTS log_by_topic1 ON log(topic1);
CREATE INDEX IF NOT EXISTS log_by_topic2 ON log(topic2);
CREATE INDEX IF NOT EXISTS log_by_topic3 ON log(topic3);
CREATE TABLE IF NOT EXISTS pending(
    arrival INTEGER PRIMARY KEY AUTOINCREMENT, hash BLOB NOT NULL UNIQUE, raw BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS dropped(
    entry INTEGER PRIMARY KEY AUTOINCREMENT, hash BLOB NOT NULL UNIQUE, reason TEXT NOT NULL,
    dropped_at_s INTEGER NOT NULL);
"""


class Database:
    """The ledger's file. Committed means on the disk: the log is synced before `writing` returns."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.lock = threading.RLock()
        """Held by everyone who changes ledger or pool, so that disk and memory change together."""
        self._writer = self._connect()
        self._writer.execute("PRAGMA journal_mode=WAL")
        self._writer.execute("PRAGMA synchronous=FULL")
        self._writer.executescript(_SCHEMA)
        self._idle: list[sqlite3.Connection] = []

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, timeout=10)
        connection.execute("PRAGMA cache_size=-16384")
        return connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Run one transaction: all of it is on the disk, or none.

        Raises sqlite3.Error where the disk refuses; then nothing was changed.
        """
        with self.lock:
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
                self._writer.execute("COMMIT")
            except BaseException:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection that sees every committed block and waits for no writer."""
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._connect()
            connection.execute("PRAGMA query_only=1")
        try:
            yield connection
        finally:
            if len(self._idle) < READERS_IDLE_MAX:
                self._idle.append(connection)
            else:
                connection.close()

    def close(self) -> None:
        """Close every connection; the last one folds the write-ahead log into the file."""
        with self.lock:
            while self._idle:
                self._idle.pop().close()
            self._writer.close()
