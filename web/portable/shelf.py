"""Evidence bundles, made once for each piece and final block, and kept while they are the newest."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from provenance_schemas.ids import BlockRef, ItemId
from verifier.bundle_form import open_bundle
from verifier.errors import BundleError, ChainUnavailableError, UnavailableError

KEPT_MAX: Final = 64
KEPT_MAX_BYTES: Final = 64 * 1024**2
MAKING_MAX: Final = 2
WAITING_MAX: Final = 2
"""Of the few threads that answer for the whole site, these may wait for a place besides."""
_WAIT_S: Final = 10.0

Make = Callable[[ItemId, BlockRef | None], bytes]
"""Makes a bundle at the final block (None), or at one before. Raises UnavailableError, BundleError."""


class Shelf:
    """Makes bundles, a few at a time, and keeps the last ones. Safe to use from several threads."""

    def __init__(
        self,
        make: Make,
        final: Callable[[ItemId], BlockRef],
        signed: Callable[[ItemId], BlockRef | None],
    ) -> None:
        """`final` names the newest final block of a piece's chain, `signed` the block of its newest checkpoint."""
        self._make = make
        self._final = final
        self._signed = signed
        self._kept: OrderedDict[tuple[ItemId, bytes], bytes] = OrderedDict()
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(MAKING_MAX)
        self._asking = threading.BoundedSemaphore(MAKING_MAX + WAITING_MAX)

    def bundle(self, item: ItemId) -> bytes:
        """Give a piece's bundle. Raises UnavailableError when it cannot be made now, BundleError when not at all."""
        key = (item, self._final(item).hash)
        if (kept := self._find(key)) is not None:
            return kept
        if not self._asking.acquire(blocking=False):
            raise ChainUnavailableError("too many bundles are being asked for")
        try:
            data = self._in_turn(key)
        finally:
            self._asking.release()
        self._keep(key, data)
        return data

    def _in_turn(self, key: tuple[ItemId, bytes]) -> bytes:
        if not self._places.acquire(timeout=_WAIT_S):
            raise ChainUnavailableError("too many bundles are being made")
        try:
            return self._find(key) or self._made(key[0])
        finally:
            self._places.release()

    def _made(self, item: ItemId) -> bytes:
        """Make it at the newest checkpoint's block if the record says there what it says now, else at the final block.

        A bundle of a signed block is checked with the brand's key alone; nobody needs a node for it.
        """
        newest = self._make(item, None)
        try:
            block = self._signed(item)
            if block is None:
                return newest
            signed = self._make(item, block)
        except (UnavailableError, BundleError):
            return newest
        return signed if _says_the_same(signed, newest) else newest

    def _find(self, key: tuple[ItemId, bytes]) -> bytes | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def _keep(self, key: tuple[ItemId, bytes], data: bytes) -> None:
        with self._lock:
            self._kept[key] = data
            while len(self._kept) > KEPT_MAX or sum(map(len, self._kept.values())) > KEPT_MAX_BYTES:
                self._kept.popitem(last=False)


def _says_the_same(one: bytes, other: bytes) -> bool:
    """Say whether two bundles of a piece tell the same history with the same outcome."""
    left, right = open_bundle(one), open_bundle(other)
    same = [(entry.lane, entry.meta, entry.digest) for entry in left.entries]
    return left.checks == right.checks and same == [(e.lane, e.meta, e.digest) for e in right.entries]
