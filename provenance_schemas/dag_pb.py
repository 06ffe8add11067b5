"""DAG-PB nodes and the UnixFS message inside them, as bytes and back.

Written links first, then data, as the dag-pb specification asks; read strictly: an unknown field is refused,
because a node we do not fully understand must not take part in a proof.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from provenance_schemas.content_id import ContentId
from provenance_schemas.errors import ContentError
from provenance_schemas.multiformat import read_varint, write_varint

BLOCK_MAX_BYTES: Final = 2 * 1024 * 1024
"""What IPFS peers exchange at most."""

HAMT_MURMUR3: Final = 0x22
_VARINT, _BYTES = 0, 2


class Kind(IntEnum):
    """UnixFS node types that we read. Symlinks and metadata nodes are refused."""

    RAW = 0
    DIRECTORY = 1
    FILE = 2
    HAMT_SHARD = 5


@dataclass(frozen=True, slots=True)
class Link:
    """A named edge to another block."""

    name: bytes
    cid: ContentId
    tsize: int
    """Bytes of all blocks below, as the writer counted them. Never proof of anything."""


@dataclass(frozen=True, slots=True)
class UnixFs:
    """What one dag-pb node means."""

    kind: Kind
    content: bytes = b""
    """File bytes held in the node itself, or the bit field of a shard."""
    size: int | None = None
    """Bytes of the whole file below."""
    block_sizes: tuple[int, ...] = ()
    """File bytes below each link, in order."""
    fanout: int | None = None
    hash_type: int | None = None


@dataclass(frozen=True, slots=True)
class PbNode:
    """One decoded dag-pb block."""

    links: tuple[Link, ...]
    unixfs: UnixFs


def _field(number: int, content: bytes) -> bytes:
    return write_varint(number << 3 | _BYTES) + write_varint(len(content)) + content


def _number(number: int, value: int) -> bytes:
    return write_varint(number << 3 | _VARINT) + write_varint(value)


def encode_node(links: Sequence[Link], unixfs: UnixFs) -> bytes:
    """Write one dag-pb block."""
    parts = [_field(2, _field(1, link.cid.raw) + _field(2, link.name) + _number(3, link.tsize)) for link in links]
    return b"".join(parts) + _field(1, _encode_unixfs(unixfs))


def _encode_unixfs(unixfs: UnixFs) -> bytes:
    out = _number(1, unixfs.kind)
    if unixfs.content:
        out += _field(2, unixfs.content)
    if unixfs.size is not None:
        out += _number(3, unixfs.size)
    out += b"".join(_number(4, size) for size in unixfs.block_sizes)
    if unixfs.hash_type is not None and unixfs.fanout is not None:
        out += _number(5, unixfs.hash_type) + _number(6, unixfs.fanout)
    return out


def decode_node(block: bytes) -> PbNode:
    """Read one dag-pb block with its UnixFS message.

    Raises ContentError for a block over 2 MiB, an unknown field, a cut field, or a node that is not UnixFS.
    """
    if len(block) > BLOCK_MAX_BYTES:
        raise ContentError(f"block of {len(block)} bytes, at most {BLOCK_MAX_BYTES}")
    data: bytes | None = None
    links: list[Link] = []
    for number, value in _fields(block):
        if number == 2 and isinstance(value, bytes) and data is None:
            links.append(_decode_link(value))
        elif number == 1 and isinstance(value, bytes) and data is None:
            data = value
        else:
            raise ContentError(f"dag-pb field {number} is unknown, repeated or out of order")
    if data is None:
        raise ContentError("dag-pb node without a UnixFS message")
    return PbNode(tuple(links), _decode_unixfs(data))


def _decode_link(content: bytes) -> Link:
    fields = _single_fields(content, "link")
    cid, name, tsize = fields.get(1), fields.get(2, b""), fields.get(3, 0)
    if not isinstance(cid, bytes) or not isinstance(name, bytes) or not isinstance(tsize, int) or len(fields) > 3:
        raise ContentError("dag-pb link needs a content id, a name and a size, and nothing else")
    return Link(name, ContentId.from_raw(cid), tsize)


def _decode_unixfs(content: bytes) -> UnixFs:
    sizes: list[int] = []
    rest: dict[int, int | bytes] = {}
    for number, value in _fields(content):
        if number == 4:
            sizes += _sizes(value)
        elif number in rest or number not in {1, 2, 3, 5, 6}:
            raise ContentError(f"UnixFS field {number} is unknown or repeated")
        else:
            rest[number] = value
    kind, body = rest.get(1), rest.get(2, b"")
    size, hash_type, fanout = rest.get(3), rest.get(5), rest.get(6)
    if kind not in set(Kind) or not isinstance(body, bytes):
        raise ContentError(f"UnixFS type {kind!r} is not a file, a directory or a shard")
    if isinstance(size, bytes) or isinstance(hash_type, bytes) or isinstance(fanout, bytes):
        raise ContentError("UnixFS sizes are numbers")
    return UnixFs(Kind(int(kind)), body, size, tuple(sizes), fanout, hash_type)


def _sizes(value: int | bytes) -> list[int]:
    if isinstance(value, int):
        return [value]
    sizes, at = [], 0
    while at < len(value):  # protobuf may pack repeated numbers into one field
        size, at = read_varint(value, at)
        sizes.append(size)
    return sizes


def _single_fields(content: bytes, what: str) -> dict[int, int | bytes]:
    fields: dict[int, int | bytes] = {}
    for number, value in _fields(content):
        if number in fields:
            raise ContentError(f"dag-pb {what} repeats field {number}")
        fields[number] = value
    return fields


def _fields(content: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Split a protobuf message into (field number, number or bytes)."""
    at = 0
    while at < len(content):
        key, at = read_varint(content, at)
        value, at = read_varint(content, at)
        if key & 7 == _VARINT:
            yield key >> 3, value
        elif key & 7 == _BYTES:
            if at + value > len(content):
                raise ContentError(f"protobuf field {key >> 3} is cut off")
            yield key >> 3, content[at : at + value]
            at += value
        else:
            raise ContentError(f"protobuf wire type {key & 7} is not used here")
