"""The index's tables: one registry's logs. Rows, block hashes and cursor move in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from verifier.adapters.sql_places import open_pool
from verifier.adapters.sql_ports import Place, SqlConnection, SqlError
from verifier.errors import ChainUnavailableError

_HASHES_KEPT: Final = 1_024
_NUMBER_MAX: Final = 2**63 - 1
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS log(
  block_number {number} NOT NULL, log_index {number} NOT NULL, topic {text} NOT NULL,
  subject {text} NOT NULL, content {text} NOT NULL, PRIMARY KEY(block_number, log_index)) {keyed};
CREATE INDEX IF NOT EXISTS log_by_subject ON log(subject, block_number, log_index);
CREATE INDEX IF NOT EXISTS log_by_topic ON log(topic, block_number, log_index);
CREATE TABLE IF NOT EXISTS block(number {number} PRIMARY KEY, hash {text} NOT NULL);
CREATE TABLE IF NOT EXISTS cursor(
  one {number} PRIMARY KEY CHECK(one = 1), registry {text} NOT NULL, next_block {number} NOT NULL);
"""
_ADD: Final = (
    "INSERT INTO log (block_number, log_index, topic, subject, content) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (block_number, log_index) DO UPDATE SET"
    " topic = excluded.topic, subject = excluded.subject, content = excluded.content"
)
_REMEMBER: Final = (
    "INSERT INTO block (number, hash) VALUES (?, ?) ON CONFLICT (number) DO UPDATE SET hash = excluded.hash"
)


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
    """One registry's index in one place. `registry` names it, so that two never share a place by mistake.

    Raises ValueError for a place of another registry. Every method raises ChainUnavailableError when it is away.
    """

    def __init__(self, place: Place, registry: str, first_block: int) -> None:
        if isinstance(place, Path):
            place.parent.mkdir(parents=True, exist_ok=True)
        # NORMAL: losing the newest rows only costs reading them again.
        self._pool = open_pool(place, "PRAGMA journal_mode = WAL", "PRAGMA synchronous = NORMAL")
        with self._failing("written"):
            self._pool.prepare(_SCHEMA, "cursor")
            with self._pool.writing() as connection:
                first = "INSERT INTO cursor (one, registry, next_block) VALUES (1, ?, ?) ON CONFLICT DO NOTHING"
                connection.execute(first, (registry, first_block))
                (found,) = connection.execute("SELECT registry FROM cursor").fetchone()
        if found != registry:
            raise ValueError(f"{place} is the index of {found}, not of {registry}")

    @contextmanager
    def _failing(self, what: str) -> Iterator[None]:
        try:
            yield
        except SqlError as error:
            raise ChainUnavailableError(f"the index cannot be {what} ({error})") from error

    @contextmanager
    def _reading(self) -> Iterator[SqlConnection]:
        with self._failing("read"), self._pool.connection() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[SqlConnection]:
        with self._failing("written"), self._pool.writing() as connection:
            yield connection

    def next_block(self) -> int:
        """Give the first block that is not indexed yet."""
        with self._reading() as connection:
            (number,) = connection.execute("SELECT next_block FROM cursor").fetchone()
        return int(number)

    def hashes(self) -> list[tuple[int, str]]:
        """Give the remembered block hashes, newest first."""
        with self._reading() as connection:
            return connection.execute("SELECT number, hash FROM block ORDER BY number DESC").fetchall()

    def append(self, logs: Sequence[StoredLog], block: tuple[int, str]) -> None:
        """Add the logs up to `block` (number, hash) and move the cursor behind it, all or nothing."""
        number, block_hash = block
        with self._writing() as connection:
            connection.executemany(
                _ADD, [(log.block_number, log.log_index, log.topic, log.subject, log.content) for log in logs]
            )
            connection.execute(_REMEMBER, (number, block_hash))
            connection.execute("DELETE FROM block WHERE number < ?", (number - _HASHES_KEPT,))
            connection.execute("UPDATE cursor SET next_block = ?", (number + 1,))

    def forget_from(self, number: int) -> None:
        """Drop everything at and above a block: the chain was reorganised there."""
        with self._writing() as connection:
            connection.execute("DELETE FROM log WHERE block_number >= ?", (number,))
            connection.execute("DELETE FROM block WHERE number >= ?", (number,))
            connection.execute("UPDATE cursor SET next_block = ? WHERE next_block > ?", (number, number))

    def close(self) -> None:
        """Let go of the connections."""
        self._pool.close()

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
        with self._reading() as connection:
            return [StoredLog(*row) for row in connection.execute(sql, arguments).fetchall()]
