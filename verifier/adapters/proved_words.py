"""Words proved at a block stay true of that block for ever, so many verifications share one proof."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

from provenance_schemas.ids import Address

_BLOCKS_KEPT: Final = 4
_WORDS_MAX: Final = 200_000
_ACTORS_MAX: Final = 12
"""A proof of one more slot costs about 0.1 ms; a second round trip costs ten times that."""


class ProvedWords:
    """What was proved about one registry at one block. Only ever grows."""

    def __init__(self) -> None:
        self.code_hash: bytes | None = None
        self.values: dict[int, int] = {}

    def value(self, slot: int) -> int:
        """Give the word of a slot that was proved."""
        return self.values[slot]

    def add(self, code_hash: bytes | None, values: dict[int, int]) -> None:
        """Keep what one proof gave."""
        self.code_hash = code_hash
        self.values |= values


class ProvedBlocks:
    """The newest few blocks, each with its proved words. Safe to use from several threads."""

    def __init__(self) -> None:
        self._blocks: OrderedDict[bytes, ProvedWords] = OrderedDict()
        self._lock = threading.Lock()

    def at(self, block_hash: bytes) -> ProvedWords:
        """Give the words of one block, to read from and to add to."""
        with self._lock:
            known = self._blocks.get(block_hash)
            if known is None or len(known.values) > _WORDS_MAX:
                known = self._blocks[block_hash] = ProvedWords()
            self._blocks.move_to_end(block_hash)
            while len(self._blocks) > _BLOCKS_KEPT:
                self._blocks.popitem(last=False)
            return known


class RecentActors:
    """The actors asked for lately, newest last."""

    def __init__(self) -> None:
        self.actors: tuple[Address, ...] = ()

    def remember(self, actors: Iterable[Address]) -> None:
        """Put these at the end; the oldest fall off."""
        newest = tuple(actors)
        if newest:
            kept = tuple(actor for actor in self.actors if actor not in newest)
            self.actors = (*kept, *newest)[-_ACTORS_MAX:]
