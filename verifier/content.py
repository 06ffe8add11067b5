"""Blocks from a store that nobody trusts."""

from __future__ import annotations

from provenance_schemas.content_id import ContentId
from verifier.errors import ContentUnavailableError
from verifier.limits import BLOCK_SIZE_MAX_BYTES
from verifier.ports import ContentStore


def checked_block(store: ContentStore, cid: ContentId, size_max_bytes: int = BLOCK_SIZE_MAX_BYTES) -> bytes:
    """Get one block and hold it against its id once more.

    Every store checks already; this line trusts none of them. Wrong bytes are ContentUnavailableError: they are
    lost evidence, and must never reach a parser that would call them a malformed document.
    """
    data = store.get(cid, size_max_bytes=size_max_bytes)
    if len(data) > size_max_bytes:
        raise ContentUnavailableError(f"{cid}: {len(data)} bytes came back, at most {size_max_bytes} wanted")
    if not cid.matches(data):
        raise ContentUnavailableError(f"other bytes came back for {cid}")
    return data
