"""Prove every word of an evidence bundle under its header, from one set of trie nodes.

Source: docs/bundle.md, "Words and nodes". Pure: bytes in, words out. Each node is hashed once and found by its hash;
the nodes must stand in the order in which the proofs first meet them, so there is one list of them and no other.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from provenance_schemas.keccak import keccak256
from verifier.errors import BundleError
from verifier.proofs import ProofError, read_account, read_slot, rlp_list, walk_trie

_LENGTH: Final = struct.Struct(">H")
_HEADER_FIELDS_MIN: Final = 15
_STATE_ROOT, _NUMBER, _TIME = 3, 8, 11


@dataclass(frozen=True, slots=True)
class Header:
    """What a bundle needs of its block's header."""

    hash: bytes
    state_root: bytes
    number: int
    time_s: int


def read_header(rlp: bytes) -> Header:
    """Read a header as it is hashed. Raises BundleError when it is none."""
    try:
        fields = rlp_list(rlp)
    except ProofError as error:
        raise BundleError(f"header.rlp: {error}") from error
    if len(fields) < _HEADER_FIELDS_MIN or len(fields[_STATE_ROOT]) != 32:
        raise BundleError("header.rlp: not a header of an EVM chain")
    if max(len(fields[_NUMBER]), len(fields[_TIME])) > 8:
        raise BundleError("header.rlp: number or time is out of range")
    number, time_s = int.from_bytes(fields[_NUMBER]), int.from_bytes(fields[_TIME])
    return Header(keccak256(rlp), fields[_STATE_ROOT], number, time_s)


def pack_nodes(nodes: Iterable[bytes]) -> bytes:
    """Write trie nodes, each behind its length."""
    return b"".join(_LENGTH.pack(len(node)) + node for node in nodes)


def unpack_nodes(data: bytes) -> tuple[bytes, ...]:
    """Read trie nodes. Raises BundleError when the last is cut off."""
    nodes, at = [], 0
    while at < len(data):
        if at + _LENGTH.size > len(data):
            raise BundleError("nodes.bin ends inside a length")
        (length,) = _LENGTH.unpack_from(data, at)
        at += _LENGTH.size
        if at + length > len(data):
            raise BundleError("nodes.bin ends inside a node")
        nodes.append(data[at : at + length])
        at += length
    return tuple(nodes)


class NodeSet:
    """Trie nodes by hash, which remembers the order in which they are met."""

    def __init__(self, nodes: Iterable[bytes]) -> None:
        self._nodes = {keccak256(node): node for node in nodes}
        self._met: dict[bytes, bytes] = {}

    def _node(self, reference: bytes) -> bytes:
        node = self._nodes.get(reference)
        if node is None:
            raise ProofError("a node of the proof is missing, or is not the one its parent names")
        self._met[reference] = node
        return node

    def value(self, root: bytes, key: bytes) -> bytes:
        """Give what the trie under `root` holds at `key` (32 bytes, hashed already); b"" is a proof of absence."""
        return walk_trie(root, key, self._node)

    @property
    def met(self) -> tuple[bytes, ...]:
        """Every node met so far, once, in the order of the first time."""
        return tuple(self._met.values())


@dataclass(frozen=True, slots=True)
class ProvedSlots:
    """One account and some of its slots, proved under one state root."""

    code_hash: bytes
    values: dict[int, int]
    nodes: tuple[bytes, ...]
    """The nodes that prove it, in their one order."""


def prove_slots(state_root: bytes, address: bytes, slots: Sequence[int], nodes: Iterable[bytes]) -> ProvedSlots:
    """Prove an account (20 raw bytes) and its slots, in this order. Raises BundleError where a proof does not hold."""
    known = NodeSet(nodes)
    try:
        account = read_account(known.value(state_root, keccak256(address)))
        if account is None:
            raise BundleError("there is no contract at this address at the bundle's block")
        values = {slot: read_slot(known.value(account.storage_root, keccak256(slot.to_bytes(32)))) for slot in slots}
    except ProofError as error:
        raise BundleError(f"the proof does not hold: {error}") from error
    return ProvedSlots(account.code_hash, values, known.met)
