"""Proved words of one registry, from any node that speaks `eth_getProof`.

The node is not believed: a header must hash to its block, and every word comes with a Merkle proof under that
header's state root. What a node can still do is to stay silent, to be old, or to invent a whole chain; the pinned
deployment block and the freshness check are held against the last two (docs/security-model.md says what remains).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from provenance_schemas.ids import Address, BlockRef, ItemId, address_bytes
from verifier.adapters.proved_words import ProvedBlocks, ProvedWords, RecentActors
from verifier.adapters.registry_layout import (
    ISSUANCE_SLOT,
    actor_slot,
    actor_word,
    item_slots,
    item_words,
)
from verifier.adapters.rpc_client import RpcClient
from verifier.errors import ChainUnavailableError
from verifier.ports import RegistryState, Tips
from verifier.proofs import ProofError, account_at, header_hash, slot_at
from verifier.trust import Registry

_HEADERS_KEPT: Final = 64


@dataclass(frozen=True, slots=True)
class _Header:
    block: BlockRef
    state_root: bytes


class RpcChain:
    """ChainReader over one node. Safe to use from several threads."""

    def __init__(self, client: RpcClient, registry: Registry) -> None:
        self._client = client
        self._registry = registry
        self._state_roots: dict[bytes, bytes] = {}
        self._on_our_chain = False
        self._proved = ProvedBlocks()
        self._lately = RecentActors()

    def tips(self) -> Tips:
        """Read both tips in one round trip; the first time, also whether the node is on our chain at all."""
        calls: list[tuple[str, list[Any]]] = [
            ("eth_getBlockByNumber", ["finalized", False]),
            ("eth_getBlockByNumber", ["latest", False]),
        ]
        if not self._on_our_chain:
            calls += [
                ("eth_chainId", []),
                ("eth_getBlockByNumber", [hex(self._registry.deployed_block), False]),
            ]
        final, latest, *identity = self._client.batch(calls)
        if identity:
            self._check_identity(*identity)
        if final is None:
            raise ChainUnavailableError("the node names no final block yet")
        tips = Tips(self._header(final).block, self._header(latest).block)
        if tips.latest.number < tips.final.number:
            raise ChainUnavailableError("the node's latest block is older than its final one")
        # An older block proves that there is no contract, and nothing at all against an item.
        if tips.final.number < self._registry.deployed_block:
            raise ChainUnavailableError("the node's final block is older than the registry")
        return tips

    def block_at(self, number: int) -> BlockRef:
        """Give the node's own block at a number. What it says of another number is refused."""
        block = self._header(self._client.call("eth_getBlockByNumber", hex(number), False)).block
        if block.number != number:
            raise ChainUnavailableError(f"the node gave block {block.number}, not {number}")
        return block

    def _check_identity(self, chain_id: Any, deployed: Any) -> None:
        if chain_id != hex(self._registry.chain_id):
            raise ChainUnavailableError(f"the node is on chain {chain_id}, not {self._registry.chain_id}")
        if self._header(deployed).block.hash != self._registry.deployed_block_hash:
            raise ChainUnavailableError("the node does not know the block in which our registry was deployed")
        self._on_our_chain = True

    def _header(self, answer: Any) -> _Header:
        if not isinstance(answer, dict):
            raise ChainUnavailableError("the node does not have the block asked for")
        try:
            block_hash = bytes.fromhex(answer["hash"][2:])
            if header_hash(answer) != block_hash:
                raise ChainUnavailableError("the node's header does not hash to its block")
            number, time_s = int(answer["number"], 16), int(answer["timestamp"], 16)
            header = _Header(BlockRef.at(number, block_hash, time_s), bytes.fromhex(answer["stateRoot"][2:]))
        except (KeyError, TypeError, ValueError, OverflowError, OSError) as error:
            raise ChainUnavailableError(f"the node gave a malformed header ({error})") from error
        self._keep(header)
        return header

    def _keep(self, header: _Header) -> None:
        roots = dict(self._state_roots)
        roots[header.block.hash] = header.state_root
        while len(roots) > _HEADERS_KEPT:
            del roots[next(iter(roots))]
        self._state_roots = roots

    def read(self, items: Sequence[ItemId], actors: Sequence[Address], at: BlockRef) -> RegistryState:
        """Read all words at one block with at most one `eth_getProof`, pinned by block hash (EIP-1898).

        Actors asked for lately are read along: the second question of a verification is then answered already.
        """
        self._lately.remember(actors)
        slots = [ISSUANCE_SLOT, *(slot for item in items for slot in item_slots(item)), *map(actor_slot, actors)]
        known = self._proved.at(at.hash)
        missing = [slot for slot in slots if slot not in known.values]
        if missing:
            along = [slot for slot in map(actor_slot, self._lately.actors) if slot not in known.values]
            self._prove(list(dict.fromkeys([*missing, *along])), at, known)
        if known.code_hash != self._registry.code_hash:
            return RegistryState(known.code_hash, 0, {}, {})  # another contract's words mean something else
        words = {item.token_id: item_words(item, tuple(map(known.value, item_slots(item)))) for item in items}
        who = {actor: actor_word(known.value(actor_slot(actor))) for actor in actors}
        return RegistryState(known.code_hash, known.value(ISSUANCE_SLOT), words, who)

    def _prove(self, slots: list[int], at: BlockRef, known: ProvedWords) -> None:
        contract = self._registry.contract
        pin = {"blockHash": "0x" + at.hash.hex(), "requireCanonical": True}
        answer = self._client.call("eth_getProof", contract, [f"0x{slot:064x}" for slot in slots], pin)
        try:
            account = account_at(self._root(at), address_bytes(contract), _nodes(answer["accountProof"]))
            if account is None:
                known.add(None, dict.fromkeys(slots, 0))
                return
            proofs = answer["storageProof"]
            if len(proofs) != len(slots):
                raise ChainUnavailableError("the node proved other slots than it was asked for")
            values = {
                slot: slot_at(account.storage_root, slot, _nodes(proof["proof"]))
                for slot, proof in zip(slots, proofs, strict=True)
            }
        except ProofError as error:
            raise ChainUnavailableError(f"the node's proof does not hold: {error}") from error
        except (KeyError, TypeError, ValueError) as error:
            raise ChainUnavailableError(f"the node gave a malformed proof ({error})") from error
        known.add(account.code_hash, values)

    def _root(self, at: BlockRef) -> bytes:
        root = self._state_roots.get(at.hash)
        if root is None:
            self._header(self._client.call("eth_getBlockByHash", "0x" + at.hash.hex(), False))
            root = self._state_roots.get(at.hash)
        if root is None:
            raise ChainUnavailableError("the node gave another block than the one asked for")
        return root


def _nodes(proof: list[str]) -> list[bytes]:
    return [bytes.fromhex(node[2:]) for node in proof]
