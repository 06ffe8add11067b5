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


def publish_blocks(stores: Sequence[Store], blocks: Blocks, root: ContentId | None = None) -> None:
    """Keep `blocks` in every store, pin `root`, then read each block back and compare it byte by byte.

    Raises PublishError; whatever was stored may be stored again.
    """
    for store in stores:
        try:
            store.writer.put_many(blocks)
            if root is not None:
                store.writer.pin(root)
            for cid, block in blocks:
                if store.reader.get(cid, size_max_bytes=BLOCK_MAX_BYTES) != block:
                    raise PublishError(f"{cid} reads back with other bytes")
        except (StoreWriteError, ContentUnavailableError, ContentError) as error:
            raise PublishError(str(error)) from error


def publish_intent(dispatch: Dispatch, intent: Intent) -> Intent:
    """Publish what an intent's transaction will name, so that nothing is recorded that nobody can read."""
    root = intent.payload.get("root")
    publish_blocks(dispatch.stores, dispatch.outbox.drafts(intent), ContentId.parse(root) if root else None)
    return dispatch.outbox.published(intent)
