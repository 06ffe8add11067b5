"""One registry read through several nodes: k of them must name the same block before a word of it counts.

Words need no vote: each is proved under the block's own hash, so one honest answer is enough. What a proof cannot
show is whether the block is on the chain at all. That is what the nodes agree on, by hash, at one number.

The nodes stand at different heads. The final block of an answer is the highest one that k of them hold final and
name alike; so is the latest. One node of three can therefore neither invent a block, nor hold an old one up as the
newest, nor keep the answer from coming. A report that only one node has seen counts once k of them have its block.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from provenance_schemas.ids import Address, BlockRef, ItemId
from verifier.adapters.quorum_asking import Line, NamedChain, Round, ask_all, first_answer
from verifier.errors import ChainUnavailableError
from verifier.limits import QUORUM_NODES_MAX
from verifier.ports import RegistryState, Tips

_LOG = logging.getLogger(__name__)
_BLOCKS_KEPT: Final = 64
_STEPS_BACK: Final = 2
"""How far below the lowest head a common latest block is looked for: heads of honest nodes may differ."""


def majority(count: int) -> int:
    """Give the smallest number of nodes that no other group of the same size can contradict."""
    return count // 2 + 1


@dataclass(frozen=True, slots=True)
class _Agreed:
    """A block, and the nodes that name it."""

    block: BlockRef
    names: tuple[str, ...]


class QuorumChain:
    """CanonicalChain over several nodes. Safe to use from several threads."""

    def __init__(self, readers: Sequence[NamedChain], threshold: int) -> None:
        if not 1 <= threshold <= len(readers) <= QUORUM_NODES_MAX:
            raise ValueError(
                f"a quorum is 1 to {len(readers)} of the nodes named, at most {QUORUM_NODES_MAX}; got {threshold}"
            )
        if len({reader.name for reader in readers}) != len(readers):
            raise ValueError("each node of a quorum is named once: a node that counts twice agrees with itself")
        self._lines = {reader.name: Line(reader) for reader in readers}
        self._threshold = threshold
        self._agreed: dict[bytes, tuple[str, ...]] = {}
        self._preferred = readers[0].name
        self._complaints: dict[str, int] = {}

    # ---- the port

    def tips(self) -> Tips:
        """Ask every node for its tips at once, and give the newest blocks that enough of them agree on."""
        asked = ask_all(
            list(self._lines.values()), "tips", lambda chain: chain.tips(), self._threshold, self._all_alike
        )
        self._require_enough(asked)
        final = self._highest({name: tips.final for name, tips in asked.answers.items()}, asked.failures)
        # Two groups of more than half share a node; smaller ones may be on two chains.
        may_differ = 2 * self._threshold > len(self._lines)
        heads = {name: asked.answers[name].latest for name in (asked.answers if may_differ else final.names)}
        latest = self._latest(heads, final)
        self._remember(final)
        self._remember(latest)
        return Tips(final.block, latest.block)

    def block_at(self, number: int) -> BlockRef:
        """Give the block that enough nodes name at this number."""
        return self._agree_at(number).block

    def read(self, items: Sequence[ItemId], actors: Sequence[Address], at: BlockRef) -> RegistryState:
        """Read words at a block that enough nodes agree on, from whichever of those proves them first."""
        names = self._agreed.get(at.hash)
        if names is None:
            agreed = self._agree_at(at.number)
            if agreed.block.hash != at.hash:
                raise ChainUnavailableError(f"the nodes agree on another block {at.number} than the one asked for")
            names = agreed.names
        question = f"read {at.hash.hex()} {[item.token_id for item in items]} {list(actors)}"
        order = sorted(names, key=lambda name: name != self._preferred)
        asked = first_answer(
            [self._lines[name] for name in order], question, lambda chain: chain.read(items, actors, at)
        )
        for name, state in asked.answers.items():
            self._preferred = name
            return state
        raise ChainUnavailableError(f"no node proved the words of block {at.number}: {_told(asked.failures)}")

    # ---- agreement

    def _agree_at(self, number: int) -> _Agreed:
        asked = ask_all(
            list(self._lines.values()),
            f"block {number}",
            lambda chain: chain.block_at(number),
            self._threshold,
            lambda answers: bool(self._winners(answers)),
        )
        self._require_enough(asked)
        agreed = self._only_winner(asked.answers)
        if agreed is None:
            raise self._disagreement(asked.answers, asked.failures)
        self._remember(agreed)
        return agreed

    def _all_alike(self, answers: Mapping[str, Tips]) -> bool:
        """Say whether enough nodes stand at the very same blocks, so that nobody else needs waiting for."""
        counts: dict[tuple[bytes, bytes], int] = defaultdict(int)
        for tips in answers.values():
            counts[tips.final.hash, tips.latest.hash] += 1
        return max(counts.values(), default=0) >= self._threshold

    def _highest(self, said: Mapping[str, BlockRef], failures: Mapping[str, str]) -> _Agreed:
        """Find the highest final block that enough nodes name; a node that is ahead is asked for the lower number."""
        numbers = sorted((block.number for block in said.values()), reverse=True)[self._threshold - 1 :]
        contradicted: Mapping[str, BlockRef] = said
        for number in dict.fromkeys(numbers):
            votes = self._votes(said, number)
            if (agreed := self._only_winner(votes)) is not None:
                self._complain(votes, agreed.block)
                return agreed
            contradicted = votes
        raise self._disagreement(contradicted, failures)

    def _latest(self, heads: Mapping[str, BlockRef], final: _Agreed) -> _Agreed:
        """Find the highest block that enough nodes name; heads that differ at the top are no lie."""
        numbers = sorted((block.number for block in heads.values()), reverse=True)[self._threshold - 1 :]
        lower = range(numbers[-1] - 1, numbers[-1] - 1 - _STEPS_BACK, -1)
        for number in dict.fromkeys([*numbers, *lower]):
            if number <= final.block.number:
                break
            if (agreed := self._only_winner(self._votes(heads, number))) is not None:
                return agreed
        return final

    def _votes(self, said: Mapping[str, BlockRef], number: int) -> dict[str, BlockRef]:
        """Give what each node names at a number; those that stand higher are asked only where it takes them."""
        votes = {name: block for name, block in said.items() if block.number == number}
        ahead = [self._lines[name] for name, block in said.items() if block.number > number]
        if ahead and not self._winners(votes):
            asked = ask_all(
                ahead,
                f"block {number}",
                lambda chain: chain.block_at(number),
                len(ahead),
                lambda answers: bool(self._winners({**votes, **answers})),
            )
            votes |= asked.answers
        return votes

    def _winners(self, votes: Mapping[str, BlockRef]) -> list[_Agreed]:
        names: dict[BlockRef, list[str]] = defaultdict(list)
        for name, block in votes.items():
            names[block].append(name)
        return [_Agreed(block, tuple(who)) for block, who in names.items() if len(who) >= self._threshold]

    def _only_winner(self, votes: Mapping[str, BlockRef]) -> _Agreed | None:
        """Two winners contradict each other, and none is believed: that is what a quorum under half allows."""
        winners = self._winners(votes)
        return winners[0] if len(winners) == 1 else None

    # ---- words and memory

    def _require_enough(self, asked: Round[Tips] | Round[BlockRef]) -> None:
        if len(asked.answers) < self._threshold:
            count = len(asked.failures)
            nodes = f"{count} of {len(self._lines)} nodes gave no good answer"
            raise ChainUnavailableError(f"{nodes}, {self._threshold} must: {_told(asked.failures)}")

    def _disagreement(self, said: Mapping[str, BlockRef], failures: Mapping[str, str]) -> ChainUnavailableError:
        votes = {name: f"block {block.number} is 0x{block.hash.hex()[:12]}" for name, block in said.items()}
        told = _told({**votes, **failures})
        return ChainUnavailableError(f"no {self._threshold} of {len(self._lines)} nodes agree on one block: {told}")

    def _complain(self, votes: Mapping[str, BlockRef], agreed: BlockRef) -> None:
        """Tell the operator who was outvoted, once a block."""
        for name, block in votes.items():
            if block != agreed and self._complaints.get(name) != agreed.number:
                self._complaints[name] = agreed.number
                _LOG.warning(
                    "%s names final block %d 0x%s, the others 0x%s",
                    *(name, agreed.number, block.hash.hex()[:12], agreed.hash.hex()[:12]),
                )

    def _remember(self, agreed: _Agreed) -> None:
        known = dict(self._agreed)
        known[agreed.block.hash] = agreed.names
        while len(known) > _BLOCKS_KEPT:
            del known[next(iter(known))]
        self._agreed = known


def _told(said: Mapping[str, str]) -> str:
    return "; ".join(f"{name}: {what}" for name, what in said.items())


def name_nodes(names: Iterable[str]) -> list[str]:
    """Tell nodes of one host apart: `host`, `host (2)`, `host (3)`."""
    seen: dict[str, int] = defaultdict(int)
    told = []
    for name in names:
        seen[name] += 1
        told.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return told
