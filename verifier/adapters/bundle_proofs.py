"""What a bundle needs of a node: the block's header as it is hashed, and the raw trie nodes of its proofs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from provenance_schemas.ids import Address, BlockRef
from provenance_schemas.keccak import keccak256
from verifier.adapters.rpc_client import RpcClient
from verifier.bundle_ports import RawProof
from verifier.errors import ChainUnavailableError
from verifier.proofs import header_rlp


class RpcProofs:
    """ProofSource over some nodes: the first that answers, as what it says is proved under the block's hash."""

    def __init__(self, clients: Sequence[RpcClient], contract: Address) -> None:
        self._clients = tuple(clients)
        self._contract = contract

    def prove(self, slots: Sequence[int], at: BlockRef) -> RawProof:
        """Ask each node in turn for header and proof. Raises ChainUnavailableError when none gives both."""
        why = "no node to ask"
        for client in self._clients:
            try:
                return self._ask(client, slots, at)
            except ChainUnavailableError as error:
                why = str(error)
        raise ChainUnavailableError(why)

    def _ask(self, client: RpcClient, slots: Sequence[int], at: BlockRef) -> RawProof:
        block_hash = "0x" + at.hash.hex()
        words = [f"0x{slot:064x}" for slot in slots]
        header, proof = client.batch(
            [
                ("eth_getBlockByHash", [block_hash, False]),
                ("eth_getProof", [self._contract, words, {"blockHash": block_hash}]),
            ]
        )
        try:
            rlp = header_rlp(header)
            nodes = [_raw(node) for node in proof["accountProof"]]
            for slot in proof["storageProof"]:
                nodes += map(_raw, slot["proof"])
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ChainUnavailableError(f"{client.name}: a malformed header or proof ({error})") from error
        if keccak256(rlp) != at.hash:
            raise ChainUnavailableError(f"{client.name}: the header does not hash to its block")
        return RawProof(rlp, tuple(nodes))


def _raw(node: Any) -> bytes:
    return bytes.fromhex(node[2:])
