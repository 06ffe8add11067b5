"""The block file under harm: full disks, kills, two writers, rot."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from mint.adapters import sql_blocks
from mint.adapters.sql_blocks import SqlBlocks
from mint.content_ports import StoreWriteError
from provenance_schemas.content_id import ContentId
from provenance_schemas.unixfs import add_directory
from verifier.adapters import sql_store, sqlite_pool
from verifier.adapters.sql_ports import SqlError
from verifier.adapters.sql_store import SqlStore
from verifier.errors import ContentUnavailableError

MIB = 1024 * 1024

WRITE_FOREVER = """
import itertools, sys
from pathlib import Path
from mint.adapters.sql_blocks import SqlBlocks
from provenance_schemas.content_id import ContentId
blocks = SqlBlocks(Path(sys.argv[1]))
for batch in itertools.count():
    contents = [f"{batch}.{index}".encode() * 50 for index in range(20)]
    blocks.put_many((ContentId.of(content), content) for content in contents)
    print(batch, flush=True)
"""


def block_of(size: int, seed: int = 0) -> tuple[ContentId, bytes]:
    block = random.Random(seed).randbytes(size)
    return ContentId.of(block), block


@pytest.fixture
def path(tmp_path):
    return tmp_path / "blocks.db"


def count_rows(path: Path) -> int:
    connection = sqlite3.connect(path)
    try:
        return connection.execute("SELECT count(*) FROM block").fetchone()[0]
    finally:
        connection.close()


def test_a_full_disk_keeps_nothing_and_what_was_there_stays(path):
    """The second batch does not fit: none of it is readable, the first still is."""
    blocks, store = SqlBlocks(path, size_max_bytes=2 * MIB), SqlStore(path)
    kept, first = block_of(1000)
    blocks.put_many([(kept, first)])
    with pytest.raises(StoreWriteError, match="full"):
        blocks.put_many(block_of(MIB // 2, seed) for seed in range(1, 8))
    small, content = block_of(500, seed=99)
    blocks.put_many([(small, content)])

    assert count_rows(path) == 2
    assert first == store.get(kept, size_max_bytes=MIB)
    assert content == store.get(small, size_max_bytes=MIB)
    blocks.close()
    store.close()


def test_an_error_while_blocks_are_made_keeps_none_of_them(path):
    """The blocks come from a generator that may fail midway."""
    blocks = SqlBlocks(path)

    def broken():
        yield block_of(10)
        raise RuntimeError("the chunker failed")

    with pytest.raises(RuntimeError, match="chunker"):
        blocks.put_many(broken())

    assert count_rows(path) == 0
    blocks.close()


def test_what_a_reader_sees_is_all_or_nothing(path):
    """Until the transaction ends a reader on another connection sees none of its blocks."""
    blocks, store = SqlBlocks(path), SqlStore(path)
    first, second = block_of(10, 1), block_of(10, 2)
    seen_inside: list[str] = []

    def batch():
        yield first
        try:
            store.get(first[0], size_max_bytes=10)
        except ContentUnavailableError:
            seen_inside.append("nothing")
        yield second

    blocks.put_many(batch())

    assert seen_inside == ["nothing"]
    assert first[1] == store.get(first[0], size_max_bytes=10)
    blocks.close()
    store.close()


def test_a_second_writer_that_cannot_get_its_turn_says_so(path, monkeypatch):
    """Two processes on one file: the one that waits too long gets an error, not a hang."""
    monkeypatch.setattr(sqlite_pool, "BUSY_TIMEOUT_S", 0.05)  # a shorter wait; nothing else can hold the clock
    blocks = SqlBlocks(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreWriteError, match="locked"):
        SqlBlocks(path).put_many([block_of(10)])
    other.execute("ROLLBACK")
    other.close()
    blocks.put_many([block_of(10)])

    assert count_rows(path) == 1
    blocks.close()


def test_a_file_that_is_not_there_is_unavailable(path):
    """A verifier may start before anything was written; it must not create the file either."""
    store = SqlStore(path)

    with pytest.raises(ContentUnavailableError):
        store.get(block_of(1)[0], size_max_bytes=10)
    assert not path.exists()


def test_a_file_that_is_no_database_is_unavailable_and_unwritable(path):
    """Any file may lie at that path."""
    path.write_bytes(b"not a database, but long enough to look like one" * 100)

    with pytest.raises(ContentUnavailableError):
        SqlStore(path).get(block_of(1)[0], size_max_bytes=10)
    with pytest.raises(StoreWriteError):
        SqlBlocks(path)


def test_a_reader_cannot_write(path):
    """The verifier never changes what it judges."""
    SqlBlocks(path).close()
    store = SqlStore(path)

    with pytest.raises(SqlError, match="readonly"), store._pool.connection() as connection:
        connection.execute("DELETE FROM block")


def test_every_write_is_synced(path):
    """WAL with full sync: what returned survives a power cut."""
    blocks = SqlBlocks(path)
    with blocks._pool.connection() as connection:
        modes = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]

    assert modes == ["wal", 2]
    blocks.close()


def test_pins_are_listed_for_backups(path):
    """What was promised to be kept can be walked again later."""
    blocks = SqlBlocks(path)
    made: list[tuple[ContentId, bytes]] = []
    root = add_directory({"a": {}}, lambda cid, block: made.append((cid, block)))
    blocks.put_many(made)
    blocks.pin(root.cid)
    blocks.pin(root.cid)

    assert [root.cid] == blocks.pins()
    assert sql_blocks.BLOCK_SCHEMA is sql_store.BLOCK_SCHEMA
    blocks.close()


@pytest.mark.process
def test_nothing_acknowledged_is_lost_by_kill_9(path):
    """Three writers killed mid-work: each batch they reported is whole, and the file opens again."""
    acknowledged = 0
    for _ in range(3):
        writer = subprocess.Popen([sys.executable, "-c", WRITE_FOREVER, str(path)], stdout=subprocess.PIPE, text=True)
        lines = [writer.stdout.readline() for _ in range(15)]
        writer.send_signal(signal.SIGKILL)
        lines += writer.stdout.readlines()
        writer.stdout.close()
        writer.wait()
        acknowledged = max(acknowledged, *(int(line) for line in lines if line.endswith("\n")))
    store = SqlStore(path)
    for batch in range(acknowledged + 1):
        for index in range(20):
            content = f"{batch}.{index}".encode() * 50
            assert content == store.get(ContentId.of(content), size_max_bytes=MIB)

    assert acknowledged >= 14
    assert count_rows(path) % 20 == 0
    store.close()
