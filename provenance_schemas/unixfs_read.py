"""Reading files and directories back from blocks that may come from anyone.

Every block is checked against its content id before a byte of it is used, and every size it claims against
what is found. A node that lies is a ContentError; whatever `get` raises passes through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from provenance_schemas.content_id import RAW, ContentId
from provenance_schemas.dag_pb import BLOCK_MAX_BYTES, Kind, Link, PbNode, decode_node
from provenance_schemas.errors import ContentError
from provenance_schemas.hamt import LEVELS_MAX, PREFIX_BYTES, hash_name, shard_slots
from provenance_schemas.unixfs import DIRECTORY_DEPTH_MAX, FILE_DEPTH_MAX, encode_name

BLOCKS_MAX: Final = 65_536
"""Of one read: 64 GiB of chunks; keeps a tree of tiny blocks from costing more than it holds."""
ENTRIES_MAX: Final = 131_072

Get: TypeAlias = Callable[[ContentId], bytes]
"""Gives the block of an id, or raises."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """Where a path leads."""

    target: ContentId | None
    """None: the blocks crossed prove that nothing has that name."""
    crossed: tuple[tuple[ContentId, bytes], ...]
    """The blocks read on the way, root first; the target's own block is not among them."""
    roots: tuple[ContentId, ...] = ()
    """The start, then what each segment leads to; shards of a directory are not among them."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One name in a directory."""

    name: str
    cid: ContentId
    tsize: int
    """As its writer counted; proof of nothing."""


def checked(cid: ContentId, get: Get) -> bytes:
    """Get a block and hold it against its id. Raises ContentError when it is another one, or over 2 MiB."""
    block = get(cid)
    if len(block) > BLOCK_MAX_BYTES:
        raise ContentError(f"{cid}: block of {len(block)} bytes, at most {BLOCK_MAX_BYTES}")
    if not cid.matches(block):
        raise ContentError(f"{cid}: the bytes given do not have this id")
    return block


def read_file(cid: ContentId, get: Get, *, size_max_bytes: int) -> bytes:
    """Return a whole file. Raises ContentError when it is no file, too long, or lies about its sizes."""
    return b"".join(iter_file(cid, get, size_max_bytes=size_max_bytes))


def iter_file(cid: ContentId, get: Get, *, size_max_bytes: int) -> Iterator[bytes]:
    """Give a file's bytes in order, a block at a time; ends in ContentError as `read_file` does."""
    fetched = 0

    def count(wanted: ContentId) -> bytes:
        nonlocal fetched
        fetched += 1
        if fetched > BLOCKS_MAX:
            raise ContentError(f"{cid}: file of more than {BLOCKS_MAX} blocks")
        return get(wanted)

    yield from _file(cid, count, size_max_bytes, None, FILE_DEPTH_MAX)


def _file(cid: ContentId, get: Get, size_max: int, declared: int | None, levels: int) -> Iterator[bytes]:
    block = checked(cid, get)
    if cid.codec == RAW:
        _check_size(cid, len(block), size_max, declared)
        yield block
        return
    node = decode_node(block)
    _check_size(cid, file_size(cid, node), size_max, declared)
    if levels == 0:
        raise ContentError(f"{cid}: file nested deeper than {FILE_DEPTH_MAX}")
    if node.unixfs.content:
        yield node.unixfs.content
    for link, size in zip(node.links, node.unixfs.block_sizes, strict=True):
        yield from _file(link.cid, get, size_max, size, levels - 1)


def _check_size(cid: ContentId, size: int, size_max: int, declared: int | None) -> None:
    if declared is not None and size != declared:
        raise ContentError(f"{cid}: {size} bytes where its parent claims {declared}")
    if size > size_max:
        raise ContentError(f"{cid}: file of {size} bytes, at most {size_max}")


def file_size(cid: ContentId, node: PbNode) -> int:
    """Give the size a file node claims. Raises ContentError when its own numbers do not add up."""
    unixfs = node.unixfs
    if unixfs.kind not in {Kind.FILE, Kind.RAW}:
        raise ContentError(f"{cid}: not a file but a {unixfs.kind.name.lower()}")
    # An empty child costs a block and gives nothing: a tree of them would never end.
    if len(unixfs.block_sizes) != len(node.links) or 0 in unixfs.block_sizes:
        raise ContentError(f"{cid}: {len(node.links)} links and {len(unixfs.block_sizes)} sizes, or an empty part")
    size = len(unixfs.content) + sum(unixfs.block_sizes)
    if unixfs.size is not None and unixfs.size != size:
        raise ContentError(f"{cid}: claims {unixfs.size} bytes, its parts are {size}")
    return size


def resolve_path(cid: ContentId, segments: Sequence[str], get: Get) -> Resolution:
    """Follow names from the directory `cid` down.

    Raises ContentError for a malformed node, a segment that cannot be a name, or more than 32 segments.
    """
    if len(segments) > DIRECTORY_DEPTH_MAX:
        raise ContentError(f"path of {len(segments)} segments, at most {DIRECTORY_DEPTH_MAX}")
    crossed: list[tuple[ContentId, bytes]] = []
    roots = [cid]
    for segment in segments:
        child = _lookup(roots[-1], encode_name(segment), get, crossed)
        if child is None:
            return Resolution(None, tuple(crossed), tuple(roots))
        roots.append(child)
    return Resolution(roots[-1], tuple(crossed), tuple(roots))


def _lookup(cid: ContentId, name: bytes, get: Get, crossed: list[tuple[ContentId, bytes]]) -> ContentId | None:
    """Find one name in a plain or sharded directory; a file holds no names."""
    if cid.codec == RAW:
        return None
    path = b""
    for level in range(LEVELS_MAX):
        block = checked(cid, get)
        crossed.append((cid, block))
        node = decode_node(block)
        if level == 0 and node.unixfs.kind is not Kind.HAMT_SHARD:
            return directory_links(cid, node).get(name)
        path = path or hash_name(name)
        link = shard_slots(node).get(path[level])
        if link is None:
            return None
        if len(link.name) > PREFIX_BYTES:
            return link.cid if link.name[PREFIX_BYTES:] == name else None
        cid = link.cid
    raise ContentError(f"{cid}: shard deeper than {LEVELS_MAX} levels")


def directory_links(cid: ContentId, node: PbNode) -> dict[bytes, ContentId]:
    """Give the names of a plain directory; a file has none. Raises ContentError when a name stands twice."""
    if node.unixfs.kind is not Kind.DIRECTORY:
        return {}
    links = {link.name: link.cid for link in node.links}
    if len(links) != len(node.links):
        raise ContentError(f"{cid}: a name stands twice in this directory")
    return links


def list_directory(cid: ContentId, get: Get, *, entries_max: int = ENTRIES_MAX) -> list[Entry]:
    """List a directory, plain or sharded, by name.

    Raises ContentError for anything else, for a name in the wrong shard, and beyond `entries_max`.
    """
    entries: list[Entry] = []
    for link in _directory_entries(cid, get):
        if len(entries) == entries_max:
            raise ContentError(f"{cid}: more than {entries_max} entries")
        try:
            entries.append(Entry(link.name.decode(), link.cid, link.tsize))
        except UnicodeDecodeError as error:
            raise ContentError(f"{cid}: name {link.name[:40]!r} is not UTF-8") from error
    return sorted(entries, key=lambda entry: entry.name.encode())


def _directory_entries(cid: ContentId, get: Get) -> Iterator[Link]:
    if cid.codec == RAW:
        raise ContentError(f"{cid}: a raw block is not a directory")
    node = decode_node(checked(cid, get))
    if node.unixfs.kind is Kind.HAMT_SHARD:
        yield from _shard_entries(cid, node, get, b"")
    elif node.unixfs.kind is Kind.DIRECTORY:
        directory_links(cid, node)
        yield from node.links
    else:
        raise ContentError(f"{cid}: not a directory but a {node.unixfs.kind.name.lower()}")


def _shard_entries(cid: ContentId, node: PbNode, get: Get, path: bytes) -> Iterator[Link]:
    """Walk a shard whose names' hashes all begin with `path`."""
    for slot, link in shard_slots(node).items():
        here = path + bytes([slot])
        name = link.name[PREFIX_BYTES:]
        if name:
            # Listed but in a slot no lookup visits: two readers would see two directories.
            if not hash_name(name).startswith(here):
                raise ContentError(f"{cid}: name {name[:40]!r} is in the wrong shard")
            yield Link(name, link.cid, link.tsize)
        elif len(here) == LEVELS_MAX:
            raise ContentError(f"{cid}: shard deeper than {LEVELS_MAX} levels")
        else:
            yield from _shard_entries(link.cid, decode_node(checked(link.cid, get)), get, here)
