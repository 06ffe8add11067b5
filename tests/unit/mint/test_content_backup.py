"""Backups: what is in them, that they are the same each time, and what is refused on the way back."""

from __future__ import annotations

import io

import pytest

from mint.content_backup import back_up, open_backup, restore
from mint.content_index import Part, make_index, read_index
from mint.dispatch import Store
from mint.errors import BackupWriteError, ContentLostError, InputError, StoreAwayError
from provenance_schemas.car import car_header, car_section, read_car
from provenance_schemas.content_id import ContentId
from provenance_schemas.dag_walk import walk_dag
from provenance_schemas.errors import ContentError
from provenance_schemas.unixfs import Layout, add_file
from provenance_schemas.unixfs_read import list_directory
from tests.fakes.content import FILES, some_content
from tests.fakes.store import MemoryStore

CONTENT = some_content()


def source():
    return MemoryStore(CONTENT.blocks.items())


@pytest.fixture
def backup(tmp_path):
    path = tmp_path / "content.car"
    back_up(CONTENT.names, source(), path)
    return path


def sections(path):
    car = read_car(io.BytesIO(path.read_bytes()))
    return car.roots[0], list(car.blocks)


def read(path):
    with open_backup(path) as backup:
        return list(backup.blocks())


def rewritten(path, blocks, root=None):
    """Write a CAR of whatever blocks, as an attacker would."""
    root = root or sections(path)[0]
    path.write_bytes(car_header([root.raw]) + b"".join(car_section(cid, block) for cid, block in blocks))


def test_a_backup_holds_every_block_once_below_one_root(tmp_path):
    """Pinning the one root keeps all; the folders name batches, documents and files."""
    report = back_up(CONTENT.names, source(), tmp_path / "content.car")
    root, blocks = sections(tmp_path / "content.car")
    held = dict(blocks)
    folders = {
        entry.name: {e.name for e in list_directory(entry.cid, held.__getitem__)}
        for entry in list_directory(root, held.__getitem__)
    }

    assert (report.root, report.blocks, report.roots) == (root, len(blocks), 1 + 2 + 4)
    assert len(blocks) == len(held)
    assert CONTENT.blocks.items() <= held.items()
    assert folders == {
        "batches": {str(CONTENT.batch)},
        "documents": {str(cid) for cid in CONTENT.steps},
        "files": {str(ContentId.of(content)) for content in FILES},
    }


def test_the_same_documents_give_the_same_bytes(tmp_path, backup):
    """In whatever order they are named, and named twice."""
    again = tmp_path / "again.car"
    back_up([*reversed(CONTENT.names), *CONTENT.names], source(), again)

    assert backup.read_bytes() == again.read_bytes()


def test_a_later_backup_holds_what_came_after_and_is_whole_in_itself(tmp_path):
    """First the batch; then, since that, the steps with the certificate that they share."""
    first, second, third = (tmp_path / name for name in ("1.car", "2.car", "3.car"))
    back_up(CONTENT.names[:1], source(), first)
    back_up(CONTENT.names, source(), second, since=[first])
    report = back_up(CONTENT.names, source(), third, since=[first, second])
    into = MemoryStore()
    for path in (first, second):
        restore(path, Store(into, into, "house"))

    assert report.roots == 0
    assert {cid.digest for cid in CONTENT.blocks} <= set(into.blocks)
    with open_backup(second) as backup:
        assert {*CONTENT.steps, ContentId.of(b"certificate")} == set(backup.index.roots)


def test_a_large_index_is_sharded_and_read_back(tmp_path):
    """Three thousand roots and more do not fit one directory block."""
    store = MemoryStore()
    cids = [add_file(io.BytesIO(b"%d" % number), store.put, Layout()).cid for number in range(3_000)]
    index = make_index({Part.BATCHES: [], Part.DOCUMENTS: cids, Part.FILES: []}, store.get_block)

    again = read_index(index.root, iter(index.blocks.items()))

    assert len(index.blocks) > 100
    assert (index.root, index.roots, list(index.blocks)) == (again.root, again.roots, list(again.blocks))
    assert set(cids) == set(index.roots)


def test_a_backup_is_restored_and_restoring_again_writes_nothing(backup):
    """Whole, pinned by its one root; the second time all is there."""
    memory = MemoryStore()
    copy = Store(memory, memory, "house")
    first, second = restore(backup, copy), restore(backup, copy)

    assert (first.blocks, first.blocks) == (first.written, second.blocks)
    assert second.written == 0
    assert [first.root] * 2 == memory.pinned


def test_a_restore_that_was_cut_goes_on(backup):
    """Half of it is there, one block of that rotten: what is missing or bad is written, the rest left."""
    memory = MemoryStore()
    copy = Store(memory, memory, "house")
    _, blocks = sections(backup)
    half = blocks[: len(blocks) // 2]
    memory.put_many(half)
    memory.blocks[half[0][0].digest] += b"rot"

    assert restore(backup, copy).written == len(blocks) - len(half) + 1


def test_a_copy_that_is_away_says_so_and_keeps_what_it_took(backup):
    """Exit code 3: the same command again, later."""
    memory = MemoryStore()
    memory.reachable = False

    with pytest.raises(StoreAwayError, match="same command again") as refused:
        restore(backup, Store(memory, memory, "kubo"))
    assert refused.value.exit_code == 3


@pytest.mark.parametrize("index", [0, 3, -1])
def test_a_batch_that_is_not_whole_makes_no_backup(tmp_path, index):
    """Its directory, or any block below it: a backup with a hole would be found out on the day it is needed."""
    store = source()
    whole = [cid for cid, _ in walk_dag(CONTENT.batch, store.get_block)]
    del store.blocks[whole[index].digest]

    with pytest.raises(ContentLostError):
        back_up(CONTENT.names, store, tmp_path / "content.car")
    assert list(tmp_path.iterdir()) == []


def test_what_a_partner_names_and_nobody_has_keeps_no_backup_from_being_made(tmp_path):
    """A step's certificate, a picture and a step's own document: left out, told, and all the rest is there."""
    store = source()
    lost = [ContentId.of(b"certificate"), ContentId.of(b"stamp"), CONTENT.steps[1]]
    for cid in lost:
        del store.blocks[cid.digest]
    report = back_up(CONTENT.names, store, tmp_path / "content.car")
    held = {cid for cid, _ in read(tmp_path / "content.car")}

    assert set(lost) == set(report.left_out)
    assert set(CONTENT.blocks) - set(lost) <= held


def test_a_file_that_is_there_is_not_written_over(tmp_path, backup):
    """Unless it is asked for."""
    before = backup.read_bytes()
    with pytest.raises(InputError, match="--force"):
        back_up(CONTENT.names[:1], source(), backup)
    assert before == backup.read_bytes()
    back_up(CONTENT.names[:1], source(), backup, force=True)

    assert backup.read_bytes() != before


def test_a_folder_that_cannot_be_written_leaves_nothing(tmp_path):
    """Nothing stands under the name of a backup that is none."""
    with pytest.raises(BackupWriteError):
        back_up(CONTENT.names, source(), tmp_path / "not there" / "content.car")


@pytest.mark.parametrize("at", [0, 1, -1])
def test_a_missing_block_is_found_at_the_end(backup, at):
    """The root, one of the index, the last: none can be left out."""
    _, blocks = sections(backup)
    del blocks[at]
    rewritten(backup, blocks)

    with pytest.raises(ContentError):
        read(backup)


def test_a_backup_cut_short_is_refused(backup):
    """At every place where it can be cut; each good block before the cut was given."""
    content = backup.read_bytes()
    for length in range(0, len(content), 97):
        backup.write_bytes(content[:length])
        with pytest.raises(ContentError):
            read(backup)


def test_several_roots_are_no_backup(backup):
    """As other programs write CARs."""
    _, blocks = sections(backup)
    roots = [cid.raw for cid, _ in blocks[:2]]
    backup.write_bytes(car_header(roots) + b"".join(car_section(cid, block) for cid, block in blocks))

    with pytest.raises(ContentError, match="one root"):
        open_backup(backup)


def test_a_file_that_is_not_there_is_bad_input(tmp_path):
    """Exit code 2."""
    with pytest.raises(InputError):
        open_backup(tmp_path / "nothing.car")
