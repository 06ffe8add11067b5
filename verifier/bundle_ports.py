"""What making a bundle needs of the world, beside what a verification needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from provenance_schemas.ids import BlockRef


@dataclass(frozen=True, slots=True)
class RawProof:
    """A block's header and trie nodes under it. Not checked yet, but for the header's hash."""

    header: bytes
    """RLP, as it is hashed."""
    nodes: tuple[bytes, ...]
    """Of the contract's account and its slots, in any order."""


class ProofSource(Protocol):
    """Raw proofs of one contract's slots. Raises ChainUnavailableError, nothing else."""

    def prove(self, slots: Sequence[int], at: BlockRef) -> RawProof:
        """Give the header of a block, and nodes that prove the account and these slots."""
        ...
