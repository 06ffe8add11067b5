"""Content ids: one name, one spelling."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance_schemas.content_id import DAG_PB, RAW, ContentId
from provenance_schemas.errors import ContentError

EMPTY_RAW = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"
EMPTY_DIRECTORY = "bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354"


@pytest.mark.parametrize(
    ("content", "codec", "text"), [(b"", RAW, EMPTY_RAW), (bytes.fromhex("0a020801"), DAG_PB, EMPTY_DIRECTORY)]
)
def test_well_known_ids(content, codec, text):
    """Those every IPFS tool prints for an empty block and an empty directory."""
    assert text == str(ContentId.of(content, codec))


@given(digest=st.binary(min_size=32, max_size=32), codec=st.sampled_from([RAW, DAG_PB]))
def test_an_id_reads_back_from_text_and_bytes(digest, codec):
    """Both forms carry all of it."""
    cid = ContentId(codec, digest)

    assert cid == ContentId.parse(str(cid)) == ContentId.from_raw(cid.raw)


@given(content=st.binary(min_size=1, max_size=100), where=st.integers(0), bit=st.integers(0, 7))
def test_an_id_matches_its_block_and_no_other(content, where, bit):
    """Any one flipped bit is another block."""
    changed = bytearray(content)
    changed[where % len(content)] ^= 1 << bit
    cid = ContentId.of(content)

    assert cid.matches(content)
    assert not cid.matches(bytes(changed))


@given(where=st.integers(0, 58), character=st.sampled_from("abcdefghijklmnopqrstuvwxyz234567A01=/ "))
def test_a_mistyped_id_is_another_id_or_refused(where, character):
    """Never the same id in two spellings: the last character carries two spare bits."""
    text = EMPTY_RAW[:where] + character + EMPTY_RAW[where + 1 :]
    try:
        cid = ContentId.parse(text)
    except ContentError:
        return

    assert text == str(cid)
    assert (text == EMPTY_RAW) == (cid == ContentId.of(b""))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "b",
        EMPTY_RAW.upper(),
        "B" + EMPTY_RAW[1:].upper(),
        EMPTY_RAW[:-1],
        EMPTY_RAW + "a",
        EMPTY_RAW + "\n",
        "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn",
        "zdj7WbTaiJT1fgatdet9Ei9iDB5hdCxkbVyhyh8YTUnXMiwYi",
        "bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua",
        "bafkqaaa",
    ],
)
def test_other_kinds_of_id_are_refused(text):
    """Upper case, CIDv0, base58, dag-cbor, identity: not ours, and not equal to ours either."""
    with pytest.raises(ContentError):
        ContentId.parse(text)


@pytest.mark.parametrize(("codec", "digest"), [(0x71, bytes(32)), (RAW, bytes(31)), (RAW, bytes(33))])
def test_another_codec_or_digest_length_cannot_be_built(codec, digest):
    """Values are right from the start, or not there."""
    with pytest.raises(ContentError):
        ContentId(codec, digest)
