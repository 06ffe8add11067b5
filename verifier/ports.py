"""What the verifier needs from the world. Adapters and tests/fakes fill it in."""

from __future__ import annotations

from typing import Protocol

from provenance_schemas.content_id import ContentId


class ContentStore(Protocol):
    """Blocks by name. Raises ContentUnavailableError, nothing else."""

    def get(self, cid: ContentId, *, size_max_bytes: int) -> bytes:
        """Return the block named `cid`, checked against it.

        A missing block, bytes that do not match and a block over `size_max_bytes` are all
        ContentUnavailableError: none of them says anything about the item.
        """
        ...
