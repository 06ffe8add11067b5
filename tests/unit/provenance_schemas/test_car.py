"""CAR files: what goes in comes out, and nothing else does."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance_schemas.car import car_header, read_car, write_car
from provenance_schemas.content_id import DAG_PB, ContentId
from provenance_schemas.dag_pb import BLOCK_MAX_BYTES
from provenance_schemas.errors import ContentError
from provenance_schemas.multiformat import write_varint

EMPTY = ContentId.of(b"")


def car_of(*contents: bytes, roots=None) -> bytes:
    out = io.BytesIO()
    blocks = [(ContentId.of(content), content) for content in contents]
    write_car(out, [blocks[0][0]] if roots is None else roots, blocks)
    return out.getvalue()


def all_of(car: bytes, **limits) -> list[bytes]:
    return [block for _, block in read_car(io.BytesIO(car), **limits).blocks]


@given(contents=st.lists(st.binary(max_size=300), max_size=8), codec=st.sampled_from([0x55, DAG_PB]))
def test_a_car_reads_back(contents, codec):
    """Roots, ids with their codec, blocks and their order."""
    blocks = [(ContentId.of(content, codec), content) for content in contents]
    roots = [cid for cid, _ in blocks[:3]]
    out = io.BytesIO()
    length = write_car(out, roots, blocks)
    car = read_car(io.BytesIO(out.getvalue()))

    assert length == len(out.getvalue())
    assert tuple(roots) == car.roots
    assert blocks == list(car.blocks)


def test_the_header_is_that_of_the_specification():
    """DAG-CBOR {"roots": [CID], "version": 1}, as every other tool writes it."""
    header = car_header([EMPTY.raw]).hex()

    assert header == "3aa265726f6f747381d82a582500" + EMPTY.raw.hex() + "6776657273696f6e01"


@given(where=st.integers(0), bit=st.integers(0, 7))
def test_one_flipped_bit_anywhere_is_refused(where, bit):
    """Header, length, id or content; a flipped root alone names another root, and is seen by comparing it."""
    car = bytearray(car_of(b"one", b"two" * 20))
    car[where % len(car)] ^= 1 << bit
    try:
        read = read_car(io.BytesIO(bytes(car)))
        contents = list(read.blocks)
    except ContentError:
        return

    root = ContentId.of(b"one")
    codec_flipped = any(cid not in {root, ContentId.of(b"two" * 20)} for cid, _ in contents)
    assert read.roots != (root,) or codec_flipped


@pytest.mark.parametrize("cut", range(1, 137))
def test_a_car_cut_anywhere_but_between_blocks_is_refused(cut):
    """Between two blocks nothing shows; whoever asked for a DAG walks it and misses the rest."""
    car = car_of(b"a" * 20, b"b" * 17)
    between = {59, 59 + 57, len(car)}
    if cut in between:
        assert len(all_of(car[:cut])) < 2
    else:
        with pytest.raises(ContentError):
            all_of(car[:cut])


def test_an_empty_stream_is_no_car():
    """No header, no CAR."""
    with pytest.raises(ContentError):
        read_car(io.BytesIO(b""))


@pytest.mark.parametrize(
    "header",
    [
        "a2" + "65726f6f747380" + "6776657273696f6e02",
        "a2" + "6776657273696f6e01" + "65726f6f747380",
        "a1" + "6776657273696f6e01",
        "a2" + "65726f6f7473f6" + "6776657273696f6e01",
        "a2" + "65726f6f747380" + "6776657273696f6e1801",
        "a2" + "65726f6f747381d82a450001550000" + "6776657273696f6e01",
        "a3" + "65726f6f747380" + "6776657273696f6e01" + "6178f6",
    ],
    ids=["version 2", "key order", "no roots", "null roots", "long number", "identity root", "another key"],
)
def test_another_spelling_of_the_header_is_refused(header):
    """Strictness here costs nothing: every writer we know spells it alike."""
    raw = bytes.fromhex(header)

    with pytest.raises(ContentError):
        read_car(io.BytesIO(write_varint(len(raw)) + raw))


def test_the_limits_hold():
    """On the whole, on one block, on the header, on the roots."""
    car = car_of(b"x" * 100, b"y" * 100)

    assert len(all_of(car, size_max_bytes=len(car))) == 2
    with pytest.raises(ContentError, match="more than"):
        all_of(car, size_max_bytes=len(car) - 1)
    with pytest.raises(ContentError, match="section"):
        all_of(car_header([]) + write_varint(BLOCK_MAX_BYTES + 37))
    with pytest.raises(ContentError, match="header"):
        all_of(write_varint(3000))
    with pytest.raises(ValueError, match="at most 23 roots"):
        car_header([EMPTY.raw] * 24)


def test_a_long_car_is_read_block_by_block():
    """Blocks are given out before the rest is read: memory is one block."""
    car = io.BytesIO(car_of(b"first" * 100, b"second" * 100))
    next(read_car(car).blocks)

    assert car.tell() < len(car.getvalue()) - 600
