"""Stores made of stores: what is remembered, what is forgotten, who is asked."""

from __future__ import annotations

import pytest

from provenance_schemas.content_id import ContentId
from tests.fakes.store import MemoryStore
from verifier.adapters.cached_store import CachedStore, FirstOfStores
from verifier.errors import ContentUnavailableError

BLOCKS = [(ContentId.of(content), content) for content in (bytes([index]) * 100 for index in range(5))]
ENTRY_BYTES = 300
"""What a block of 100 bytes costs in memory."""


def ask(store, *indexes):
    for index in indexes:
        assert store.get(BLOCKS[index][0], size_max_bytes=100) == BLOCKS[index][1]


def test_a_block_is_fetched_once():
    """And served while the world is away."""
    memory = MemoryStore(BLOCKS)
    store = CachedStore(memory)
    ask(store, 0, 0)
    memory.reachable = False
    ask(store, 0)

    assert [BLOCKS[0][0]] == memory.asked


def test_the_least_recently_used_block_is_forgotten_first():
    """Room for two: the one used again stays."""
    memory = MemoryStore(BLOCKS)
    store = CachedStore(memory, size_max_bytes=2 * ENTRY_BYTES)
    ask(store, 0, 1, 0, 2, 0, 1)

    assert [BLOCKS[index][0] for index in (0, 1, 2, 1)] == memory.asked
    assert store.size_bytes == 2 * ENTRY_BYTES


def test_a_block_larger_than_the_memory_is_passed_through():
    """It would push out everything and still not fit."""
    memory = MemoryStore(BLOCKS)
    store = CachedStore(memory, size_max_bytes=ENTRY_BYTES - 1)
    ask(store, 0, 0)

    assert (len(memory.asked), store.size_bytes) == (2, 0)


def test_a_miss_is_not_remembered():
    """What is published a moment later must be found."""
    memory = MemoryStore()
    store = CachedStore(memory)
    with pytest.raises(ContentUnavailableError):
        ask(store, 0)
    memory.put_many(BLOCKS)

    ask(store, 0)


def test_the_readers_limit_holds_for_what_is_remembered():
    """The next reader may allow less than the first did."""
    store = CachedStore(MemoryStore(BLOCKS))
    ask(store, 0)

    with pytest.raises(ContentUnavailableError):
        store.get(BLOCKS[0][0], size_max_bytes=99)


def test_stores_are_asked_in_order_until_one_answers():
    """The far one is asked only for what the near one lacks, and every refusal is told."""
    near, far = MemoryStore(BLOCKS[:1]), MemoryStore(BLOCKS[:2])
    store = FirstOfStores([near, far])
    ask(store, 0, 1)

    assert [BLOCKS[1][0]] == far.asked
    with pytest.raises(ContentUnavailableError, match=r"memory; .*memory"):
        ask(store, 2)


def test_no_store_at_all_is_refused_when_built():
    """It could never answer."""
    with pytest.raises(ValueError, match="at least one"):
        FirstOfStores([])
