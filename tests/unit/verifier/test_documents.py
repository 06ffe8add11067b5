"""Reading documents: lost is not malformed, and only what matched its name is remembered."""

from __future__ import annotations

import pytest

from provenance_schemas.content_id import ContentId
from provenance_schemas.step_kinds import EntryKind
from tests.fakes.documents import some_passport, some_step
from tests.fakes.store import MemoryStore
from verifier.content import checked_block
from verifier.documents import DocumentReader
from verifier.errors import ContentUnavailableError
from verifier.evidence import Malformed, Unavailable
from verifier.limits import DOCUMENT_SIZE_MAX_BYTES


class LyingStore:
    """Gives the same bytes whatever is asked for, and checks nothing."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def get(self, cid: ContentId, *, size_max_bytes: int) -> bytes:
        return self.data


def stored(data):
    store, cid = MemoryStore(), ContentId.of(data)
    store.put(cid, data)
    return store, cid


def test_a_passport_and_a_step_are_read():
    for document, name in [(some_passport(), "passport"), (some_step(EntryKind.SERVICED), "step")]:
        store, cid = stored(document.to_bytes())
        assert getattr(DocumentReader(store), name)(cid) == document


@pytest.mark.parametrize("data", [b"", b"{}", b"\xff", some_passport().to_bytes() + b" "])
def test_recorded_bytes_that_are_no_document_are_malformed(data):
    """They match their name, so this is what was recorded: a proof."""
    store, cid = stored(data)
    reader = DocumentReader(store)

    assert isinstance(reader.passport(cid), Malformed)
    assert isinstance(reader.step(cid), Malformed)


def test_one_kind_of_document_is_not_another():
    store, cid = stored(some_passport().to_bytes())
    assert isinstance(DocumentReader(store).step(cid), Malformed)


@pytest.mark.parametrize("data", [b"", b"{}", some_passport(name="Another piece").to_bytes()])
def test_other_bytes_are_lost_not_malformed(data):
    """A gateway that serves something else proves nothing against the item."""
    cid = ContentId.of(some_passport().to_bytes())
    assert isinstance(DocumentReader(LyingStore(data)).passport(cid), Unavailable)


def test_a_block_over_its_limit_is_lost_even_if_it_matches():
    """A store that forgets its limit does not lift ours."""
    data = b"\0" * (DOCUMENT_SIZE_MAX_BYTES + 1)
    with pytest.raises(ContentUnavailableError, match="at most"):
        checked_block(LyingStore(data), ContentId.of(data), DOCUMENT_SIZE_MAX_BYTES)

    assert checked_block(LyingStore(data), ContentId.of(data), len(data)) == data


def test_what_was_read_once_is_not_asked_for_again():
    """Malformed documents too: their bytes are as immutable."""
    for data in (some_passport().to_bytes(), b"{}"):
        store, cid = stored(data)
        reader = DocumentReader(store)
        first = reader.passport(cid)
        store.reachable = False

        assert reader.passport(cid) == first


def test_what_could_not_be_had_is_asked_for_again():
    """A gateway that was away for a minute must not cost a day."""
    store, cid = stored(some_passport().to_bytes())
    reader = DocumentReader(store)
    store.reachable = False
    assert isinstance(reader.passport(cid), Unavailable)
    store.reachable = True

    assert reader.passport(cid) == some_passport()


def test_the_cache_is_bounded_and_forgets_what_was_not_used_longest():
    store = MemoryStore()
    cids = []
    for number in range(3):
        data = some_passport(name=f"Piece {number}").to_bytes()
        cids.append(ContentId.of(data))
        store.put(cids[-1], data)
    reader = DocumentReader(store, cache_count_max=2)
    for cid in (cids[0], cids[1], cids[0], cids[2]):
        reader.passport(cid)
    store.asked.clear()

    reader.passport(cids[0])
    reader.passport(cids[2])
    assert store.asked == []
    reader.passport(cids[1])
    assert store.asked == [cids[1]]
