"""What every content store and every writer must do, whatever is behind them."""

from __future__ import annotations

import io
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from mint.content_ports import ContentWriter, StoreWriteError
from provenance_schemas.content_id import DAG_PB, ContentId
from provenance_schemas.errors import ContentError
from provenance_schemas.unixfs import Layout, add_directory, add_file
from provenance_schemas.unixfs_read import read_file, resolve_path
from verifier.errors import ContentUnavailableError
from verifier.ports import ContentStore

BLOCK_MAX = 2 * 1024 * 1024


@dataclass
class World:
    """A store, the writer that fills it, and two ways to harm what it holds."""

    store: ContentStore
    writer: ContentWriter
    damage: Callable[[ContentId], None]
    """Flip a bit of a block that is held."""
    lose: Callable[[ContentId], None]


def some_block(size: int = 300, seed: int = 1) -> tuple[ContentId, bytes]:
    block = random.Random(seed).randbytes(size)
    return ContentId.of(block), block


class ContentStoreSuite:
    """Subclass it and give it a `world` fixture."""

    @pytest.mark.parametrize("size", [0, 1, 300, 65_536, 65_537, 1024 * 1024])
    def test_a_block_comes_back_as_it_was_written(self, world, size):
        """Empty, small and chunk-sized blocks survive the way in and out."""
        cid, block = some_block(size)
        world.writer.put_many([(cid, block)])

        assert block == world.store.get(cid, size_max_bytes=BLOCK_MAX)

    def test_many_blocks_come_back_as_they_were_written(self, world):
        """One call keeps all of them, form-upload look-alikes included."""
        blocks = [some_block(size=index * 37, seed=index) for index in range(40)]
        tricky = b"\r\n--boundary\r\nContent-Disposition: form-data\r\n\r\n"
        blocks.append((ContentId.of(tricky), tricky))
        world.writer.put_many(blocks)

        assert [block for _, block in blocks] == [world.store.get(cid, size_max_bytes=BLOCK_MAX) for cid, _ in blocks]

    def test_writing_nothing_is_fine(self, world):
        """An empty batch is no error."""
        world.writer.put_many([])

    def test_writing_a_block_again_is_fine(self, world):
        """Publishing resumes after a crash by sending everything once more."""
        cid, block = some_block()
        world.writer.put_many([(cid, block), (cid, block)])
        world.writer.put_many([(cid, block)])

        assert block == world.store.get(cid, size_max_bytes=BLOCK_MAX)

    def test_a_missing_block_is_unavailable(self, world):
        """Not here is no statement about the item."""
        with pytest.raises(ContentUnavailableError):
            world.store.get(some_block()[0], size_max_bytes=BLOCK_MAX)

    def test_a_damaged_block_is_unavailable(self, world):
        """Bytes that rotted or were exchanged never reach the caller."""
        cid, block = some_block()
        world.writer.put_many([(cid, block)])
        world.damage(cid)

        with pytest.raises(ContentUnavailableError):
            world.store.get(cid, size_max_bytes=BLOCK_MAX)

    def test_a_lost_block_is_unavailable(self, world):
        """What was once here may be gone."""
        cid, block = some_block()
        world.writer.put_many([(cid, block)])
        world.lose(cid)

        with pytest.raises(ContentUnavailableError):
            world.store.get(cid, size_max_bytes=BLOCK_MAX)

    def test_writing_a_damaged_block_again_repairs_it(self, world):
        """The bytes already there are not trusted to be right."""
        cid, block = some_block()
        world.writer.put_many([(cid, block)])
        world.damage(cid)
        world.writer.put_many([(cid, block)])

        assert block == world.store.get(cid, size_max_bytes=BLOCK_MAX)

    @pytest.mark.parametrize(("size_max_bytes", "fits"), [(299, False), (300, True)])
    def test_the_readers_limit_holds(self, world, size_max_bytes, fits):
        """A block one byte too long is unavailable; one of just the size is not."""
        cid, block = some_block(300)
        world.writer.put_many([(cid, block)])
        if fits:
            assert block == world.store.get(cid, size_max_bytes=size_max_bytes)
        else:
            with pytest.raises(ContentUnavailableError):
                world.store.get(cid, size_max_bytes=size_max_bytes)

    def test_a_block_under_a_wrong_id_is_refused(self, world):
        """A writer never keeps a lie: nobody could read it back."""
        with pytest.raises(ContentError):
            world.writer.put_many([(some_block(seed=1)[0], some_block(seed=2)[1])])

    def test_a_block_over_two_mebibytes_is_refused(self, world):
        """Peers do not exchange it, so it must not be published."""
        with pytest.raises(ContentError):
            world.writer.put_many([some_block(BLOCK_MAX + 1)])

    def test_files_and_directories_are_read_back_through_the_store(self, world):
        """dag-pb blocks keep their codec, and a path leads to a file's bytes."""
        blocks: list[tuple[ContentId, bytes]] = []
        content = random.Random(3).randbytes(5000)

        def put(cid: ContentId, block: bytes) -> None:
            blocks.append((cid, block))

        file = add_file(io.BytesIO(content), put, Layout(chunk_bytes=512, width=4))
        root = add_directory({"12": {"5.json": file}}, put)
        world.writer.put_many(blocks)
        world.writer.pin(root.cid)

        def get(cid: ContentId) -> bytes:
            return world.store.get(cid, size_max_bytes=BLOCK_MAX)

        target = resolve_path(root.cid, ["12", "5.json"], get).target

        assert root.cid.codec == DAG_PB
        assert target is not None
        assert content == read_file(target, get, size_max_bytes=5000)

    def test_an_incomplete_tree_cannot_be_pinned(self, world):
        """A pin is a promise about everything below it."""
        blocks: list[tuple[ContentId, bytes]] = []
        file = add_file(io.BytesIO(bytes(range(100))), lambda cid, block: blocks.append((cid, block)), Layout(10, 4))
        world.writer.put_many([block for block in blocks if block[0] == file.cid])

        with pytest.raises(StoreWriteError):
            world.writer.pin(file.cid)

    def test_threads_share_a_store(self, world):
        """Readers and writers on eight threads see whole blocks only."""
        blocks = [some_block(2000, seed) for seed in range(8)]
        failures: list[Exception] = []

        def work(cid: ContentId, block: bytes) -> None:
            try:
                for _ in range(5):
                    world.writer.put_many([(cid, block)])
                    assert block == world.store.get(cid, size_max_bytes=BLOCK_MAX)
            except (AssertionError, StoreWriteError, ContentUnavailableError) as error:
                failures.append(error)

        threads = [threading.Thread(target=work, args=pair) for pair in blocks]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert failures == []
