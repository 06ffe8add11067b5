"""A content store and writer in memory, whose world can be made to fail."""

from __future__ import annotations

from collections.abc import Iterable

from mint.content_ports import StoreWriteError, check_block
from provenance_schemas.content_id import ContentId
from provenance_schemas.dag_walk import walk_dag
from provenance_schemas.errors import ContentError
from verifier.errors import ContentDamagedError, ContentMissingError, ContentUnavailableError


class MemoryStore:
    """ContentStore and ContentWriter over a dictionary.

    `reachable = False` takes the world away; `blocks` may be edited to lose or damage one; `asked` is every id
    that was asked for, in order.
    """

    def __init__(self, blocks: Iterable[tuple[ContentId, bytes]] = ()) -> None:
        self.blocks: dict[bytes, bytes] = {}
        self.pinned: list[ContentId] = []
        self.asked: list[ContentId] = []
        self.reachable = True
        self.put_many(blocks)

    def put(self, cid: ContentId, block: bytes) -> None:
        """Keep one block; fits where the block builders want a `Put`."""
        check_block(cid, block)
        self.blocks[cid.digest] = block

    def put_many(self, blocks: Iterable[tuple[ContentId, bytes]]) -> None:
        if not self.reachable:
            raise StoreWriteError("memory", "not reachable")
        batch = list(blocks)
        for cid, block in batch:
            check_block(cid, block)
        self.blocks |= {cid.digest: block for cid, block in batch}

    def pin(self, root: ContentId) -> None:
        try:
            for _ in walk_dag(root, self.get_block):
                pass
        except (ContentError, ContentUnavailableError) as error:
            raise StoreWriteError("memory", str(error)) from error
        self.pinned.append(root)

    def get(self, cid: ContentId, *, size_max_bytes: int) -> bytes:
        self.asked.append(cid)
        block = self.blocks.get(cid.digest)
        if not self.reachable:
            raise ContentUnavailableError(f"{cid}: memory is not reachable")
        if block is None:
            raise ContentMissingError(f"{cid}: not in memory")
        if len(block) > size_max_bytes:
            raise ContentUnavailableError(f"{cid}: block of {len(block)} bytes, at most {size_max_bytes} wanted")
        if not cid.matches(block):
            raise ContentDamagedError(f"{cid}: damaged in memory")
        return block

    def get_block(self, cid: ContentId) -> bytes:
        """Give one block; fits where the readers want a `Get`."""
        return self.get(cid, size_max_bytes=2**21)
