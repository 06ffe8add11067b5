"""Sharded directories: a hash trie over the entries' names, for directories too large for one block.

Fan-out 256, the first 64 bits of murmur3 x64-128, big-endian, one byte a level: what Kubo writes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from provenance_schemas.content_id import DAG_PB, ContentId
from provenance_schemas.dag_pb import HAMT_MURMUR3, Kind, Link, PbNode, UnixFs, encode_node
from provenance_schemas.errors import ContentError

FANOUT: Final = 256
LEVELS_MAX: Final = 8
PREFIX_BYTES: Final = 2
_MASK: Final = 2**64 - 1
_C1: Final = 0x87C37B91114253D5
_C2: Final = 0x4CF5AD432745937F


def build_shard(entries: Sequence[tuple[bytes, Link]], put: Callable[[ContentId, bytes], None], level: int = 0) -> Link:
    """Write the shard over (`hash_name(link.name)`, link) pairs; return the unnamed link to its root.

    Raises ContentError when two names share all 64 bits of their hash.
    """
    if level >= LEVELS_MAX:
        raise ContentError(f"names {entries[0][1].name!r} and {entries[1][1].name!r} have one hash")
    slots: dict[int, list[tuple[bytes, Link]]] = {}
    for path, link in entries:
        slots.setdefault(path[level], []).append((path, link))
    links: list[Link] = []
    for slot in sorted(slots):
        members = slots[slot]
        child = members[0][1] if len(members) == 1 else build_shard(members, put, level + 1)
        links.append(Link(_prefix(slot) + child.name, child.cid, child.tsize))
    bits = sum(1 << slot for slot in slots)
    field = bits.to_bytes((bits.bit_length() + 7) // 8)
    block = encode_node(links, UnixFs(Kind.HAMT_SHARD, field, fanout=FANOUT, hash_type=HAMT_MURMUR3))
    cid = ContentId.of(block, DAG_PB)
    put(cid, block)
    return Link(b"", cid, len(block) + sum(link.tsize for link in links))


def shard_slots(node: PbNode) -> dict[int, Link]:
    """Give the link in each slot of one shard; a name of two bytes only is a link to a deeper shard.

    Raises ContentError for another hash or fan-out, and for slots that repeat or differ from the bit field.
    """
    shard = node.unixfs
    if shard.kind is not Kind.HAMT_SHARD or shard.hash_type != HAMT_MURMUR3 or shard.fanout != FANOUT:
        raise ContentError(f"shard with hash {shard.hash_type} and fan-out {shard.fanout}; murmur3 and 256 are known")
    slots: dict[int, Link] = {}
    for link in node.links:
        slot = _slot(link.name)
        if slot in slots:
            raise ContentError(f"shard fills slot {slot} twice")
        slots[slot] = link
    if sum(1 << slot for slot in slots) != int.from_bytes(shard.content):
        raise ContentError("shard's bit field does not match its links")
    return slots


def hash_name(name: bytes) -> bytes:
    """Give the path of `name` through the trie: 8 bytes, one a level."""
    return _murmur3(name).to_bytes(8)


def _prefix(slot: int) -> bytes:
    return b"%02X" % slot


def _slot(name: bytes) -> int:
    prefix = name[:PREFIX_BYTES]
    if len(prefix) != PREFIX_BYTES or prefix.strip(b"0123456789ABCDEF"):
        raise ContentError(f"shard link {name[:40]!r} does not begin with two hexadecimal digits")
    return int(prefix, 16)


def _rotate(word: int, count: int) -> int:
    return (word << count | word >> 64 - count) & _MASK


def _mix_first(block: bytes) -> int:
    return _rotate(int.from_bytes(block, "little") * _C1 & _MASK, 31) * _C2 & _MASK


def _mix_second(block: bytes) -> int:
    return _rotate(int.from_bytes(block, "little") * _C2 & _MASK, 33) * _C1 & _MASK


def _finish(word: int) -> int:
    word = (word ^ word >> 33) * 0xFF51AFD7ED558CCD & _MASK
    word = (word ^ word >> 33) * 0xC4CEB9FE1A85EC53 & _MASK
    return word ^ word >> 33


def _murmur3(key: bytes) -> int:
    """First half of murmur3 x64-128 with seed 0. Source: Austin Appleby's MurmurHash3_x64_128."""
    first = second = 0
    whole = len(key) // 16 * 16
    for at in range(0, whole, 16):
        first = _rotate(first ^ _mix_first(key[at : at + 8]), 27)
        first = ((first + second) * 5 + 0x52DCE729) & _MASK
        second = _rotate(second ^ _mix_second(key[at + 8 : at + 16]), 31)
        second = ((second + first) * 5 + 0x38495AB5) & _MASK
    tail = key[whole:]
    first ^= _mix_first(tail[:8])
    second ^= _mix_second(tail[8:])
    first ^= len(key)
    second ^= len(key)
    first = (first + second) & _MASK
    second = (second + first) & _MASK
    return (_finish(first) + _finish(second)) & _MASK
