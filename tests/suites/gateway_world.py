"""What the gateway conformance cases ask for: small trees whose every block is known, and one that is not whole."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache

from provenance_schemas.content_id import ContentId
from provenance_schemas.dag_walk import Scope, walk_dag
from provenance_schemas.unixfs import Layout, add_directory, add_file
from provenance_schemas.unixfs_read import resolve_path

CHUNKED = Layout(chunk_bytes=256, width=10)
SHARDED = Layout(directory_max_bytes=1_000)
TEXT = b"hello application/vnd.ipld.car\n"
LONG = bytes(index * index % 251 for index in range(1026))
"""Five chunks: four of 256 bytes and one of 2."""
SHARD_ENTRIES = 300
ABSENT = ContentId.of(b"nobody has this block")


@dataclass(frozen=True)
class World:
    """Blocks to serve, and names for the ids that the cases use."""

    blocks: dict[ContentId, bytes]
    names: dict[str, ContentId]

    def walk(self, root: ContentId, scope: Scope = Scope.ALL, *, repeat: bool = False) -> list[ContentId]:
        """Give the ids below `root`, depth first."""
        return [cid for cid, _ in walk_dag(root, self.blocks.__getitem__, scope, repeat=repeat)]

    def crossed(self, root: ContentId, *segments: str) -> list[ContentId]:
        """Give the ids of the blocks that a path crosses, its end left out."""
        return [cid for cid, _ in resolve_path(root, segments, self.blocks.__getitem__).crossed]


@cache
def gateway_world() -> World:
    """Build it: a directory of files, one of duplicates, a sharded one, and a file that lacks its second block."""
    blocks: dict[ContentId, bytes] = {}
    put = blocks.__setitem__
    text, long = add_file(io.BytesIO(TEXT), put), add_file(io.BytesIO(LONG), put, CHUNKED)
    hello = add_file(io.BytesIO(b"hello world\n"), put)
    empty = add_file(io.BytesIO(b""), put)
    subdir = add_directory({"ascii.txt": text, "hello.txt": hello, "multiblock.txt": long}, put)
    root = add_directory({"subdir": subdir, "café ☕?#%.txt": hello, "empty": empty}, put)
    twice = add_directory({"a.txt": text, "b.txt": text, "c": {"a.txt": text, "long.bin": long}}, put)
    entries = {f"{index}.txt": add_file(io.BytesIO(b"%d" % index), put) for index in range(SHARD_ENTRIES)}
    shard = add_directory({**entries, "long.bin": long}, put, SHARDED)
    holed = add_file(io.BytesIO(bytes(reversed(LONG))), put, CHUNKED)
    names = {
        "root": root.cid,
        "subdir": subdir.cid,
        "text": text.cid,
        "hello": hello.cid,
        "long": long.cid,
        "empty": empty.cid,
        "twice": twice.cid,
        "shard": shard.cid,
        "holed": holed.cid,
        "absent": ABSENT,
    }
    world = World(blocks, names)
    leaves = world.walk(holed.cid)[1:]
    for index, leaf in enumerate(leaves):
        names[f"holed{index}"] = leaf
    del blocks[leaves[1]]
    leaves = world.walk(long.cid)[1:]
    names.update({f"long{index}": leaf for index, leaf in enumerate(leaves)})
    return world
