"""A ledger with our contracts on it, for benches: the embedded one, driven with raw transactions."""

from __future__ import annotations

import json
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from eth_account import Account
from web3 import Web3

from mint.localnet.start import ensure_localnet, funder_key, stop_localnet
from tests.bench.figures import ROOT
from verifier.adapters.rpc_client import RpcClient


class BenchLedger:
    """Sends transactions from one key and waits for their receipts."""

    def __init__(self, url: str, key: bytes) -> None:
        self.url = url
        self.client = RpcClient(url)
        self.account = Account.from_key(key)
        self.chain_id = int(self.client.call("eth_chainId"), 16)
        self._codec = Web3()

    def contract(self, name: str, address: str | None = None) -> Any:
        """A web3 contract object, used to encode calls."""
        artifact = json.loads((ROOT / "provenance_schemas" / "abi" / f"{name}.json").read_text())
        arguments = {"abi": artifact["abi"], "bytecode": artifact["bytecode"]}
        return (
            self._codec.eth.contract(address=address, **arguments) if address else self._codec.eth.contract(**arguments)
        )

    def send(self, to: str | None, *calls: bytes, gas: int = 16_000_000) -> list[dict[str, Any]]:
        """Send all calls at once, so that they may share a block; give their receipts in order."""
        nonce = int(self.client.call("eth_getTransactionCount", self.account.address, "pending"), 16)
        hashes = []
        for number, data in enumerate(calls):
            fields = {
                "chainId": self.chain_id,
                "type": 2,
                "nonce": nonce + number,
                "gas": gas,
                "maxFeePerGas": 10**11,
                "maxPriorityFeePerGas": 10**9,
                "value": 0,
                "data": data,
            }
            if to:
                fields["to"] = to
            raw = self.account.sign_transaction(fields).raw_transaction
            hashes.append(self.client.call("eth_sendRawTransaction", "0x" + bytes(raw).hex()))
        return [self._receipt(transaction) for transaction in hashes]

    def _receipt(self, transaction: str) -> dict[str, Any]:
        while True:
            receipt = self.client.call("eth_getTransactionReceipt", transaction)
            if receipt is not None:
                assert receipt["status"] == "0x1", f"{transaction} failed"
                return receipt

    def deploy(self, name: str, *arguments: Any) -> str:
        """Deploy a contract; give its address."""
        data = self.contract(name).constructor(*arguments).data_in_transaction
        (receipt,) = self.send(None, bytes.fromhex(data[2:]), gas=16_000_000)
        return Web3.to_checksum_address(receipt["contractAddress"])


@contextmanager
def bench_ledger() -> Iterator[BenchLedger]:
    """Start an embedded ledger in a folder of its own, and end it."""
    with tempfile.TemporaryDirectory(prefix="assay-bench-") as folder:
        data = Path(folder)
        handle = ensure_localnet(data)
        try:
            yield BenchLedger(handle.url, funder_key(data))
        finally:
            stop_localnet(data)


def gas_of(receipts: Sequence[dict[str, Any]]) -> list[int]:
    """Gas used by each transaction, 21,000 and calldata included."""
    return [int(receipt["gasUsed"], 16) for receipt in receipts]


def draw_batch_id() -> int:
    """A random batch id."""
    return secrets.randbits(64) or 1
