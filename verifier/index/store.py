"""The index's tables: one registry's logs in SQLite. Rows, block hashes and cursor move in one transaction."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from verifier.errors import ChainUnavailableError

_HASHES_KEPT: Final = 1_024
_NUMBER_MAX: Final = 2**63 - 1
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS log(
  block_number INTEGER NOT NULL, log_index INTEGER NOT NULL, topic TEXT NOT NULL,
  subject TEXT NOT NULL, content TEXT NOT NULL, PRIMARY KEY(block_number, log_index)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS log_by_subject ON log(subject, block_number, log_index);
CREATE INDEX IF NOT EXISTS log_by_topic ON log(topic, block_number, log_index);
CREATE TABLE IF NOT EXISTS block(number INTEGER PRIMARY KEY, hash TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS cursor(
  one INTEGER PRIMARY KEY CHECK(one = 1), registry TEXT NOT NULL, next_block INTEGER NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class StoredLog:
    """One log as the node gave it, in the node's own hexadecimal."""

    block_number: int
    log_index: int
    topic: str
    subject: str
    content: str

    def as_rpc(self) -> dict[str, Any]:
        """Give it back in the shape of `eth_getLogs`."""
        return {
            "topics": [self.topic, self.subject],
            "data": self.content,
            "blockNumber": hex(self.block_number),
            "logIndex": hex(self.log_index),
        }

    @classmethod
    def of(cls, log: dict[str, Any]) -> StoredLog:
        """Read one log of `eth_getLogs`. Raises ChainUnavailableError when it is malformed."""
        try:
            topic, subject = log["topics"]
            number, index, content = int(log["blockNumber"], 16), int(log["logIndex"], 16), log["data"]
            if not isinstance(content, str) or not 0 <= number <= _NUMBER_MAX or not 0 <= index <= _NUMBER_MAX:
                raise ValueError("a number or the data is out of range")
            return cls(number, index, topic.lower(), f"0x{int(subject, 16):064x}", content)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ChainUnavailableError(f"the node gave a malformed log ({error})") from error


class IndexStore:
    """One registry's index in one file. `registry` names it, so that two never share a file by mistake."""

    def __init__(self, path: Path, registry: str, first_block: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._local = threading.local()
        with closing(self._connect()) as connection, connection:
            connection.executescript("PRAGMA journal_mode=WAL;" + _SCHEMA)
            connection.execute("INSERT OR IGNORE INTO cursor VALUES(1, ?, ?)", (registry, first_block))
            (found,) = connection.execute("SELECT registry FROM cursor").fetchone()
        if found != registry:
            raise ValueError(f"{path} is the index of {found}, not of {registry}")

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=10)
        connection.execute("PRAGMA synchronous=NORMAL")  # losing the newest rows only costs reading them again
        return connection

    @property
    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._connect()
        return connection

    def next_block(self) -> int:
        """Give the first block that is not indexed yet."""
        (number,) = self._connection.execute("SELECT next_block FROM cursor").fetchone()
        return int(number)

    def hashes(self) -> list[tuple[int, str]]:
        """Give the remembered block hashes, newest first."""
        return self._connection.execute("SELECT number, hash FROM block ORDER BY number DESC").fetchall()

    def append(self, logs: Sequence[StoredLog], block: tuple[int, str]) -> None:
        """Add the logs up to `block` (number, hash) and move the cursor behind it, all or nothing."""
        number, block_hash = block
        with self._connection as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO log VALUES(?,?,?,?,?)",
                [(log.block_number, log.log_index, log.topic, log.subject, log.content) for log in logs],
            )
            connection.execute("INSERT OR REPLACE INTO block VALUES(?, ?)", (number, block_hash))
            connection.execute("DELETE FROM block WHERE number < ?", (number - _HASHES_KEPT,))
            connection.execute("UPDATE cursor SET next_block = ?", (number + 1,))

    def forget_from(self, number: int) -> None:
        """Drop everything at and above a block: the chain was reorganised there."""
        with self._connection as connection:
            connection.execute("DELETE FROM log WHERE block_number >= ?", (number,))
            connection.execute("DELETE FROM block WHERE number >= ?", (number,))
            connection.execute("UPDATE cursor SET next_block = min(next_block, ?)", (number,))

    def by_subjects(self, subjects: Sequence[str], topics: Sequence[str], until_block: int) -> list[StoredLog]:
        """Give the logs of these subjects with these topics, in order."""
        marks, kinds = ",".join("?" * len(subjects)), ",".join("?" * len(topics))
        sql = (  # only question marks are put together here, no value
            "SELECT block_number, log_index, topic, subject, content FROM log "
            f"WHERE subject IN ({marks}) AND topic IN ({kinds}) AND block_number <= ? "
            "ORDER BY block_number, log_index"
        )
        return self._logs(sql, [*subjects, *topics, until_block])

    def by_topics(self, topics: Sequence[str], from_block: int, until_block: int) -> list[StoredLog]:
        """Give the logs with these topics in a range, both ends included, in order."""
        kinds = ",".join("?" * len(topics))
        sql = (  # only question marks are put together here, no value
            "SELECT block_number, log_index, topic, subject, content FROM log "
            f"WHERE topic IN ({kinds}) AND block_number BETWEEN ? AND ? "
            "ORDER BY block_number, log_index"
        )
        return self._logs(sql, [*topics, from_block, until_block])

    def _logs(self, sql: str, arguments: list[Any]) -> list[StoredLog]:
        try:
            return [StoredLog(*row) for row in self._connection.execute(sql, arguments)]
        except sqlite3.Error as error:
            raise ChainUnavailableError(f"the index cannot be read ({error})") from error
