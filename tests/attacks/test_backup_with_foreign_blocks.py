"""A backup file is changed on its way: a forged document inside, foreign blocks behind, a bomb for whoever restores.

The weaker rule stores what the file holds, block after block, for it is "our own backup". Ours takes a block only when
its hash fits, when something before it in the file names it, and when it is no longer than any block may be.
"""

from __future__ import annotations

import io

import pytest

from mint.content_backup import back_up, open_backup, restore
from mint.dispatch import Store
from provenance_schemas.car import car_header, car_section, read_car
from provenance_schemas.content_id import CID_BYTES, ContentId
from provenance_schemas.dag_pb import BLOCK_MAX_BYTES
from provenance_schemas.errors import ContentError
from provenance_schemas.multiformat import read_varint, write_varint
from tests.fakes.content import some_content
from tests.fakes.store import MemoryStore

CONTENT = some_content()
FOREIGN = b"<script>not ours</script>"


@pytest.fixture
def backup(tmp_path):
    path = tmp_path / "content.car"
    back_up(CONTENT.names, MemoryStore(CONTENT.blocks.items()), path)
    return path


def restored_unchecked(content):
    """The weaker rule: sections are cut apart and kept under the ids that stand before them."""
    kept, at = {}, 0
    length, at = read_varint(content, at)
    at += length
    while at < len(content):
        length, at = read_varint(content, at)
        kept[content[at : at + CID_BYTES]] = content[at + CID_BYTES : at + length]
        at += length
    return kept


def restored(path):
    memory = MemoryStore()
    restore(path, Store(memory, memory, "house"))
    return memory.blocks


def test_a_forged_document_under_a_true_name_is_refused(backup):
    """One bit of one step: the file is refused there, and the forgery is nowhere."""
    step = CONTENT.blocks[CONTENT.steps[0]]
    forged = step.replace(b"Pantin", b"Hendon")
    assert len(forged) == len(step)
    backup.write_bytes(backup.read_bytes().replace(step, forged))
    assert restored_unchecked(backup.read_bytes())[CONTENT.steps[0].raw] == forged

    memory = MemoryStore()
    with pytest.raises(ContentError, match="other bytes"):
        restore(backup, Store(memory, memory, "house"))
    assert forged not in memory.blocks.values()


@pytest.mark.parametrize("where", ["behind", "between"])
def test_blocks_that_nothing_names_are_refused(backup, where):
    """Whole and rightly hashed, and none of ours: the house would serve them under its own host."""
    car = read_car(io.BytesIO(backup.read_bytes()))
    blocks = list(car.blocks)
    blocks.insert(len(blocks) if where == "behind" else len(blocks) - 2, (ContentId.of(FOREIGN), FOREIGN))
    backup.write_bytes(car_header([car.roots[0].raw]) + b"".join(car_section(*pair) for pair in blocks))
    assert FOREIGN in restored_unchecked(backup.read_bytes()).values()

    memory = MemoryStore()
    with pytest.raises(ContentError, match="named by nothing"):
        restore(backup, Store(memory, memory, "house"))
    assert FOREIGN not in memory.blocks.values()


def test_a_block_twice_is_refused(backup):
    """A file that grows without end, from blocks that are all true."""
    car = read_car(io.BytesIO(backup.read_bytes()))
    blocks = list(car.blocks)
    backup.write_bytes(backup.read_bytes() + car_section(*blocks[-1]))

    with pytest.raises(ContentError, match="twice"):
        restored(backup)


@pytest.mark.parametrize("length", [CID_BYTES + BLOCK_MAX_BYTES + 1, 2**40, 2**62])
def test_a_section_longer_than_any_block_is_refused_before_it_is_read(backup, length):
    """The length is believed by nobody: no buffer of that size is ever made."""
    backup.write_bytes(backup.read_bytes() + write_varint(length) + b"x")

    with pytest.raises(ContentError, match="section"), open_backup(backup) as opened:
        list(opened.blocks())


def test_another_house_in_place_of_ours_is_another_root(backup, tmp_path):
    """A whole backup of something else is whole; its root is printed, and is not the one that was written down."""
    other = tmp_path / "other.car"
    back_up(CONTENT.names[:1], MemoryStore(CONTENT.blocks.items()), other)
    with open_backup(backup) as ours, open_backup(other) as theirs:
        assert ours.index.root != theirs.index.root
