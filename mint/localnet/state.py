"""Reading state at one root, with and without proof. Source: EIP-1186; Yellow Paper, appendix D."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import rlp

from mint.localnet.nodes import NodeStore
from provenance_schemas.keccak import keccak256

EMPTY_ROOT: Final = keccak256(b"\x80")
EMPTY_CODE: Final = keccak256(b"")


@dataclass(frozen=True, slots=True)
class Account:
    """One account as the state trie holds it; an absent one is all zero."""

    nonce: int = 0
    balance: int = 0
    storage_root: bytes = EMPTY_ROOT
    code_hash: bytes = EMPTY_CODE


@dataclass(frozen=True, slots=True)
class Proof:
    """What a trie says about one key, and the nodes from the root that show it."""

    value: bytes
    """Empty where the key is absent."""
    nodes: tuple[bytes, ...]


def _strip(path: str, encoded: bytes) -> tuple[str | None, bool]:
    """Follow a compact path: the rest of `path` (None where it leads elsewhere), and whether this is a leaf."""
    flag = encoded[0] >> 4
    own = encoded.hex()[1 if flag & 1 else 2 :]
    return (path[len(own) :] if path.startswith(own) else None), bool(flag & 2)


def prove(store: NodeStore, root: bytes, key: bytes) -> Proof:
    """Look `key` up below `root`, keeping the way down. A node inside its parent is not listed again."""
    path, nodes = keccak256(key).hex(), list[bytes]()
    reference: Any = root  # a hash, or the node itself where it is shorter than one
    if root == EMPTY_ROOT:
        return Proof(b"", ())
    while True:
        if isinstance(reference, bytes):
            nodes.append(store.get(reference))
            node = rlp.decode(nodes[-1])
        else:
            node = reference
        if len(node) == 17:
            reference, path = node[int(path[0], 16)], path[1:]
        else:
            rest, leaf = _strip(path, node[0])
            if rest is None or leaf:
                return Proof(node[1] if rest == "" else b"", tuple(nodes))
            reference, path = node[1], rest
        if reference == b"":
            return Proof(b"", tuple(nodes))


class StateReader:
    """State after one block."""

    def __init__(self, store: NodeStore, root: bytes) -> None:
        self._store = store
        self._root = root

    def prove_account(self, address: bytes) -> tuple[Account, Proof]:
        """Read an account of 20 address bytes, with its proof."""
        proof = prove(self._store, self._root, address)
        if not proof.value:
            return Account(), proof
        nonce, balance, storage_root, code_hash = rlp.decode(proof.value)
        return Account(int.from_bytes(nonce), int.from_bytes(balance), storage_root, code_hash), proof

    def account(self, address: bytes) -> Account:
        """Read an account."""
        return self.prove_account(address)[0]

    def prove_slot(self, account: Account, slot: int) -> tuple[int, Proof]:
        """Read a storage slot, with its proof below the account's storage root."""
        proof = prove(self._store, account.storage_root, slot.to_bytes(32))
        return (int.from_bytes(rlp.decode(proof.value)) if proof.value else 0), proof

    def code(self, address: bytes) -> bytes:
        """Read a contract's code; empty for any other account."""
        code_hash = self.account(address).code_hash
        return b"" if code_hash == EMPTY_CODE else self._store.get(code_hash)
