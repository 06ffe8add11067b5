"""Check EIP-1186 account and storage proofs, and block headers, with nothing but a hash.

Pure: bytes in, facts out. Source: Ethereum Yellow Paper, appendices B (RLP) and D (Merkle-Patricia trie); EIP-1186.
A proof is bounded by its depth (64 nibbles), so a hostile one costs no more than an honest one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from provenance_schemas.keccak import keccak256

EMPTY_TRIE: Final = bytes.fromhex("56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421")
_NODES_MAX: Final = 65
_KEY_NIBBLES: Final = 64
_BRANCH_ITEMS: Final = 17
_PAIR_ITEMS: Final = 2

_HEADER_FIELDS: Final = (
    "parentHash",
    "sha3Uncles",
    "miner",
    "stateRoot",
    "transactionsRoot",
    "receiptsRoot",
    "logsBloom",
    "difficulty",
    "number",
    "gasLimit",
    "gasUsed",
    "timestamp",
    "extraData",
    "mixHash",
    "nonce",
    "baseFeePerGas",
    "withdrawalsRoot",
    "blobGasUsed",
    "excessBlobGas",
    "parentBeaconBlockRoot",
    "requestsHash",
)
"""In the order of the header's RLP; a chain that lacks the later forks stops early."""

_QUANTITIES: Final = frozenset(
    {
        "difficulty",
        "number",
        "gasLimit",
        "gasUsed",
        "timestamp",
        "baseFeePerGas",
        "blobGasUsed",
        "excessBlobGas",
    }
)


class ProofError(ValueError):
    """The proof does not hold. Whoever sent it is wrong or lying; it says nothing about the item."""


@dataclass(frozen=True, slots=True)
class Account:
    """One account of the state trie."""

    nonce: int
    balance: int
    storage_root: bytes
    code_hash: bytes


# ---- RLP


def _span(data: bytes, at: int) -> tuple[bool, int, int]:
    """Give (is a list, start, end) of the RLP item at `at`."""
    try:
        first = data[at]
        if first < 0x80:
            return False, at, at + 1
        if first < 0xB8:
            return False, at + 1, at + 1 + first - 0x80
        if first < 0xC0:
            start = at + 1 + first - 0xB7
            return False, start, start + int.from_bytes(data[at + 1 : start])
        if first < 0xF8:
            return True, at + 1, at + 1 + first - 0xC0
        start = at + 1 + first - 0xF7
        return True, start, start + int.from_bytes(data[at + 1 : start])
    except IndexError as error:
        raise ProofError("RLP ends too early") from error


def rlp_list(data: bytes) -> list[bytes]:
    """Split one RLP list; strings lose their prefix, nested lists keep theirs (inline trie nodes)."""
    is_list, at, end = _span(data, 0)
    if not is_list or end != len(data):
        raise ProofError("not one RLP list")
    items = []
    while at < end:
        nested, start, stop = _span(data, at)
        if stop > end:
            raise ProofError("an RLP item runs over the end of its list")
        items.append(data[at:stop] if nested else data[start:stop])
        at = stop
    return items


def rlp_bytes(value: bytes) -> bytes:
    """Encode one string."""
    if len(value) == 1 and value[0] < 0x80:
        return value
    return _prefix(0x80, len(value)) + value


def _prefix(base: int, length: int) -> bytes:
    if length < 56:
        return bytes([base + length])
    size = length.to_bytes((length.bit_length() + 7) // 8)
    return bytes([base + 55 + len(size)]) + size


# ---- the trie


def trie_value(root: bytes, key: bytes, proof: Sequence[bytes]) -> bytes:
    """Give the value stored under `key` (32 bytes, already hashed), or b"" when its absence is proved.

    `proof` holds the nodes from the root down, as EIP-1186 gives them. Raises ProofError unless it holds.
    """
    if len(proof) > _NODES_MAX:
        raise ProofError("a proof has at most 65 nodes")
    nodes = iter(proof)

    def following(reference: bytes) -> bytes:
        node = next(nodes, None)
        if node is None:
            raise ProofError("the proof ends before the key does")
        if keccak256(node) != reference:
            raise ProofError("a node of the proof is not the one its parent names")
        return node

    return walk_trie(root, key, following)


def walk_trie(root: bytes, key: bytes, node_of: Callable[[bytes], bytes]) -> bytes:
    """Give the value under `key` as `trie_value` does; `node_of` gives the node that has a hash, or raises."""
    if root == EMPTY_TRIE:
        return b""
    nibbles, at, reference = key.hex(), 0, root
    for _ in range(_NODES_MAX):
        at, reference, value = _descend(node_of(reference), nibbles, at)
        if value is not None:
            return value
    raise ProofError("a proof has at most 65 nodes")


def _descend(node: bytes, nibbles: str, at: int) -> tuple[int, bytes, bytes | None]:
    """Walk one node, and the inline nodes below it: (nibbles used, next node's hash, value if the walk ended)."""
    while True:
        items = rlp_list(node)
        if len(items) == _BRANCH_ITEMS:
            if at == _KEY_NIBBLES:
                return at, b"", items[16]
            reference = items[int(nibbles[at], 16)]
            at += 1
        elif len(items) == _PAIR_ITEMS:
            path, is_leaf = _path(items[0])
            if not nibbles.startswith(path, at):
                return at, b"", b""
            at += len(path)
            if is_leaf:
                return at, b"", items[1] if at == _KEY_NIBBLES else b""
            reference = items[1]
        else:
            raise ProofError("a trie node has 2 or 17 items")
        if not reference:
            return at, b"", b""
        if len(reference) == 32:
            return at, reference, None
        node = reference  # a node under 32 bytes stands inside its parent


def _path(encoded: bytes) -> tuple[str, bool]:
    """Hex-prefix decoding: the nibbles, and whether this is a leaf."""
    text = encoded.hex()
    flag = int(text[0], 16) if text else 4
    if flag > 3:
        raise ProofError("a trie path has an unknown flag")
    return (text[1:] if flag & 1 else text[2:]), flag >= 2


def account_at(state_root: bytes, address: bytes, proof: Sequence[bytes]) -> Account | None:
    """Give the account of 20 raw bytes, or None when its absence is proved."""
    return read_account(trie_value(state_root, keccak256(address), proof))


def read_account(value: bytes) -> Account | None:
    """Read what the state trie holds under an account's key; None where it holds nothing."""
    if not value:
        return None
    items = rlp_list(value)
    if len(items) != 4 or len(items[2]) != 32 or len(items[3]) != 32:
        raise ProofError("an account has nonce, balance, storage root and code hash")
    return Account(int.from_bytes(items[0]), int.from_bytes(items[1]), items[2], items[3])


def slot_at(storage_root: bytes, slot: int, proof: Sequence[bytes]) -> int:
    """Give the word in one storage slot; 0 when its absence is proved."""
    return read_slot(trie_value(storage_root, keccak256(slot.to_bytes(32)), proof))


def read_slot(value: bytes) -> int:
    """Read what a storage trie holds under a slot's key; 0 where it holds nothing."""
    if not value:
        return 0
    is_list, start, end = _span(value, 0)
    if is_list or end != len(value) or end - start > 32:
        raise ProofError("a storage value is one RLP string of at most 32 bytes")
    return int.from_bytes(value[start:end])


# ---- headers


def header_hash(header: Mapping[str, object]) -> bytes:
    """Hash a header as `eth_getBlockByNumber` gives it; the result must equal the block's own hash.

    Fields unknown to this list (a later fork) make the hash differ, so a new fork is an error here, never a
    silent acceptance.
    """
    return keccak256(header_rlp(header))


def header_rlp(header: Mapping[str, object]) -> bytes:
    """Write a header as it is hashed."""
    body = bytearray()
    for field in _HEADER_FIELDS:
        value = header.get(field)
        if value is None:
            break
        if not isinstance(value, str) or not value.startswith("0x"):
            raise ProofError(f"header field {field} is not hexadecimal")
        try:
            if field in _QUANTITIES:
                number = int(value, 16)
                body += rlp_bytes(number.to_bytes((number.bit_length() + 7) // 8))
            else:
                body += rlp_bytes(bytes.fromhex(value[2:]))
        except ValueError as error:
            raise ProofError(f"header field {field} is not hexadecimal") from error
    return _prefix(0xC0, len(body)) + bytes(body)
