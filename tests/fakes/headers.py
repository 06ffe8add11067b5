"""Headers of a chain that grows and forks, in memory."""

from __future__ import annotations

from typing import ClassVar

from provenance_schemas.ids import BlockRef
from provenance_schemas.keccak import keccak256
from verifier.descent import Link
from verifier.errors import ChainUnavailableError


class FakeHeaders:
    """HeaderSource: `blocks` is the chain, each block's hash made of the one before."""

    parents: ClassVar[dict[bytes, bytes]] = {}
    """Of every block of every fork: a header cannot be told with another parent."""

    def __init__(self, length: int = 1, *, fork_at: int | None = None, fork: str = "a fork") -> None:
        self.blocks: list[BlockRef] = []
        self.asked = 0
        for number in range(length):
            self.mine(fork if fork_at is not None and number >= fork_at else "")

    def mine(self, salt: str = "") -> BlockRef:
        number = len(self.blocks)
        parent = self.blocks[-1].hash if self.blocks else bytes(32)
        block_hash = keccak256(parent + salt.encode())
        self.parents[block_hash] = parent
        self.blocks.append(BlockRef.at(number, block_hash, 1_700_000_000 + number))
        return self.blocks[-1]

    def links(self, numbers) -> list[Link]:
        found = []
        for number in numbers:
            self.asked += 1
            if not 0 <= number < len(self.blocks):
                raise ChainUnavailableError("no such block")
            found.append(Link(self.blocks[number], self.parents[self.blocks[number].hash]))
        return found
