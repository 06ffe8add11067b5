"""Where mint puts content. Adapters and tests/fakes fill it in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from provenance_schemas.content_id import ContentId
from provenance_schemas.dag_pb import BLOCK_MAX_BYTES
from provenance_schemas.errors import ContentError


class StoreWriteError(Exception):
    """Blocks could not be kept. Treat none of them as stored; writing the same again is safe."""

    def __init__(self, store: str, reason: str) -> None:
        super().__init__(f"{store}: {reason}")
        self.store = store
        self.reason = reason


class ContentWriter(Protocol):
    """Keeps blocks. Raises StoreWriteError, and ContentError for a block that is not what its id names."""

    def put_many(self, blocks: Iterable[tuple[ContentId, bytes]]) -> None:
        """Keep all of `blocks`, or raise. Durable when it returns; a block that is there already is fine."""
        ...

    def pin(self, root: ContentId) -> None:
        """Keep everything under `root` for good. Raises StoreWriteError when a block of it is missing."""
        ...


def check_block(cid: ContentId, block: bytes) -> None:
    """Refuse a block that no reader could use. Raises ContentError."""
    if len(block) > BLOCK_MAX_BYTES:
        raise ContentError(f"{cid}: block of {len(block)} bytes, at most {BLOCK_MAX_BYTES}")
    if not cid.matches(block):
        raise ContentError(f"{cid}: the bytes given do not have this id")
