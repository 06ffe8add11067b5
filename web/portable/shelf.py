"""Evidence bundles: made once for a piece, and given for a while as long as its record says the same."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from provenance_schemas.ids import Address, BlockRef, ItemId
from verifier.bundle_form import open_bundle
from verifier.errors import BundleError, UnavailableError
from verifier.ports import ChainReader
from web.places import Places

KEPT_MAX: Final = 64
KEPT_MAX_BYTES: Final = 64 * 1024**2
AGE_MAX_S: Final = 600.0
"""A final block comes every few seconds, and a bundle costs a walk of all registrations: not one for each block."""
REFUSED_KEPT_S: Final = 30.0
REFUSED_MAX: Final = 1_024
MAKING_MAX: Final = 2
WAITING_MAX: Final = 2

Make = Callable[[ItemId, BlockRef | None], bytes]
"""Makes a bundle at the final block (None), or at one before. Raises UnavailableError, BundleError."""
ReadWords = Callable[[ItemId, Sequence[Address], BlockRef], object]
"""Reads what the registry says of a piece and of these writers at a block, to be compared. Raises UnavailableError."""


@dataclass(slots=True)
class _Shelved:
    """A bundle, and what the registry said when it was made."""

    content: bytes
    writers: tuple[Address, ...]
    words: object
    made_at_s: float
    unchanged_at: bytes
    """Hash of the last final block at which the words were still these."""


class Shelf:
    """Makes bundles, a few at a time, and keeps the last ones. Safe to use from several threads."""

    def __init__(
        self,
        make: Make,
        final: Callable[[ItemId], BlockRef],
        signed: Callable[[ItemId], BlockRef | None],
        words: ReadWords,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`final` names the newest final block of a piece's chain, `signed` the block of its newest checkpoint."""
        self._make = make
        self._final = final
        self._signed = signed
        self._words = words
        self._clock = clock
        self._kept: OrderedDict[ItemId, _Shelved] = OrderedDict()
        self._refused: OrderedDict[ItemId, tuple[float, BundleError]] = OrderedDict()
        self._lock = threading.Lock()
        self._places = Places("bundles", at_once_max=MAKING_MAX, waiting_max=WAITING_MAX)

    def bundle(self, item: ItemId) -> bytes:
        """Give a piece's bundle. Raises UnavailableError when it cannot be made now, BundleError when not at all."""
        final = self._final(item)
        if (kept := self._standing(item, final)) is not None:
            return kept
        with self._places.place(item):
            # Whoever waited behind the same piece finds it made.
            return self._standing(item, final) or self._made(item)

    def _standing(self, item: ItemId, final: BlockRef) -> bytes | None:
        """Give the newest bundle of a piece, if the record still says what it says there.

        Raises BundleError when there was none a moment ago.
        """
        now_s = self._clock()
        with self._lock:
            shelved = self._kept.get(item)
            refused_at_s, refusal = self._refused.get(item, (0.0, None))
        if refusal is not None and now_s - refused_at_s < REFUSED_KEPT_S:
            raise type(refusal)(str(refusal))
        if shelved is None:
            return None
        if shelved.unchanged_at != final.hash:
            if now_s - shelved.made_at_s > AGE_MAX_S:
                return None
            if self._words(item, shelved.writers, final) != shelved.words:
                return None
            shelved.unchanged_at = final.hash
        with self._lock:
            if item in self._kept:
                self._kept.move_to_end(item)
        return shelved.content

    def _made(self, item: ItemId) -> bytes:
        """Make a bundle and keep it; a refusal is kept for a moment."""
        began_at_s = self._clock()
        try:
            newest = self._make(item, None)
            opened = open_bundle(newest)
        except BundleError as error:
            self._keep_refusal(item, error)
            raise
        # At the bundle's own block: what changes from there on shows, also what changed while it was made.
        words = self._words(item, opened.actors, opened.block)
        content = self._signed_like(item, newest)
        self._keep(item, _Shelved(content, opened.actors, words, began_at_s, opened.block.hash))
        return content

    def _signed_like(self, item: ItemId, newest: bytes) -> bytes:
        """Give the bundle of the newest checkpoint's block if the record says there what it says now, else this one.

        A bundle of a signed block is checked with the brand's key alone; nobody needs a node for it.
        """
        try:
            block = self._signed(item)
            if block is None:
                return newest
            signed = self._make(item, block)
        except (UnavailableError, BundleError):
            return newest
        return signed if _says_the_same(signed, newest) else newest

    def _keep(self, item: ItemId, shelved: _Shelved) -> None:
        with self._lock:
            self._refused.pop(item, None)
            self._kept[item] = shelved
            self._kept.move_to_end(item)
            while len(self._kept) > KEPT_MAX or sum(len(one.content) for one in self._kept.values()) > KEPT_MAX_BYTES:
                self._kept.popitem(last=False)

    def _keep_refusal(self, item: ItemId, error: BundleError) -> None:
        with self._lock:
            # A copy: the error itself holds on to everything that was read for it.
            self._refused[item] = (self._clock(), type(error)(str(error)))
            self._refused.move_to_end(item)
            while len(self._refused) > REFUSED_MAX:
                self._refused.popitem(last=False)


def read_words(chain: ChainReader, item: ItemId, writers: Sequence[Address], at: BlockRef) -> object:
    """Read every word that a bundle rests on but the lane of registrations, which grows with every new piece.

    Raises ChainUnavailableError.
    """
    state = chain.read([item], writers, at)
    return state.code_hash, state.items[item.token_id], dict(state.actors)


def _says_the_same(one: bytes, other: bytes) -> bool:
    """Say whether two bundles of a piece tell the same history with the same outcome."""
    left, right = open_bundle(one), open_bundle(other)
    same = [(entry.lane, entry.meta, entry.digest) for entry in left.entries]
    return left.checks == right.checks and same == [(e.lane, e.meta, e.digest) for e in right.entries]
