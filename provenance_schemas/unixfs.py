"""Files and directories as IPFS blocks, by profile `unixfs-v1-2025` (IPIP-499): the same content ids as Kubo.

CIDv1, raw leaves, 1 MiB chunks, balanced trees of 1,024 links, shards above 256 KiB of directory block.
A document of one chunk is one raw block: its content id is the SHA-256 of the document itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

from provenance_schemas.content_id import DAG_PB, ContentId
from provenance_schemas.dag_pb import Kind, Link, UnixFs, encode_node
from provenance_schemas.errors import ContentError
from provenance_schemas.hamt import build_shard, hash_name

NAME_MAX_BYTES: Final = 255
DIRECTORY_DEPTH_MAX: Final = 32
FILE_DEPTH_MAX: Final = 8

Put: TypeAlias = Callable[[ContentId, bytes], None]
"""Takes each block as it is made, children before parents."""


class Readable(Protocol):
    """A stream of bytes; a short read is not the end, an empty one is."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes."""
        ...


@dataclass(frozen=True, slots=True)
class Node:
    """A file or directory that has been written as blocks."""

    cid: ContentId
    tsize: int
    """Bytes of all its blocks; a block reached twice counts twice."""
    size: int
    """Bytes of its files."""


Entries: TypeAlias = "Mapping[str, Node | Entries]"
"""Names to what they hold; a mapping is a directory of its own."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How files are cut. Anything but the default gives content ids that no profile names."""

    chunk_bytes: int = 1024 * 1024
    width: int = 1024
    """Links of one node."""
    directory_max_bytes: int = 256 * 1024
    """A directory whose block would be larger is sharded."""


UNIXFS_V1_2025: Final = Layout()


def add_file(stream: Readable, put: Put, layout: Layout = UNIXFS_V1_2025) -> Node:
    """Write a file; memory is one chunk and the open nodes of each level.

    1. Each chunk is a raw block.
    2. A level that reaches its width becomes one node of the level above.
    3. At the end the rest of each level is closed, lowest first, until one node is left.
    """
    levels: list[list[Node]] = [[]]
    for chunk in _chunks(stream, layout.chunk_bytes):  # 1.
        cid = ContentId.of(chunk)
        put(cid, chunk)
        levels[0].append(Node(cid, len(chunk), len(chunk)))
        _close_full(levels, 0, put, layout.width)  # 2.
    for depth in range(FILE_DEPTH_MAX):  # 3.
        if depth == len(levels) - 1:
            if len(levels[depth]) == 1:
                return levels[depth][0]
            levels.append([])
        levels[depth + 1].append(_file_node(levels[depth], put))
        _close_full(levels, depth + 1, put, layout.width)
    raise ContentError(f"file needs more than {FILE_DEPTH_MAX} levels of {layout.width} links")


def add_directory(entries: Entries, put: Put, layout: Layout = UNIXFS_V1_2025) -> Node:
    """Write a directory and the directories nested in `entries`.

    Raises ContentError for a name that is empty, `.`, `..`, longer than 255 bytes of UTF-8, or holds `/` or
    NUL, and for more than 32 directories one in another.
    """
    return _add_directory(entries, put, layout, 1)


def _add_directory(entries: Entries, put: Put, layout: Layout, depth: int) -> Node:
    if depth > DIRECTORY_DEPTH_MAX:
        raise ContentError(f"directories nested deeper than {DIRECTORY_DEPTH_MAX}")
    links: list[Link] = []
    size = 0
    for name, entry in entries.items():
        node = entry if isinstance(entry, Node) else _add_directory(entry, put, layout, depth + 1)
        links.append(Link(encode_name(name), node.cid, node.tsize))
        size += node.size
    links.sort(key=lambda link: link.name)
    block = encode_node(links, UnixFs(Kind.DIRECTORY))
    if len(block) > layout.directory_max_bytes:
        root = build_shard([(hash_name(link.name), link) for link in links], put)
        return Node(root.cid, root.tsize, size)
    cid = ContentId.of(block, DAG_PB)
    put(cid, block)
    return Node(cid, len(block) + sum(link.tsize for link in links), size)


def encode_name(name: str) -> bytes:
    """Give the bytes of an entry's name. Raises ContentError for a name no path could reach."""
    try:
        raw = name.encode()
    except UnicodeEncodeError as error:
        raise ContentError(f"name {name[:40]!r} is not Unicode text") from error
    if not raw or raw in {b".", b".."} or b"/" in raw or b"\0" in raw:
        raise ContentError(f"{name[:40]!r} is not a name: it is empty, a dot, or holds a slash or NUL")
    if len(raw) > NAME_MAX_BYTES:
        raise ContentError(f"name of {len(raw)} bytes, at most {NAME_MAX_BYTES}: {name[:40]!r}")
    return raw


def _chunks(stream: Readable, chunk_bytes: int) -> Iterator[bytes]:
    """Cut a stream; an empty stream is one empty chunk."""
    first = True
    while True:
        parts: list[bytes] = []
        missing = chunk_bytes
        while missing and (part := stream.read(missing)):
            parts.append(part)
            missing -= len(part)
        if parts or first:
            yield b"".join(parts)
        if missing:
            return
        first = False


def _close_full(levels: list[list[Node]], lowest: int, put: Put, width: int) -> None:
    # A full level is closed only when one more node arrives: exactly `width` chunks need one parent, no more.
    for depth in range(lowest, FILE_DEPTH_MAX):
        if len(levels[depth]) <= width:
            return
        if depth == len(levels) - 1:
            levels.append([])
        levels[depth + 1].append(_file_node(levels[depth][:width], put))
        del levels[depth][:width]


def _file_node(children: list[Node], put: Put) -> Node:
    size = sum(child.size for child in children)
    links = [Link(b"", child.cid, child.tsize) for child in children]
    block = encode_node(links, UnixFs(Kind.FILE, size=size, block_sizes=tuple(child.size for child in children)))
    cid = ContentId.of(block, DAG_PB)
    put(cid, block)
    return Node(cid, len(block) + sum(child.tsize for child in children), size)
