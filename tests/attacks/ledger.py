"""The registry on a ledger of its own, reached by JSON-RPC: for frauds that only the contract can refuse."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

from eth_account import Account
from web3 import HTTPProvider, Web3
from web3.contract import Contract
from web3.exceptions import ContractCustomError

from mint.adapters.keystore_signer import KeySigner
from mint.localnet.start import ensure_localnet, funder_key, stop_localnet
from mint.signing import registry_data
from provenance_schemas.claim_codes import claim_leaf, claim_tree
from provenance_schemas.ids import Address
from provenance_schemas.keccak import keccak256
from provenance_schemas.step_kinds import EntryKind

BATCH = 7
PIECES = 2
_RECORDABLE = 1 << EntryKind.SOLD | 1 << EntryKind.RETURNED


class Ledger:
    """A registry with one batch of two sold pieces; the node's own account is registrar and boutique."""

    def __init__(self, url: str, key: bytes) -> None:
        self.web3 = Web3(HTTPProvider(url))
        self.house = Account.from_key(key)
        self.web3.eth.default_account = self.house.address
        self.cards = [KeySigner(keccak256(b"card %d" % number)) for number in range(PIECES)]
        self.registry = self._deploy("ItemRegistry", "Maison", "MSN", self.house.address, 0)
        self.stock = self._deploy("StockAccount", self.house.address, 0)
        for role in ("REGISTRAR", "ACTOR_ADMIN"):
            self.send(self.functions.grantRole(self.functions[role]().call(), self.house.address), wait=False)
        self.send(self.functions.setActor(self.house.address, _RECORDABLE, 0, 2**64 - 1))
        leaves = [claim_leaf(self.token(n), card.address) for n, card in enumerate(self.cards)]
        root, self.proofs = claim_tree(leaves)
        self.register(BATCH, PIECES, root)
        for number in range(PIECES):
            self.sell(self.token(number))

    @property
    def functions(self) -> Any:
        return self.registry.functions

    @property
    def deadline_s(self) -> int:
        return int(time.time()) + 3_600

    def token(self, index: int, batch: int = BATCH) -> int:
        return batch << 32 | index

    def register(self, batch: int, count: int, claim_root: bytes) -> None:
        self.send(self.functions.registerBatch(batch, count, b"\1" * 32, claim_root, self.stock.address))

    def sell(self, token_id: int) -> None:
        self.send(self.functions.recordStep(token_id, EntryKind.SOLD, b"\2" * 32))

    def signed(self, signer: KeySigner, request: bytes) -> bytes:
        """Sign a request to this registry (EIP-712)."""
        chain_id = self.web3.eth.chain_id
        return signer.sign_hashed(registry_data(chain_id, Address(self.registry.address), request))

    def send(self, call: Any, *, wait: bool = True) -> None:
        """Send a transaction of the house's; AssertionError when the ledger refuses it."""
        self._sent(call, wait=wait)

    def refusal(self, call: Any) -> str:
        """Give the selector of the error with which the registry refuses a call; empty when it would do it."""
        try:
            call.call()
        except ContractCustomError as error:
            return str(error.data)[:10]
        return ""

    def _deploy(self, name: str, *arguments: object) -> Contract:
        artifact = json.loads(resources.files("provenance_schemas").joinpath(f"abi/{name}.json").read_text("utf-8"))
        code = self.web3.eth.contract(abi=artifact["abi"], bytecode=artifact["bytecode"])
        receipt = self._sent(code.constructor(*arguments))
        return self.web3.eth.contract(address=receipt.contractAddress, abi=artifact["abi"])

    def _sent(self, call: Any, *, wait: bool = True) -> Any:
        nonce = self.web3.eth.get_transaction_count(self.house.address, "pending")
        built = call.build_transaction({"from": self.house.address, "nonce": nonce, "gas": 6_000_000})
        tx_hash = self.web3.eth.send_raw_transaction(self.house.sign_transaction(built).raw_transaction)
        if not wait:
            return None
        receipt = self.web3.eth.wait_for_transaction_receipt(tx_hash, timeout=60, poll_latency=0.05)
        assert receipt.status == 1
        return receipt


def selector(error: str) -> str:
    """Name an error of the contract as the ledger does: by the first four bytes of its signature's hash."""
    return "0x" + keccak256(error.encode())[:4].hex()


@contextmanager
def some_ledger(folder: Path) -> Iterator[Ledger]:
    """Start a ledger, deploy, register and sell; ends it."""
    try:
        yield Ledger(ensure_localnet(folder).url, funder_key(folder))
    finally:
        stop_localnet(folder)
