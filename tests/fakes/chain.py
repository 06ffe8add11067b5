"""A node in memory: words and events of one FakeRegistry, with switches for everything a node can do to us."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from threading import Event

from provenance_schemas.ids import Address, BlockRef, ItemId
from tests.fakes.registry import CODE_HASH, FakeRegistry
from verifier.errors import ChainUnavailableError
from verifier.history import Entry
from verifier.issuance import Issuance
from verifier.ports import RegistryState, Tips


class FakeChain:
    """CanonicalChain and HistorySource.

    Its words are what proofs would prove, so the switches of words only make them old or missing; its events are
    anybody's say-so, so `tell` and `tell_issuances` may change them at will.
    """

    def __init__(self, registry: FakeRegistry, *, final_lag: int = 2) -> None:
        self.registry = registry
        self.final_lag = final_lag
        """How many blocks the final one is behind."""
        self.reachable = True
        self.behind = 0
        """How many blocks this node has not seen yet."""
        self.stale_s = 0
        """How long ago the newest block was mined, as this node tells it."""
        self.code_hash: bytes | None = CODE_HASH
        self.unreadable: set[str] = set()
        """Of `read`: items, actors, final, latest."""
        self.tell: Callable[[list[Entry]], list[Entry]] = lambda entries: entries
        self.tell_issuances: Callable[[list[Issuance]], list[Issuance]] = lambda issuances: issuances
        self.reads = 0
        self.hanging = Event()
        self.hanging.set()
        """Cleared: the node takes a question and does not answer until this is set again."""

    def hide_entry(self, number: int) -> None:
        """Leave out the entry at position `number` (from 0) of whatever history is asked for."""
        self.tell = lambda entries: entries[:number] + entries[number + 1 :]

    @property
    def tip(self) -> int:
        return self.registry.tip - self.behind

    def tips(self) -> Tips:
        self._answer()
        final = self.registry.blocks[max(self.tip - self.final_lag, 0)]
        return Tips(self._aged(final), self._aged(self.registry.blocks[self.tip]))

    def block_at(self, number: int) -> BlockRef:
        self._answer()
        if not 0 <= number <= self.tip:
            raise ChainUnavailableError(f"the node does not have block {number}")
        return self._aged(self.registry.blocks[number])

    def _aged(self, block: BlockRef) -> BlockRef:
        return replace(block, mined_at=block.mined_at - timedelta(seconds=self.stale_s))

    def read(self, items: Sequence[ItemId], actors: Sequence[Address], at: BlockRef) -> RegistryState:
        self._answer()
        self.reads += 1
        known = self.registry.blocks[: self.tip + 1]
        if at.hash not in {block.hash for block in known}:
            raise ChainUnavailableError(f"the node does not have block {at.number}")
        name = "latest" if at.number == self.tip else "final"
        asked = {name} | ({"items"} if items else set()) | ({"actors"} if actors else set())
        if asked & self.unreadable:
            raise ChainUnavailableError(f"the node did not answer for {sorted(asked & self.unreadable)}")
        return RegistryState(
            self.code_hash,
            self.registry.issuance(at.number),
            {item.token_id: self.registry.words(item, at.number) for item in items},
            {actor: self.registry.actor(actor, at.number) for actor in actors},
        )

    def entries(self, item: ItemId, *, until_block: int, count_max: int) -> tuple[Entry, ...]:
        self._answer()
        entries = self.tell(self.registry.entries(item, min(until_block, self.tip)))
        if len(entries) > count_max:
            raise ChainUnavailableError(f"more than {count_max} entries")
        return tuple(entries)

    def issuances(self, *, from_block: int, until_block: int, count_max: int) -> tuple[Issuance, ...]:
        self._answer()
        issuances = self.tell_issuances(self.registry.issuances(from_block, min(until_block, self.tip)))
        if len(issuances) > count_max:
            raise ChainUnavailableError(f"more than {count_max} issuances")
        return tuple(issuances)

    def _answer(self) -> None:
        self.hanging.wait()
        if not self.reachable:
            raise ChainUnavailableError("the node does not answer")
