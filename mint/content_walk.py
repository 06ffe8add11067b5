"""Everything below a name: directories, documents, and the pictures and certificates that documents link to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from mint.content_names import Named, NameKind
from provenance_schemas.content_id import RAW, ContentId
from provenance_schemas.dag_pb import decode_node
from provenance_schemas.errors import ContentError, SchemaError
from provenance_schemas.passports import parse_passport
from provenance_schemas.steps import parse_step
from verifier.limits import DOCUMENT_SIZE_MAX_BYTES

BLOCKS_MAX: Final = 4_000_000
"""Below one name: a batch of 4,096 pieces with about a gigabyte of films each."""
_IPFS: Final = "ipfs://"

Fetch = Callable[[ContentId], bytes | None]
"""Gives a block, checked against its id; None where nobody has it."""


@dataclass(frozen=True, slots=True)
class Found:
    """One block below a name."""

    cid: ContentId
    block: bytes | None
    """None: nobody has it, so what is below it is not known."""
    root_of_file: bool
    """A picture, film or certificate begins here."""


def blocks_below(named: Named, fetch: Fetch, seen: set[bytes]) -> Iterator[Found]:
    """Give each block below a name once, depth first; those whose digest is in `seen` are left out, and it grows.

    A block that nobody has ends its branch, not the walk. Raises ContentError beyond 4 million blocks.
    """
    stack: list[tuple[ContentId, bool, bool]] = [(named.cid, True, False)]
    visits = 0
    while stack:
        cid, holds_documents, begins_file = stack.pop()
        if cid.digest in seen:
            continue
        visits += 1
        if visits > BLOCKS_MAX:
            raise ContentError(f"{named.cid}: more than {BLOCKS_MAX} blocks below one name")
        seen.add(cid.digest)
        block = fetch(cid)
        yield Found(cid, block, begins_file)
        if block is None:
            continue
        if cid.codec != RAW:
            stack += [(child, holds_documents, False) for child in reversed(children(block))]
        elif holds_documents:
            stack += [(file, False, True) for file in reversed(linked_files(named.kind, block))]


def children(block: bytes) -> list[ContentId]:
    """Give what a directory, shard or file node links to; nothing when it is malformed: that is for verifiers."""
    try:
        return [link.cid for link in decode_node(block).links]
    except ContentError:
        return []


def linked_files(kind: NameKind, block: bytes) -> list[ContentId]:
    """Give the files of ours that a document links to. A commitments file, or a broken document, links to none."""
    if len(block) > DOCUMENT_SIZE_MAX_BYTES:
        return []
    try:
        if kind is NameKind.BATCH:
            passport = parse_passport(block)
            marks = [mark.image for mark in passport.product.marks if mark.image is not None]
            uris = [image.uri for image in (*passport.images, *marks)]
        else:
            step = parse_step(block)
            uris = [*(evidence.uri for evidence in step.evidence), step.image or ""]
        return [ContentId.parse(uri.removeprefix(_IPFS)) for uri in uris if uri.startswith(_IPFS)]
    except SchemaError:
        return []
