"""Put documents into the stores and read every one back."""

from __future__ import annotations

from collections.abc import Sequence

from mint.content_ports import StoreWriteError
from mint.dispatch import Dispatch, Store
from mint.errors import PublishError
from mint.outbox import Intent
from provenance_schemas.content_id import ContentId
from provenance_schemas.dag_pb import BLOCK_MAX_BYTES
from provenance_schemas.errors import ContentError
from verifier.errors import ContentUnavailableError

Blocks = Sequence[tuple[ContentId, bytes]]


def publish_blocks(stores: Sequence[Store], blocks: Blocks, *roots: ContentId) -> None:
    """Keep `blocks` in every store and pin `roots`; then read each block back from every copy, byte by byte.

    All are written before any is read: a copy that is only read gets its blocks from the others.
    Raises PublishError; whatever was stored may be stored again.
    """
    try:
        for store in stores:
            if store.writer is not None:
                store.writer.put_many(blocks)
                for root in roots:
                    store.writer.pin(root)
        for store in stores:
            for cid, block in blocks:
                if store.reader.get(cid, size_max_bytes=BLOCK_MAX_BYTES) != block:
                    raise PublishError(f"{store.name}: {cid} reads back with other bytes")
    except (StoreWriteError, ContentUnavailableError, ContentError) as error:
        raise PublishError(str(error)) from error


def publish_intent(dispatch: Dispatch, intent: Intent) -> Intent:
    """Publish what an intent's transaction will name, so that nothing is recorded that nobody can read."""
    drafts = dispatch.outbox.drafts(intent)
    root = intent.payload.get("root")
    # Without a directory above them, documents are roots themselves: a node collects what nothing pins.
    roots = [ContentId.parse(root)] if root else [cid for cid, _ in drafts]
    publish_blocks(dispatch.stores, drafts, *roots)
    return dispatch.outbox.published(intent)
