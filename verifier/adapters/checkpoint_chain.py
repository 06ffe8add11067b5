"""A chain that must go on from where it was last seen: what the node calls final descends from the last checkpoint."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

from provenance_schemas.ids import Address, BlockRef, ItemId
from verifier.adapters.checkpoint_memory import CheckpointMemory
from verifier.adapters.rpc_client import RpcClient
from verifier.descent import HeaderSource, Link, NotDescendedError, Seen, WalkUnfinishedError, descend
from verifier.errors import ChainUnavailableError
from verifier.ports import CanonicalChain, RegistryState, Tips
from verifier.proofs import ProofError, header_hash
from verifier.trust import Registry

_SAVE_EVERY_S: Final = 30.0
"""A process that answers all day moves its memory on with each final block, and writes it down this often."""


class RpcHeaders:
    """HeaderSource over one node."""

    def __init__(self, client: RpcClient) -> None:
        self._client = client

    def links(self, numbers: Sequence[int]) -> list[Link]:
        """Ask for headers in one round trip; each must hash to the block it says it is."""
        calls: list[tuple[str, list[Any]]] = [("eth_getBlockByNumber", [hex(number), False]) for number in numbers]
        return [_link(answer) for answer in self._client.batch(calls)] if calls else []


def _link(header: Any) -> Link:
    if not isinstance(header, dict):
        raise ChainUnavailableError("the node does not have a block on the way back to the last one seen")
    try:
        block_hash, parent = bytes.fromhex(header["hash"][2:]), bytes.fromhex(header["parentHash"][2:])
        if header_hash(header) != block_hash:
            raise ChainUnavailableError("the node's header does not hash to its block")
        return Link(BlockRef.at(int(header["number"], 16), block_hash, int(header["timestamp"], 16)), parent)
    except (ProofError, KeyError, TypeError, ValueError, OverflowError, OSError) as error:
        raise ChainUnavailableError(f"the node gave a malformed header ({error})") from error


class DescendingChain:
    """CanonicalChain that refuses a head which does not descend from the last one seen. Safe to use from threads.

    A final block that was held against the memory once costs nothing more. The very first head of all is held against
    nothing, so it is remembered only once the registry's code was proved under it.
    """

    def __init__(
        self,
        chain: CanonicalChain,
        registry: Registry,
        sources: Sequence[HeaderSource],
        memory: CheckpointMemory,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._chain = chain
        self._registry = registry
        self._sources = tuple(sources)
        self._memory = memory
        self._clock = clock
        self._lock = threading.Lock()
        self._seen = Seen()
        self._first: BlockRef | None = None
        """A head with nothing before it, not proved yet."""
        self._stamp: tuple[int, int] | None = None
        self._saved_at_s: float | None = None
        self._good: frozenset[bytes] = frozenset()

    def tips(self) -> Tips:
        """Read both tips, and hold the final one against what was seen."""
        tips = self._chain.tips()
        if tips.final.hash not in self._good or self._memory.stamp(self._registry) != self._stamp:
            with self._lock:
                self._check(tips.final)
        return tips

    def block_at(self, number: int) -> BlockRef:
        """Give the block at a number, as the chain below tells it."""
        return self._chain.block_at(number)

    def read(self, items: Sequence[ItemId], actors: Sequence[Address], at: BlockRef) -> RegistryState:
        """Read words at a block, as the chain below does."""
        state = self._chain.read(items, actors, at)
        if at == self._first and state.code_hash == self._registry.code_hash:
            with self._lock:
                self._save_first(at)
        return state

    def _check(self, final: BlockRef) -> None:
        """Hold a final block against the memory, and move that on.

        What another process has seen meanwhile counts: it may know a newer checkpoint.
        """
        if (stamp := self._memory.stamp(self._registry)) != self._stamp:
            self._seen, self._stamp, self._saved_at_s = self._memory.load(self._registry), stamp, None
            self._good = frozenset()
        if self._seen.anchor is None:
            self._first = final
            return
        try:
            after = self._descend(final)
        except WalkUnfinishedError as error:
            self._save(error.seen)
            raise
        due = self._saved_at_s is None or self._clock() - self._saved_at_s >= _SAVE_EVERY_S
        if after != self._seen and due:
            self._save(after)
        else:
            self._seen = after
        self._good = frozenset(after.trail)

    def _save_first(self, proved: BlockRef) -> None:
        """Remember the first head, unless the memory learned of something meanwhile: then that stays."""
        if self._first == proved and self._memory.load(self._registry).anchor is None:
            self._save(descend(Seen(), proved, self._sources[0]))
        self._first = None

    def _descend(self, final: BlockRef) -> Seen:
        """Try the nodes in turn: one that cannot show the way proves nothing against the head."""
        refusals: list[ChainUnavailableError] = []
        for source in self._sources:
            try:
                return descend(self._seen, final, source)
            except WalkUnfinishedError:
                raise
            except ChainUnavailableError as error:
                refusals.append(error)
        why = dict.fromkeys(map(str, refusals))
        kind = (
            NotDescendedError if all(isinstance(one, NotDescendedError) for one in refusals) else ChainUnavailableError
        )
        raise kind("; ".join(why))

    def _save(self, seen: Seen) -> None:
        self._seen = self._memory.keep(self._registry, seen)
        self._stamp, self._saved_at_s = self._memory.stamp(self._registry), self._clock()
