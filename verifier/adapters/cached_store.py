"""Stores made of stores: a bounded memory in front of one, and the first of several that answers."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

from provenance_schemas.content_id import ContentId
from verifier.errors import ContentUnavailableError
from verifier.ports import ContentStore

CACHE_MAX_BYTES: Final = 64 * 1024 * 1024
_ENTRY_BYTES: Final = 200
"""What an entry costs beside its block, so that many small blocks are bounded too."""


class CachedStore:
    """ContentStore that remembers blocks and forgets the least recently used. Misses are not kept."""

    def __init__(self, store: ContentStore, *, size_max_bytes: int = CACHE_MAX_BYTES) -> None:
        self._store = store
        self._size_max_bytes = size_max_bytes
        self._blocks: OrderedDict[bytes, bytes] = OrderedDict()
        self._size_bytes = 0
        self._lock = threading.Lock()

    def get(self, cid: ContentId, *, size_max_bytes: int) -> bytes:
        """Return the block, from memory if it is there; it was checked when it came."""
        with self._lock:
            block = self._blocks.get(cid.digest)
            if block is not None:
                self._blocks.move_to_end(cid.digest)
        if block is None:
            block = self._store.get(cid, size_max_bytes=size_max_bytes)
            self._remember(cid.digest, block)
        if len(block) > size_max_bytes:
            raise ContentUnavailableError(f"{cid}: block of {len(block)} bytes, at most {size_max_bytes} wanted")
        return block

    @property
    def size_bytes(self) -> int:
        """Bytes held, entries' own cost included."""
        return self._size_bytes

    def _remember(self, digest: bytes, block: bytes) -> None:
        cost = len(block) + _ENTRY_BYTES
        if cost > self._size_max_bytes:
            return
        with self._lock:
            if digest in self._blocks:
                return
            self._blocks[digest] = block
            self._size_bytes += cost
            while self._size_bytes > self._size_max_bytes:
                _, forgotten = self._blocks.popitem(last=False)
                self._size_bytes -= len(forgotten) + _ENTRY_BYTES


class FirstOfStores:
    """ContentStore that asks several in order, the near ones first."""

    def __init__(self, stores: Sequence[ContentStore]) -> None:
        if not stores:
            raise ValueError("at least one store")
        self._stores = tuple(stores)

    def get(self, cid: ContentId, *, size_max_bytes: int) -> bytes:
        """Return the block of the first store that has it; ContentUnavailableError names every refusal."""
        reasons: list[str] = []
        for store in self._stores:
            try:
                return store.get(cid, size_max_bytes=size_max_bytes)
            except ContentUnavailableError as error:
                reasons.append(str(error))
        raise ContentUnavailableError("; ".join(reasons))
