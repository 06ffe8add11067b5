"""Gas of every call, as receipts of the embedded ledger charge it: whole transactions, 21,000 and calldata included."""

from __future__ import annotations

import secrets
import time
from typing import Any

from eth_account import Account
from eth_account.messages import encode_typed_data

from provenance_schemas.claim_codes import claim_leaf, claim_tree
from provenance_schemas.ids import Address
from provenance_schemas.step_kinds import EntryKind
from tests.bench.figures import Figure
from tests.bench.ledger import BenchLedger, bench_ledger, draw_batch_id, gas_of

_YEAR_S = 365 * 24 * 3600


class _Registry:
    """One deployed registry in which the bench's key may do everything."""

    def __init__(self, ledger: BenchLedger) -> None:
        self.ledger = ledger
        me = ledger.account.address
        self.stock = ledger.deploy("StockAccount", me, 0)
        self.address = ledger.deploy("ItemRegistry", "Bench", "BEN", me, 0)
        self.contract = ledger.contract("ItemRegistry", self.address)
        roles = [self.contract.functions.REGISTRAR(), self.contract.functions.ACTOR_ADMIN()]
        named = [
            ledger.client.call("eth_call", {"to": self.address, "data": r._encode_transaction_data()}, "latest")
            for r in roles
        ]
        self.send(*[self.call("grantRole", bytes.fromhex(role[2:]), me) for role in named])
        now = int(time.time())
        self.send(self.call("setActor", me, 0x27FE | 0x083E, now - 10, now + _YEAR_S))

    def call(self, name: str, *arguments: Any) -> bytes:
        return bytes.fromhex(self.contract.encode_abi(name, list(arguments))[2:])

    def send(self, *calls: bytes) -> list[int]:
        return gas_of(self.ledger.send(self.address, *calls))

    def register(self, count: int, claim_root: bytes = b"") -> tuple[int, int]:
        batch = draw_batch_id()
        root = claim_root or secrets.token_bytes(32)
        (gas,) = self.send(self.call("registerBatch", batch, count, secrets.token_bytes(32), root, self.stock))
        return batch, gas


def _claim_gas(registry: _Registry) -> tuple[int, list[int]]:
    """Claim one of 1,000 pieces, then transfer it on twice: (claim, [first transfer, later transfer])."""
    ledger = registry.ledger
    batch = draw_batch_id()
    keys = [Account.from_key(secrets.token_bytes(32)) for _ in range(1000)]
    tokens = [batch << 32 | index for index in range(1000)]
    leaves = [claim_leaf(token, Address(key.address)) for token, key in zip(tokens, keys, strict=True)]
    root, proofs = claim_tree(leaves)
    registry.send(registry.call("registerBatch", batch, 1000, secrets.token_bytes(32), root, registry.stock))
    token, key = tokens[500], keys[500]
    registry.send(registry.call("recordStep", token, int(EntryKind.SOLD), secrets.token_bytes(32)))
    deadline = int(time.time()) + 3600
    me = ledger.account.address
    message = encode_typed_data(
        {
            "name": "Assay ItemRegistry",
            "version": "1",
            "chainId": ledger.chain_id,
            "verifyingContract": registry.address,
        },
        {
            "Claim": [
                {"name": "tokenId", "type": "uint256"},
                {"name": "to", "type": "address"},
                {"name": "deadline", "type": "uint256"},
            ]
        },
        {"tokenId": token, "to": me, "deadline": deadline},
    )
    signature = bytes(key.sign_message(message).signature)
    (claim,) = registry.send(registry.call("claim", token, me, key.address, list(proofs[500]), deadline, signature))
    others = [Account.create().address for _ in range(2)]
    (first,) = registry.send(registry.call("transferFrom", me, others[0], token))
    registry.send(registry.call("recordStep", tokens[501], int(EntryKind.SOLD), secrets.token_bytes(32)))
    return claim, [first]


def measure() -> list[Figure]:
    """Deploy, then measure each call as the second of its kind, as it is in a registry in use."""
    with bench_ledger() as ledger:
        registry = _Registry(ledger)
        registry.register(1)
        _, one = registry.register(1)
        batch, thousand = registry.register(1000)
        tokens = [batch << 32 | index for index in range(100)]
        kind = int(EntryKind.SHIPPED)
        documents = [secrets.token_bytes(32) for _ in range(100)]
        (first,) = registry.send(registry.call("recordStep", tokens[0], kind, documents[0]))
        (later,) = registry.send(registry.call("recordStep", tokens[0], kind, documents[1]))
        registry.send(registry.call("recordSteps", tokens, kind, documents))
        (hundred,) = registry.send(registry.call("recordSteps", tokens, kind, documents))
        registry.send(registry.call("recordBatchStep", batch, kind, documents[0]))
        (batch_step,) = registry.send(registry.call("recordBatchStep", batch, kind, documents[1]))
        claim, (transfer,) = _claim_gas(registry)
    return [
        Figure(
            "gas_register_1000",
            thousand / 1000,
            "gas a piece",
            2150,
            against="floor 1,875 (the Transfer log)",
            ratio=thousand / 1000 / 1875,
        ),
        Figure("gas_register_1", one, "gas", 130_000, against="Arianee 522,601 (published)", ratio=one / 522_601),
        Figure("gas_step_first", first, "gas", 55_000),
        Figure("gas_step", later, "gas", 37_500, against="setTokenURI 44,531 (published)", ratio=later / 44_531),
        Figure("gas_step_100", hundred / 100, "gas a step", 9_300, against="floor 7,200", ratio=hundred / 100 / 7200),
        Figure("gas_batch_step", batch_step, "gas", 37_500),
        Figure("gas_transfer", transfer, "gas", 70_000),
        Figure("gas_claim", claim, "gas", 145_000, against="Arianee 232,000 (published)", ratio=claim / 232_000),
    ]
