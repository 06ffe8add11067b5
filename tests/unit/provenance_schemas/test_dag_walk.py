"""Walking a DAG: which blocks a scope and a range mean; and the varints all formats share."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance_schemas.content_id import DAG_PB, RAW, ContentId
from provenance_schemas.dag_pb import Kind, Link, UnixFs, encode_node
from provenance_schemas.dag_walk import ByteRange, Scope, walk_dag
from provenance_schemas.errors import ContentError
from provenance_schemas.multiformat import read_varint, write_varint
from provenance_schemas.unixfs import Layout, add_directory, add_file
from provenance_schemas.unixfs_read import BLOCKS_MAX

SMALL = Layout(chunk_bytes=8, width=3, directory_max_bytes=400)


class Blocks(dict):
    """Blocks by id."""

    def put(self, cid, block):
        self[cid] = block


@pytest.fixture
def blocks():
    return Blocks()


def test_a_dag_built_to_hurt_ends_at_the_limit(blocks):
    """Twenty small nodes, each linking thirty times to the next: 30^20 visits if nobody counts."""
    cid = ContentId.of(b"")
    blocks[cid] = b""
    for _ in range(20):
        block = encode_node([Link(b"%d" % index, cid, 1) for index in range(30)], UnixFs(Kind.DIRECTORY))
        cid = ContentId.of(block, DAG_PB)
        blocks[cid] = block

    assert len(list(walk_dag(cid, blocks.__getitem__))) == 21
    with pytest.raises(ContentError, match=str(BLOCKS_MAX)):
        sum(1 for _ in walk_dag(cid, blocks.__getitem__, repeat=True))


def test_a_walk_gives_each_block_once_or_each_time(blocks):
    """Three equal chunks are one block; a client may ask to see it three times."""
    root = add_file(io.BytesIO(bytes(24)), blocks.put, SMALL).cid

    assert [root, ContentId.of(bytes(8))] == [cid for cid, _ in walk_dag(root, blocks.__getitem__)]
    assert len(list(walk_dag(root, blocks.__getitem__, repeat=True))) == 4


def test_a_walk_stops_at_its_scope(blocks):
    """A block; what lists a directory; everything."""
    file = add_file(io.BytesIO(bytes(range(24))), blocks.put, SMALL)
    root = add_directory({f"n{index}": {"file": file} for index in range(20)}, blocks.put, SMALL).cid
    counts = {scope: len(list(walk_dag(root, blocks.__getitem__, scope))) for scope in Scope}
    shards = [cid for cid in blocks if cid.codec == DAG_PB and b"n1" in blocks[cid]]

    assert counts[Scope.BLOCK] == 1
    assert counts[Scope.ENTITY] >= len(shards) > 1
    assert counts[Scope.ALL] == counts[Scope.ENTITY] + 1 + 1 + 3
    assert set(blocks) == {cid for cid, _ in walk_dag(root, blocks.__getitem__)}


@given(first=st.integers(-60, 60), last=st.one_of(st.none(), st.integers(-60, 60)))
def test_a_walk_over_a_range_holds_just_the_chunks_of_those_bytes(first, last):
    """Against the plain definition: the chunks that a slice of the file touches."""
    blocks = Blocks()
    content = bytes(range(50))
    root = add_file(io.BytesIO(content), blocks.put, SMALL).cid
    wanted = ByteRange(first, last)
    offsets = [at for at in range(50) if at in wanted.within(50)]
    expected = {ContentId.of(content[at // 8 * 8 : at // 8 * 8 + 8]) for at in offsets}
    got = [cid for cid, _ in walk_dag(root, blocks.__getitem__, Scope.ENTITY, wanted)]

    assert expected == {cid for cid in got if cid.codec == RAW}
    assert got[0] == root


@pytest.mark.parametrize(
    ("wanted", "offsets"),
    [
        (ByteRange(0), range(10)),
        (ByteRange(-3), range(7, 10)),
        (ByteRange(2, 4), range(2, 5)),
        (ByteRange(4, -2), range(4, 9)),
        (ByteRange(8, 99), range(8, 10)),
        (ByteRange(-99, 1), range(2)),
        (ByteRange(10), range(10, 10)),
    ],
)
def test_a_range_counts_as_the_gateway_specification_does(wanted, offsets):
    """Both ends included, negative numbers from the end, beyond the end cut off."""
    assert offsets == wanted.within(10)


@given(number=st.integers(0, 2**63 - 1))
def test_a_varint_reads_back(number):
    """And says where it ended."""
    spelled = write_varint(number)

    assert (number, len(spelled) + 1) == read_varint(b"x" + spelled + b"rest", 1)


@pytest.mark.parametrize("spelled", [b"", b"\x80", b"\x80\x00", b"\xff" * 9 + b"\x01", b"\x81\x80\x00"])
def test_a_varint_cut_long_or_padded_is_refused(spelled):
    """One number has one spelling, or ids of equal things would differ."""
    with pytest.raises(ContentError):
        read_varint(spelled, 0)
