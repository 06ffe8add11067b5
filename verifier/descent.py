"""Does a node's head descend from what was seen before? Pure but for the headers it asks for.

A header names its parent by hash, so a walk from a new final block down to one seen before shows that nothing before
that one was rewritten. It shows no more: a node may invent what comes after. The next honest node does not descend from
such a head, and then it comes to light. The brand's next checkpoint settles it: a signature outranks a node's word for
every block up to its own, and nothing outranks what was seen above that (docs/trust.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from provenance_schemas.ids import BlockRef
from verifier.checkpoints import Checkpoint, disagreements
from verifier.errors import ChainUnavailableError, CheckpointError
from verifier.limits import DESCENT_HEADERS_A_TRIP, DESCENT_HEADERS_MAX, TRAIL_BLOCKS_MAX

_WAY_OUT: Final = (
    "; if a node lied to you then, the brand's next checkpoint settles it,"
    " or `assay checkpoint forget HOST` starts anew"
)


@dataclass(frozen=True, slots=True)
class Link:
    """One header: its block, and the hash of the block before."""

    block: BlockRef
    parent: bytes


class HeaderSource(Protocol):
    """Headers of one node, each hashing to its block. Raises ChainUnavailableError, nothing else."""

    def links(self, numbers: Sequence[int]) -> list[Link]:
        """Give the headers at these numbers, in their order."""
        ...


@dataclass(frozen=True, slots=True)
class Walk:
    """A walk that was cut off at its limit: `top` descends from the block named by number and hash."""

    top: BlockRef
    number: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Seen:
    """What a verifier remembers of one registry's chain."""

    checkpoint: Checkpoint | None = None
    head: BlockRef | None = None
    """The highest final block that was believed."""
    linked: bool = True
    """Whether that head is known to descend from the checkpoint; if not, the next one is held against the latter."""
    trail: tuple[bytes, ...] = ()
    """Hashes of the head and of blocks below it, one number each."""
    walk: Walk | None = None
    refuted: BlockRef | None = None
    """A head that was believed once, until the brand signed for another chain: a node lied, or the brand did."""

    @property
    def anchor(self) -> BlockRef | None:
        """The block from which every new head must descend."""
        if self.checkpoint is not None and (self.head is None or not self.linked):
            return self.checkpoint.block
        return self.head

    def hash_at(self, number: int) -> bytes | None:
        """Give the hash remembered for a number near the head."""
        place = self.head.number - number if self.head else -1
        return self.trail[place] if 0 <= place < len(self.trail) else None

    @property
    def outranked(self) -> bool:
        """Whether the checkpoint covers the head's number, and the head was never shown to lead to it."""
        signed, head = self.checkpoint, self.head
        return not self.linked and signed is not None and head is not None and head.number <= signed.block.number


class NotDescendedError(ChainUnavailableError):
    """A node's head does not descend from what was seen before. It says nothing against any item."""


class WalkUnfinishedError(ChainUnavailableError):
    """The way back is longer than one go. What was walked is in `seen`; the next question goes on from there."""

    def __init__(self, seen: Seen, walked: int, left: int) -> None:
        super().__init__(f"{left} blocks are left to walk back to the last one seen, {walked} are done; ask again")
        self.seen = seen


def adopt(seen: Seen, checkpoint: Checkpoint) -> Seen:
    """Remember a checkpoint that the brand signed. Raises CheckpointError when it contradicts one seen before.

    A head that contradicts it was a node's word alone: it gives way, and is kept as `refuted`.
    """
    known = seen.checkpoint
    if known is not None:
        if reasons := disagreements(known, checkpoint):
            raise CheckpointError("; ".join(reasons) + ". Keep both: `assay checkpoint compare` shows them")
        if checkpoint.sequence < known.sequence:
            raise CheckpointError(f"{checkpoint.name} is older than number {known.sequence}, which was seen before")
        if checkpoint.sequence == known.sequence:
            return seen
    block, head = checkpoint.block, seen.head
    remembered = seen.hash_at(block.number)
    if remembered not in (None, block.hash):
        return Seen(checkpoint, refuted=head)
    linked = head is not None and remembered is not None and seen.linked
    return replace(seen, checkpoint=checkpoint, linked=linked or head is None, walk=None)


def descend(seen: Seen, final: BlockRef, source: HeaderSource) -> Seen:
    """Give what is remembered after a node's final block, once it is shown to descend from what was seen before.

    1. A block of the trail needs no walk, and an older one is refused.
    2. On a long way, or one that may miss the last head, the node is asked for the blocks seen before.
    3. Walk back, header by header, to the block that new heads must descend from.

    Raises NotDescendedError, WalkUnfinishedError, and what the source raises.
    """
    known = seen.hash_at(final.number)
    if known not in (None, final.hash):
        raise NotDescendedError(f"the node's final block {final.number} is another one than that seen before{_WAY_OUT}")
    if known is not None and seen.linked:
        return seen
    anchor = seen.anchor
    if anchor is None:
        return replace(seen, head=final, linked=True, trail=(final.hash,))
    if final.number < anchor.number:
        raise NotDescendedError(
            f"the node's final block {final.number} is older than block {anchor.number}, seen before{_WAY_OUT}"
        )
    refuted = seen.refuted
    if final.number - anchor.number > DESCENT_HEADERS_A_TRIP or not seen.linked:
        refuted = _check_landmarks(seen, final, source) or refuted
    hashes = _Walker(source, seen, final, anchor).walk()
    return replace(_arrived(seen, final, hashes), refuted=refuted)


def _check_landmarks(seen: Seen, final: BlockRef, source: HeaderSource) -> BlockRef | None:
    """Hold the node against the blocks seen before; gives the old head where the node and the checkpoint refute it."""
    checkpoint = seen.checkpoint.block if seen.checkpoint else None
    marks = [block for block in (checkpoint, seen.head) if block is not None and block.number <= final.number]
    for mark, link in zip(marks, source.links([mark.number for mark in marks]), strict=True):
        if link.block.hash != mark.hash:
            if mark is seen.head and seen.outranked:
                return mark
            raise _forked(seen, mark)
    return None


def _forked(seen: Seen, anchor: BlockRef) -> NotDescendedError:
    signed = seen.checkpoint is not None and anchor == seen.checkpoint.block
    what = f"which {seen.checkpoint.name} signs for" if signed and seen.checkpoint else f"seen before{_WAY_OUT}"
    return NotDescendedError(
        f"the node's head does not descend from block {anchor.number} (0x{anchor.hash.hex()[:8]}), {what}"
    )


class _Walker:
    """One walk back, bounded in headers."""

    def __init__(self, source: HeaderSource, seen: Seen, final: BlockRef, anchor: BlockRef) -> None:
        self._source = source
        self._seen = seen
        self._final = final
        self._anchor = anchor
        self._left = DESCENT_HEADERS_MAX
        self._hashes: list[bytes] = []
        """Of the final block and those below, as far as the trail goes."""

    def walk(self) -> list[bytes]:
        """Walk to the anchor, through an earlier walk where the new head descends from that one's top."""
        number, expected = self._final.number, self._final.hash
        earlier = self._seen.walk
        if earlier is not None and self._anchor.number < earlier.number < earlier.top.number <= number:
            number, expected = self._down(number, expected, earlier.top.number)
            if number == earlier.top.number and expected == earlier.top.hash:
                number, expected = earlier.number, earlier.hash
        number, expected = self._down(number, expected, self._anchor.number)
        if number > self._anchor.number:
            walk = Walk(self._final, number, expected)
            done = self._final.number - number
            raise WalkUnfinishedError(replace(self._seen, walk=walk), done, number - self._anchor.number)
        if expected != self._anchor.hash:
            raise _forked(self._seen, self._anchor)
        return self._hashes

    def _down(self, number: int, expected: bytes, target: int) -> tuple[int, bytes]:
        """Go from the block named by number and hash towards `target`; gives number and hash of where it came to."""
        while number > target and self._left:
            count = min(number - target, self._left, DESCENT_HEADERS_A_TRIP)
            for link in self._source.links(range(number, number - count, -1)):
                if link.block.number != number or link.block.hash != expected:
                    raise NotDescendedError(f"the node cannot link its head to block {self._anchor.number}")
                if len(self._hashes) < TRAIL_BLOCKS_MAX and self._final.number - number == len(self._hashes):
                    self._hashes.append(expected)
                number, expected = number - 1, link.parent
            self._left -= count
        return number, expected


def _arrived(seen: Seen, final: BlockRef, hashes: list[bytes]) -> Seen:
    """Move the memory on: the trail is what was just walked, then the old one where the two meet."""
    trail = list(hashes) or [final.hash]
    below = final.number - len(trail)
    if seen.head is not None and below <= seen.head.number:
        trail += seen.trail[seen.head.number - below :]
    return replace(seen, head=final, linked=True, trail=tuple(trail[:TRAIL_BLOCKS_MAX]), walk=None)
