"""How each brand's chain and index stand, for whoever watches over them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from provenance_schemas.ids import BlockRef


@dataclass(frozen=True, slots=True)
class Standing:
    """One brand's registry as our node or nodes have it."""

    registry: str
    """As `eip155:1:0xA1f0...`: public."""
    latest: BlockRef
    final: BlockRef
    indexed: int | None
    """The newest block of the index; None where there is none yet."""

    @property
    def index_lag(self) -> int | None:
        """How many final blocks the index has yet to read. It catches up when somebody asks."""
        return None if self.indexed is None else max(self.final.number - self.indexed, 0)


Standings = Callable[[], tuple[Standing, ...]]
"""Asks the nodes. Raises UnavailableError."""
