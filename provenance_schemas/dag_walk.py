"""Walking the blocks under an id: the order and the parts that a CAR of them holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from provenance_schemas.content_id import RAW, ContentId
from provenance_schemas.dag_pb import Kind, PbNode, decode_node
from provenance_schemas.errors import ContentError
from provenance_schemas.hamt import LEVELS_MAX, PREFIX_BYTES, shard_slots
from provenance_schemas.unixfs import DIRECTORY_DEPTH_MAX
from provenance_schemas.unixfs_read import BLOCKS_MAX, Get, checked, file_size

_LEVELS_MAX: Final = DIRECTORY_DEPTH_MAX * (LEVELS_MAX + 1)


class Scope(StrEnum):
    """How much of a DAG is meant, in the words of the Trustless Gateway specification."""

    BLOCK = "block"
    ENTITY = "entity"
    """A whole file, or what lists one directory."""
    ALL = "all"


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Bytes of a file, both ends included; a negative number counts from the end, `last` None is the end."""

    first: int
    last: int | None = None

    def within(self, size: int) -> range:
        """Give the offsets meant in a file of `size` bytes; an empty range when none is."""
        first = max(self.first + size, 0) if self.first < 0 else self.first
        last = size - 1 if self.last is None else self.last + size if self.last < 0 else self.last
        return range(first, max(first, min(last + 1, size)))

    def __str__(self) -> str:
        return f"{self.first}:{'*' if self.last is None else self.last}"


def walk_dag(
    root: ContentId,
    get: Get,
    scope: Scope = Scope.ALL,
    wanted: ByteRange | None = None,
    *,
    repeat: bool = False,
    blocks_max: int = BLOCKS_MAX,
) -> Iterator[tuple[ContentId, bytes]]:
    """Give the blocks under `root`, depth first, each checked; a block met again only with `repeat`.

    `wanted` narrows a file to the blocks that prove those bytes, and says nothing of anything else.
    Raises ContentError for a malformed node or more than `blocks_max` blocks, and what `get` raises.
    """
    seen: set[ContentId] = set()
    stack: list[tuple[ContentId, range | None, int]] = [(root, None, 0)]
    visits = 0
    while stack:
        cid, part, level = stack.pop()
        if cid in seen and not repeat and part is None:
            continue
        visits += 1
        if visits > blocks_max or level > _LEVELS_MAX:
            raise ContentError(f"{root}: more than {blocks_max} blocks or {_LEVELS_MAX} levels")
        block = checked(cid, get)
        if repeat or cid not in seen:
            yield cid, block
        seen.add(cid)
        if cid.codec == RAW or scope is Scope.BLOCK:
            continue
        node = decode_node(block)
        if level == 0 and wanted is not None and node.unixfs.kind in {Kind.FILE, Kind.RAW}:
            part = wanted.within(file_size(cid, node))
        children = _children(cid, node, scope, part)
        stack += [(child, rest, level + 1) for child, rest in reversed(children)]


def _children(cid: ContentId, node: PbNode, scope: Scope, part: range | None) -> list[tuple[ContentId, range | None]]:
    """Give what to visit below one node; `part` are the offsets wanted of a file, counted from its start."""
    if node.unixfs.kind is Kind.DIRECTORY:
        return [(link.cid, None) for link in node.links] if scope is Scope.ALL else []
    if node.unixfs.kind is Kind.HAMT_SHARD:
        links = shard_slots(node).values()
        return [(link.cid, None) for link in links if scope is Scope.ALL or len(link.name) == PREFIX_BYTES]
    if part is None:
        return [(link.cid, None) for link in node.links]
    file_size(cid, node)
    children: list[tuple[ContentId, range | None]] = []
    start = len(node.unixfs.content)
    for link, size in zip(node.links, node.unixfs.block_sizes, strict=True):
        first, stop = max(part.start - start, 0), min(part.stop - start, size)
        if first < stop:
            children.append((link.cid, range(first, stop)))
        start += size
    return children
