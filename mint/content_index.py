"""The first blocks of a backup: one directory that names every root in it, so that it is whole or is seen not to be.

    batches/<id>     directories of passports and commitment files
    documents/<id>   step documents
    files/<id>       pictures, films and certificates that documents link to

Whoever pins this directory keeps everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final

from provenance_schemas.content_id import RAW, ContentId
from provenance_schemas.dag_pb import Kind, Link, decode_node
from provenance_schemas.errors import ContentError
from provenance_schemas.hamt import PREFIX_BYTES, shard_slots
from provenance_schemas.unixfs import Entries, Node, add_directory

ROOTS_MAX: Final = 20_000_000


@unique
class Part(StrEnum):
    """The three folders of an index."""

    BATCHES = "batches"
    DOCUMENTS = "documents"
    FILES = "files"


@dataclass(frozen=True, slots=True)
class Index:
    """The directory over a backup's roots."""

    root: ContentId
    blocks: Mapping[ContentId, bytes]
    """Its own blocks, in the order a depth-first walk meets them."""
    roots: tuple[ContentId, ...]
    """What it names, in the same order."""


def make_index(parts: Mapping[Part, Sequence[ContentId]], get: Callable[[ContentId], bytes]) -> Index:
    """Write the directory; the same roots, in any order, give the same one. `get` reads the roots' own blocks."""
    blocks: dict[ContentId, bytes] = {}
    entries: dict[str, Entries | Node] = {
        part.value: {str(cid): Node(cid, _tsize(cid, get(cid)), 0) for cid in sorted(set(parts[part]), key=str)}
        for part in Part
    }
    root = add_directory(entries, blocks.__setitem__).cid
    ordered: dict[ContentId, bytes] = {}
    roots: dict[ContentId, None] = {}
    for cid, is_index in _walk(root, blocks.__getitem__):
        if is_index:
            ordered[cid] = blocks[cid]
        else:
            roots[cid] = None
    return Index(root, ordered, tuple(roots))


def read_index(root: ContentId, blocks: Iterator[tuple[ContentId, bytes]]) -> Index:
    """Read an index back from the first blocks of a backup. Raises ContentError when they are no index."""
    own: dict[ContentId, bytes] = {}

    def get(cid: ContentId) -> bytes:
        if cid not in own:
            found, block = next(blocks, (None, b""))
            if found != cid:
                raise ContentError(f"{root}: the backup does not begin with its own index")
            own[cid] = block
        return own[cid]

    roots: dict[ContentId, None] = {}
    for cid, is_index in _walk(root, get):
        if not is_index:
            roots[cid] = None
        if len(roots) > ROOTS_MAX:
            raise ContentError(f"{root}: more than {ROOTS_MAX} roots in one backup")
    return Index(root, own, tuple(roots))


def _walk(root: ContentId, get: Callable[[ContentId], bytes]) -> Iterator[tuple[ContentId, bool]]:
    """Give the index's own blocks, each before what it names, and the roots it names (False)."""
    if root.codec == RAW:
        raise ContentError(f"{root}: a backup's root is the directory that names its roots")
    yield root, True
    seen = {root}
    top = decode_node(get(root))
    if top.unixfs.kind is not Kind.DIRECTORY or [link.name.decode(errors="replace") for link in top.links] != list(
        Part
    ):
        raise ContentError(f"{root}: a backup's root names {', '.join(Part)}, and nothing else")
    stack = [link.cid for link in reversed(top.links)]
    while stack:
        cid = stack.pop()
        if cid in seen:
            continue
        seen.add(cid)
        yield cid, True
        node = decode_node(get(cid))
        if node.unixfs.kind is Kind.DIRECTORY:
            yield from ((link.cid, False) for link in node.links)
            continue
        slots = shard_slots(node)
        yield from ((link.cid, False) for link in slots.values() if len(link.name) > PREFIX_BYTES)
        stack += [link.cid for link in reversed(list(slots.values())) if len(link.name) == PREFIX_BYTES]


def _tsize(cid: ContentId, block: bytes) -> int:
    """Count the bytes below a root, as its own links tell them."""
    below: Sequence[Link] = () if cid.codec == RAW else decode_node(block).links
    return len(block) + sum(link.tsize for link in below)
