"""Files and directories: the right content ids, and a reader that believes nothing."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance_schemas.content_id import DAG_PB, RAW, ContentId
from provenance_schemas.dag_pb import HAMT_MURMUR3, Kind, Link, UnixFs, decode_node, encode_node
from provenance_schemas.errors import ContentError
from provenance_schemas.hamt import hash_name
from provenance_schemas.unixfs import Layout, Node, add_directory, add_file
from provenance_schemas.unixfs_read import list_directory, read_file, resolve_path
from tests.oracles.unixfs_cases import our_cid
from tests.vectors.make_unixfs import case_of

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "unixfs.json").read_text())
SMALL = Layout(chunk_bytes=8, width=3, directory_max_bytes=400)

names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), min_size=1, max_size=20).filter(
    lambda name: name not in {".", ".."}
)


class Blocks(dict):
    """Blocks by id, both ways."""

    def put(self, cid, block):
        self[cid] = block

    def add(self, links, unixfs):
        """Write a node by hand; honest ones are made by the builders."""
        block = encode_node(links, unixfs)
        cid = ContentId.of(block, DAG_PB)
        self[cid] = block
        return cid

    def leaf(self, content):
        cid = ContentId.of(content)
        self[cid] = content
        return cid


@pytest.fixture
def blocks():
    return Blocks()


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_content_ids_are_those_of_the_vectors(vector):
    """The vectors come from an independent implementation of profile unixfs-v1-2025."""
    assert vector["cid"] == str(our_cid(case_of(vector)))


def test_a_document_of_one_chunk_is_named_by_its_own_hash(blocks):
    """sha256(file) = digest on chain = digest in the id."""
    document = b'{"type":"passport-1"}'
    node = add_file(io.BytesIO(document), blocks.put)

    assert node == Node(ContentId.of(document, RAW), len(document), len(document))


def test_a_stream_of_short_reads_gives_the_same_id(blocks):
    """A socket gives what it has; chunks are cut by count, not by read."""

    class Dripping(io.BytesIO):
        def read(self, size=-1):
            return super().read(min(size, 3))

    content = bytes(range(200))
    expected = add_file(io.BytesIO(content), blocks.put, SMALL)

    assert expected == add_file(Dripping(content), blocks.put, SMALL)


@given(content=st.binary(max_size=400), chunk=st.integers(1, 40), width=st.integers(2, 5))
def test_any_file_reads_back(content, chunk, width):
    """Whatever the layout, the bytes and the sizes return."""
    blocks = Blocks()
    node = add_file(io.BytesIO(content), blocks.put, Layout(chunk, width))

    assert content == read_file(node.cid, blocks.__getitem__, size_max_bytes=400)
    assert node.size == len(content)
    assert node.tsize >= len(content)


@settings(max_examples=60)
@given(tree=st.dictionaries(names, st.binary(max_size=5), max_size=40))
def test_any_directory_lists_and_resolves(tree):
    """Plain or sharded: what went in is listed by name and found by path, and nothing else is."""
    blocks = Blocks()
    entries = {name: add_file(io.BytesIO(content), blocks.put) for name, content in tree.items()}
    root = add_directory({"inner": entries}, blocks.put, SMALL)
    inner = resolve_path(root.cid, ["inner"], blocks.__getitem__).target

    assert sorted(tree, key=str.encode) == [entry.name for entry in list_directory(inner, blocks.__getitem__)]
    for name, content in tree.items():
        found = resolve_path(root.cid, ["inner", name], blocks.__getitem__)
        assert content == read_file(found.target, blocks.__getitem__, size_max_bytes=5)
        assert all(cid.matches(block) for cid, block in found.crossed)
    assert resolve_path(root.cid, ["inner", "not there"], blocks.__getitem__).target is None


@given(content=st.binary(min_size=1, max_size=200), where=st.integers(0), bit=st.integers(0, 7))
def test_one_flipped_bit_anywhere_is_refused(content, where, bit):
    """In any block of a file, at any place."""
    blocks = Blocks()
    node = add_file(io.BytesIO(content), blocks.put, SMALL)
    cid = list(blocks)[where % len(blocks)]
    damaged = bytearray(blocks[cid])
    damaged[where % len(damaged)] ^= 1 << bit
    blocks[cid] = bytes(damaged)

    with pytest.raises(ContentError):
        read_file(node.cid, blocks.__getitem__, size_max_bytes=200)


@given(block=st.binary(max_size=80))
def test_random_bytes_are_a_node_or_a_content_error(block):
    """Nothing else may come out of a block from outside."""
    try:
        decode_node(block)
    except ContentError:
        return


@given(where=st.integers(0), byte=st.integers(0, 255), cut=st.integers(0))
def test_a_damaged_node_is_read_or_refused_with_a_content_error(where, byte, cut):
    """Near misses reach deeper into the decoder than random bytes do."""
    blocks = Blocks()
    names = {f"{index}": add_file(io.BytesIO(b"x"), blocks.put) for index in range(5)}
    block = bytearray(blocks[add_directory(names, blocks.put, Layout(directory_max_bytes=1)).cid])
    block[where % len(block)] = byte
    try:
        decode_node(bytes(block[: cut % len(block) + 1]))
    except ContentError:
        return


@pytest.mark.parametrize(
    ("sizes", "claimed"),
    [((4, 4), 9), ((4, 5), 9), ((4,), 4), ((4, 4, 0), 8), ((4, 2**62), 2**62 + 4)],
    ids=["total", "part", "fewer sizes", "empty part", "huge part"],
)
def test_a_file_that_lies_about_sizes_is_refused(blocks, sizes, claimed):
    """Readers allocate and seek by these numbers."""
    links = [Link(b"", blocks.leaf(b"abcd"), 4), Link(b"", blocks.leaf(b"efgh"), 4)]
    if 0 in sizes:
        links.append(Link(b"", blocks.leaf(b""), 0))
    root = blocks.add(links, UnixFs(Kind.FILE, size=claimed, block_sizes=sizes))

    with pytest.raises(ContentError):
        read_file(root, blocks.__getitem__, size_max_bytes=100)


def test_a_file_over_the_limit_is_refused_before_its_parts_are_fetched(blocks):
    """The root tells the size; nothing below it is asked for."""
    node = add_file(io.BytesIO(bytes(100)), blocks.put, SMALL)
    asked = []

    def get(cid):
        asked.append(cid)
        return blocks[cid]

    with pytest.raises(ContentError, match="100 bytes, at most 99"):
        read_file(node.cid, get, size_max_bytes=99)

    assert [node.cid] == asked


def test_a_file_nested_too_deep_is_refused(blocks):
    """A chain of single links costs a block each and gives nothing."""
    cid, size = blocks.leaf(b"x"), 1
    for _ in range(10):
        cid = blocks.add([Link(b"", cid, size)], UnixFs(Kind.FILE, size=1, block_sizes=(1,)))

    with pytest.raises(ContentError, match="deeper"):
        read_file(cid, blocks.__getitem__, size_max_bytes=100)


def test_a_node_with_bytes_of_its_own_is_read_in_order(blocks):
    """Other writers put the first bytes into the node itself."""
    leaf = blocks.leaf(b"world")
    root = blocks.add([Link(b"", leaf, 5)], UnixFs(Kind.FILE, b"hello ", size=11, block_sizes=(5,)))

    assert read_file(root, blocks.__getitem__, size_max_bytes=11) == b"hello world"


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\0", "x" * 256, "\ud800"])
def test_a_name_no_path_can_reach_is_refused(blocks, name):
    """In building and in resolving alike."""
    with pytest.raises(ContentError):
        add_directory({name: {}}, blocks.put)
    with pytest.raises(ContentError):
        resolve_path(add_directory({}, blocks.put).cid, [name], blocks.__getitem__)


def test_directories_nested_too_deep_are_refused(blocks):
    """Thirty-two are enough for anybody, and a limit stops what was built to hurt."""
    entries = {}
    for _ in range(32):
        entries = {"d": entries}

    with pytest.raises(ContentError, match="deeper"):
        add_directory(entries, blocks.put)
    with pytest.raises(ContentError, match="33 segments"):
        resolve_path(add_directory({}, blocks.put).cid, ["d"] * 33, blocks.__getitem__)


def test_a_name_that_stands_twice_is_refused(blocks):
    """Two readers could otherwise see two different pieces under one name."""
    links = [Link(b"a", blocks.leaf(b"1"), 1), Link(b"a", blocks.leaf(b"2"), 1)]
    root = blocks.add(links, UnixFs(Kind.DIRECTORY))

    with pytest.raises(ContentError, match="twice"):
        resolve_path(root, ["a"], blocks.__getitem__)
    with pytest.raises(ContentError, match="twice"):
        list_directory(root, blocks.__getitem__)


def shard(blocks, slots, *, bits=None, fanout=256, hash_type=HAMT_MURMUR3):
    links = [Link(b"%02X" % slot + name, blocks.leaf(name), 1) for slot, name in slots]
    field = sum({1 << slot for slot, _ in slots}) if bits is None else bits
    return blocks.add(links, UnixFs(Kind.HAMT_SHARD, field.to_bytes(32), fanout=fanout, hash_type=hash_type))


def test_a_shard_in_order_is_listed(blocks):
    """The ground on which the next test stands."""
    slot = hash_name(b"bag")[0]

    assert [entry.name for entry in list_directory(shard(blocks, [(slot, b"bag")]), blocks.__getitem__)] == ["bag"]


@pytest.mark.parametrize(
    "change",
    [{"bits": 0}, {"fanout": 16}, {"hash_type": 0x12}],
    ids=["bit field", "fan-out", "hash"],
)
def test_a_shard_that_contradicts_itself_is_refused(blocks, change):
    """A shard is proof that a name is absent only if all readers walk it alike."""
    root = shard(blocks, [(hash_name(b"bag")[0], b"bag")], **change)

    with pytest.raises(ContentError):
        resolve_path(root, ["bag"], blocks.__getitem__)


def test_a_name_that_shares_a_slot_with_another_is_absent(blocks):
    """The first eight bits of two hashes agree often; only the name itself decides."""
    slot = hash_name(b"bag")[0]
    other = next(str(index) for index in range(10_000) if hash_name(b"%d" % index)[0] == slot)
    root = shard(blocks, [(slot, b"bag")])

    assert resolve_path(root, [other], blocks.__getitem__).target is None
    assert resolve_path(root, ["bag"], blocks.__getitem__).target is not None


def test_a_name_hidden_in_the_wrong_slot_is_refused(blocks):
    """Listed, yet found by no lookup."""
    root = shard(blocks, [(hash_name(b"bag")[0] ^ 1, b"bag")])

    assert resolve_path(root, ["bag"], blocks.__getitem__).target is None
    with pytest.raises(ContentError, match="wrong shard"):
        list_directory(root, blocks.__getitem__)


def test_a_shard_that_leads_to_itself_in_depth_is_refused(blocks):
    """Hashes have eight bytes; a ninth level cannot be."""
    cid = shard(blocks, [(0, b"deep")])
    for _ in range(9):
        cid = blocks.add(
            [Link(b"%02X" % slot, cid, 1) for slot in range(256)],
            UnixFs(Kind.HAMT_SHARD, (2**256 - 1).to_bytes(32), fanout=256, hash_type=HAMT_MURMUR3),
        )

    with pytest.raises(ContentError):
        list_directory(cid, blocks.__getitem__)
    with pytest.raises(ContentError, match="deeper"):
        resolve_path(cid, ["bag"], blocks.__getitem__)


def test_more_entries_than_allowed_are_refused(blocks):
    """The caller says how many it can hold."""
    root = add_directory({str(index): {} for index in range(4)}, blocks.put)

    assert len(list_directory(root.cid, blocks.__getitem__, entries_max=4)) == 4
    with pytest.raises(ContentError, match="more than 3"):
        list_directory(root.cid, blocks.__getitem__, entries_max=3)


def test_below_a_file_there_is_nothing(blocks):
    """A path through a document or a chunked file leads nowhere, and is not an error."""
    one = add_file(io.BytesIO(b"x"), blocks.put)
    many = add_file(io.BytesIO(bytes(50)), blocks.put, SMALL)
    root = add_directory({"one": one, "many": many}, blocks.put)

    assert resolve_path(root.cid, ["one", "x"], blocks.__getitem__).target is None
    assert resolve_path(root.cid, ["many", "x"], blocks.__getitem__).target is None
    assert resolve_path(root.cid, [], blocks.__getitem__).target == root.cid


@pytest.mark.parametrize("content", [b"\x0a\x02\x08\x03", b"\x0a\x02\x08\x04", b"", b"\x0a\x00", b"\x1a\x00"])
def test_what_is_not_a_file_or_a_directory_is_refused(blocks, content):
    """Metadata, symlinks, nothing, a node without a type, an unknown field."""
    cid = ContentId.of(content, DAG_PB)
    blocks[cid] = content

    with pytest.raises(ContentError):
        read_file(cid, blocks.__getitem__, size_max_bytes=9)
    with pytest.raises(ContentError):
        list_directory(cid, blocks.__getitem__)
