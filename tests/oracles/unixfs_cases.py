"""Files and directories to be named by several implementations: drawn from a seed, edges first."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from provenance_schemas.content_id import ContentId
from provenance_schemas.unixfs import UNIXFS_V1_2025, Entries, Layout, add_directory, add_file

Tree: TypeAlias = "Mapping[str, bytes | Tree]"

MIB = 1024 * 1024
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789-_. éßжा水🜂"


@dataclass(frozen=True)
class Case:
    """One file, or one directory tree, and how it is cut."""

    content: bytes | Tree
    layout: Layout = UNIXFS_V1_2025


def our_cid(case: Case) -> ContentId:
    """Name a case with our own code; blocks go nowhere."""
    if isinstance(case.content, bytes):
        return add_file(io.BytesIO(case.content), _nowhere, case.layout).cid
    return add_directory(_written(case.content, case.layout), _nowhere, case.layout).cid


def some_cases(count: int, seed: int = 2025) -> list[Case]:
    """Draw `count` cases: all edges of the profile, then random small layouts, files and trees."""
    draw = random.Random(seed)
    cases = [*edge_files(draw), *edge_directories(draw)]
    while len(cases) < count:
        cases.append(draw.choice((_small_file, _deep_file, _small_tree, _small_shards))(draw))
    return cases[:count]


def edge_files(draw: random.Random) -> Iterator[Case]:
    """Sizes on both sides of each boundary of the profile, and of trees of two and three levels."""
    for size in (0, 1, 256 * 1024, MIB - 1, MIB, MIB + 1, 2 * MIB, 3 * MIB + 7):
        yield Case(draw.randbytes(size))
    narrow = Layout(chunk_bytes=16, width=3)
    for chunks in (2, 3, 4, 6, 9, 10, 12, 13, 27, 28):
        for tail in (-1, 0, 1):
            yield Case(draw.randbytes(16 * chunks + tail), narrow)
    for size in (1024 * 32, 1024 * 32 + 1):
        yield Case(draw.randbytes(size), Layout(chunk_bytes=32))


def edge_directories(draw: random.Random) -> Iterator[Case]:
    """Directories whose block is just at, just over and well over the limit, and the odd small ones."""
    yield Case({})
    yield Case({"empty": {}, "nested": {"a": {"b": {"c": b"deep"}}}})
    for over in (0, 1):
        yield Case(directory_of_block_bytes(256 * 1024 + over))
    yield Case({f"{index}.json": b"{%d}" % index for index in range(6000)})
    yield Case({"shards": {f"{draw.getrandbits(64):016x}": b"" for _ in range(4200)}, "leaf": b"x"})


def directory_of_block_bytes(size: int) -> Tree:
    """Build a directory whose plain block has exactly `size` bytes.

    A link costs 45 bytes and its name here: 42 of fixed fields, a tag and two lengths of one byte each, as
    long as name and link stay under 128 bytes; the UnixFS message costs 4.
    """
    link_bytes, name_bytes = 44, 20
    count, rest = divmod(size - 4, link_bytes + name_bytes)
    names = [f"{index:0{name_bytes}d}" for index in range(count)]
    while rest:
        more = min(rest, 40)
        names[rest % count] += "x" * more
        rest -= more
    return dict.fromkeys(names, b"")


def _small_file(draw: random.Random) -> Case:
    return Case(draw.randbytes(draw.randrange(20_000)))


def _deep_file(draw: random.Random) -> Case:
    layout = Layout(chunk_bytes=draw.randrange(1, 64), width=draw.randrange(2, 6))
    return Case(draw.randbytes(draw.randrange(layout.chunk_bytes * 100)), layout)


def _small_tree(draw: random.Random, depth: int = 0) -> Case:
    names = {"".join(draw.choices(LETTERS, k=draw.randrange(1, 30))).strip(". ") for _ in range(draw.randrange(12))}
    tree: dict[str, bytes | Tree] = {}
    for name in sorted(names - {""}):
        inner = _small_tree(draw, depth + 1).content if depth < 3 and draw.random() < 0.3 else None
        tree[name] = draw.randbytes(draw.randrange(200)) if inner is None else inner
    return Case(tree)


def _small_shards(draw: random.Random) -> Case:
    names = {"".join(draw.choices(LETTERS[:36], k=draw.randrange(1, 20))) for _ in range(draw.randrange(1, 700))}
    return Case({name: draw.randbytes(8) for name in sorted(names)}, Layout(directory_max_bytes=600))


def _written(tree: Tree, layout: Layout) -> Entries:
    return {
        name: add_file(io.BytesIO(entry), _nowhere, layout) if isinstance(entry, bytes) else _written(entry, layout)
        for name, entry in tree.items()
    }


def _nowhere(cid: ContentId, block: bytes) -> None:
    assert cid.matches(block)
