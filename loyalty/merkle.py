"""RFC 6962's Merkle tree, kept so that appending a leaf never rewrites a row.

With leaf `i` are kept all the nodes that it completes: its own hash at level 0, then as many as `i` has trailing ones
in binary. Two hashes a leaf on average; every root and every path is put together from a logarithm of rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Final

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = hashlib.sha256(b"").digest()
SIZE_MAX: Final = 2**48

NodeReader = Callable[[int, int], bytes]
"""Gives the node at a level (0 for leaves) that a leaf, by its index, completed: 32 bytes."""


def leaf_hash(leaf: bytes) -> bytes:
    """Hash a leaf (RFC 6962, 2.1)."""
    return hashlib.sha256(b"\0" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two nodes (RFC 6962, 2.1)."""
    return hashlib.sha256(b"\1" + left + right).digest()


def completed_nodes(index: int, leaf: bytes, node: NodeReader) -> bytes:
    """Give the nodes that leaf `index` completes, lowest first, 32 bytes each; `leaf` is its hash."""
    nodes, level = [leaf], 0
    while index >> level & 1:
        nodes.append(node_hash(node((index >> level << level) - 1, level), nodes[-1]))
        level += 1
    return b"".join(nodes)


def root(size: int, node: NodeReader) -> bytes:
    """Give the tree hash over the first `size` leaves."""
    return _range_hash(0, size, node) if size else EMPTY_ROOT


def inclusion_path(index: int, size: int, node: NodeReader) -> tuple[bytes, ...]:
    """Give the siblings from leaf `index` up to the root over `size` leaves, lowest first (RFC 6962, 2.1.1)."""
    if not 0 <= index < size <= SIZE_MAX:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    start, end, path = 0, size, []
    while end - start > 1:
        middle = start + (1 << (end - start - 1).bit_length() - 1)
        if index < middle:
            path.append(_range_hash(middle, end, node))
            end = middle
        else:
            path.append(_range_hash(start, middle, node))
            start = middle
    return tuple(reversed(path))


def is_included(leaf: bytes, index: int, size: int, path: Sequence[bytes], head: bytes) -> bool:
    """Say whether a path leads from a leaf's hash to a root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size <= SIZE_MAX:
        return False
    position, last, found = index, size - 1, leaf
    for sibling in path:
        if last == 0 or len(sibling) != HASH_BYTES:
            return False
        if position & 1 or position == last:
            found = node_hash(sibling, found)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        position, last = position >> 1, last >> 1
    return last == 0 and found == head


def consistency_path(first: int, second: int, node: NodeReader) -> tuple[bytes, ...]:
    """Give what proves that a tree of `second` leaves begins with one of `first` (RFC 6962, 2.1.2).

    Empty where both are the same. Raises ValueError unless 0 < first <= second.
    """
    if not 0 < first <= second <= SIZE_MAX:
        raise ValueError(f"a tree of {second} leaves does not begin with one of {first}")
    start, end, path = 0, second, []
    while first - start < end - start:
        middle = start + (1 << (end - start - 1).bit_length() - 1)
        if first <= middle:
            path.append(_range_hash(middle, end, node))
            end = middle
        else:
            path.append(_range_hash(start, middle, node))
            start = middle
    if start:  # else the verifier knows this node: it is the first root
        path.append(_range_hash(start, first, node))
    return tuple(reversed(path))


def is_consistent(first: int, first_root: bytes, second: int, second_root: bytes, path: Sequence[bytes]) -> bool:
    """Say whether the log with the second root begins with the whole log of the first (RFC 9162, 2.1.4.2)."""
    if not 0 <= first <= second <= SIZE_MAX or any(len(one) != HASH_BYTES for one in path):
        return False
    if first == 0:
        return not path and first_root == EMPTY_ROOT and (second > 0 or second_root == EMPTY_ROOT)
    if first == second:
        return not path and first_root == second_root
    nodes = [first_root, *path] if first & (first - 1) == 0 else list(path)
    if not nodes:
        return False
    position, last = first - 1, second - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    old = new = nodes[0]
    for one in nodes[1:]:
        if last == 0:
            return False
        if position & 1 or position == last:
            old, new = node_hash(one, old), node_hash(one, new)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            new = node_hash(new, one)
        position, last = position >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root


def node_in(nodes: bytes, level: int) -> bytes:
    """Take the node of one level from what a leaf completed."""
    found = nodes[level * HASH_BYTES : (level + 1) * HASH_BYTES]
    if len(found) != HASH_BYTES:
        raise ValueError(f"{len(nodes)} bytes hold no node of level {level}")
    return found


def _range_hash(start: int, end: int, node: NodeReader) -> bytes:
    """Hash leaves `start` to `end`; `start` is a multiple of every whole subtree within."""
    peaks = []
    while start < end:
        level = (end - start).bit_length() - 1
        peaks.append(node(start + (1 << level) - 1, level))
        start += 1 << level
    found = peaks.pop()
    while peaks:
        found = node_hash(peaks.pop(), found)
    return found
