"""The world of the fakes, written to a real node through the real contracts, and into the fake registry beside them.

The fake registry then says what the node must answer: its words, entries and issuances are computed, not read. Block
numbers, hashes, times and log positions are the chain's own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from eth_account import Account
from eth_account.messages import encode_typed_data
from web3 import Web3

from mint.adapters.rpc_writer import artifact
from provenance_schemas.claim_codes import claim_leaf, claim_tree
from provenance_schemas.ids import Address, BatchId, BlockRef, ItemId, parse_address
from provenance_schemas.keccak import keccak256
from provenance_schemas.step_kinds import EntryKind
from tests.fakes.registry import GUARDIAN, REGISTRAR, FakeRegistry, some_address
from tests.fakes.world import BOUTIQUE, CARRIER, CLAIM_KEY, HOUSE, MAKER, OWNER, WORKSHOP, BagWorld, furnish
from tests.real_nodes.driven import CHAIN_ID, FUNDER, DrivenNode
from verifier.adapters.registry_events import ENTRY_TOPICS, LABEL_REPLACED
from verifier.ports import ActorWord
from verifier.trust import TrustRegistry

ADMIN = some_address("admin")
RECORDERS = (MAKER, CARRIER, BOUTIQUE, WORKSHOP, HOUSE)
KINDS = 0x27FE | 0x083E
YEAR_S = 365 * 24 * 3600
GAS = 12_000_000
ETHER = 10**18
_CODEC = Web3()


def account_of(address: Address) -> Any:
    """Give the key that stands for a named account of the fakes, whose own address has none."""
    return Account.from_key(keccak256(b"key of " + address.encode()))


def real(address: Address) -> Address:
    return parse_address(account_of(address).address)


class Purse:
    """Signs and sends; nothing is waited for."""

    def __init__(self, node: DrivenNode) -> None:
        self.node = node
        self.sent: list[str] = []
        """Hashes of what waits for the next block."""

    def send(self, account: Any, to: str | None, data: bytes = b"", value: int = 0) -> str:
        nonce = int(self.node.ask("eth_getTransactionCount", account.address, "pending"), 16)
        fields = {
            "type": 2,
            "chainId": CHAIN_ID,
            "nonce": nonce,
            "gas": GAS if data else 21_000,
            "maxFeePerGas": 10**10,
            "maxPriorityFeePerGas": 10**9,
            "value": value,
            "data": data,
        }
        raw = account.sign_transaction(fields | ({"to": to} if to else {})).raw_transaction
        found = self.node.ask("eth_sendRawTransaction", "0x" + bytes(raw).hex())
        self.sent.append(found)
        return found

    def settle(self) -> list[dict[str, Any]]:
        """Seal what waits; give its receipts, all of them good."""
        self.node.mine()
        receipts = [self.node.ask("eth_getTransactionReceipt", one) for one in self.sent]
        self.sent.clear()
        assert all(receipt and receipt["status"] == "0x1" for receipt in receipts), receipts
        return receipts

    def deploy(self, account: Any, contract: str, *arguments: Any) -> dict[str, Any]:
        built = _CODEC.eth.contract(abi=artifact(contract)["abi"], bytecode=artifact(contract)["bytecode"])
        self.send(account, None, bytes.fromhex(built.constructor(*arguments).data_in_transaction[2:]))
        (receipt,) = self.settle()
        return receipt


def calldata(contract: str, function: str, *arguments: Any) -> bytes:
    return bytes.fromhex(_CODEC.eth.contract(abi=artifact(contract)["abi"]).encode_abi(function, list(arguments))[2:])


class MirroredRegistry(FakeRegistry):
    """A FakeRegistry whose every write is first a transaction on a node."""

    def __init__(self, node: DrivenNode) -> None:
        self.node = node
        self.purse = Purse(node)
        self._indices: list[int] = []
        admin = account_of(ADMIN)
        for name in (ADMIN, REGISTRAR, GUARDIAN, OWNER, *RECORDERS):
            self.purse.send(FUNDER, account_of(name).address, value=10 * ETHER)
        self.purse.settle()
        stock = self.purse.deploy(admin, "StockAccount", admin.address, 0)
        deployed = self.purse.deploy(admin, "ItemRegistry", "Maison Éclat", "ECLAT", admin.address, 0)
        self.stock = parse_address(stock["contractAddress"])
        self.deployed_block = int(deployed["blockNumber"], 16)
        super().__init__(CHAIN_ID, parse_address(deployed["contractAddress"]))
        self.code_hash = keccak256(bytes.fromhex(node.ask("eth_getCode", self.contract, "latest")[2:]))
        self._grant()

    def _grant(self) -> None:
        for role, name in (("REGISTRAR", REGISTRAR), ("GUARDIAN", GUARDIAN), ("ACTOR_ADMIN", ADMIN)):
            self._call(ADMIN, "grantRole", keccak256(role.encode()), real(name))
        self.mine()
        since, until = self.time_s - 10, self.time_s + YEAR_S
        for name in RECORDERS:
            self._call(ADMIN, "setActor", real(name), KINDS, since, until)
        self.mine()
        for name in RECORDERS:
            self._set("actor", real(name), ActorWord(KINDS, since, until, 0))

    def _call(self, by: Address, function: str, *arguments: Any) -> None:
        self.purse.send(account_of(by), self.contract, calldata("ItemRegistry", function, *arguments))

    # ---- blocks

    def mine(self, count: int = 1, *, after_s: int = 0) -> None:
        """Seal blocks, the first with whatever was sent; copy what the chain made of them."""
        del after_s
        if hasattr(self, "_chained"):
            receipts = self.purse.settle()
            self.node.mine(count - 1)
            self._indices = [
                int(log["logIndex"], 16)
                for receipt in receipts
                for log in receipt["logs"]
                if log["topics"][0] in {*ENTRY_TOPICS, LABEL_REPLACED}
            ]
        self._chained = True
        for number in range(len(self.blocks), self.node.head + 1):
            block = self.node.ask("eth_getBlockByNumber", hex(number), False)
            self.blocks.append(BlockRef.at(number, bytes.fromhex(block["hash"][2:]), int(block["timestamp"], 16)))

    def rewind(self, number: int) -> None:
        """Reorganise on the chain, and in the copy."""
        self.node.rewind(number)
        super().rewind(number)

    def _next_index(self) -> int:
        return self._indices[super()._next_index()]

    # ---- writes: on chain first

    def register(
        self,
        batch: BatchId,
        count: int,
        passports: bytes,
        *,
        by: Address = REGISTRAR,
        stock_account: Address | None = None,
        claim_root: bytes | None = None,
    ) -> None:
        stock_account = stock_account or self.stock
        claim_root = claim_root or self._tree(batch, count)[0]
        self._call(by, "registerBatch", batch.batch, count, passports, claim_root, stock_account)
        super().register(batch, count, passports, by=real(by), stock_account=stock_account, claim_root=claim_root)

    def _tree(self, batch: BatchId, count: int) -> tuple[bytes, list[tuple[bytes, ...]]]:
        leaves = [claim_leaf(batch.item(index).token_id, real(CLAIM_KEY)) for index in range(count)]
        return claim_tree(leaves)

    def step(self, item: ItemId, kind: EntryKind, document: bytes, *, by: Address) -> None:
        self._call(by, "recordStep", item.token_id, int(kind), document)
        super().step(item, kind, document, by=real(by))

    def batch_step(self, batch: BatchId, kind: EntryKind, document: bytes, *, by: Address) -> None:
        self._call(by, "recordBatchStep", batch.batch, int(kind), document)
        super().batch_step(batch, kind, document, by=real(by))

    def claim(self, item: ItemId, to: Address, claim_key: Address) -> None:
        count = self.words(item, self.tip).count
        proof = list(self._tree(item.batch, count)[1][item.index])
        deadline = self.time_s + YEAR_S
        signature = self._claim_signature(item, real(to), deadline, claim_key)
        self._call(BOUTIQUE, "claim", item.token_id, real(to), real(claim_key), proof, deadline, signature)
        super().claim(item, real(to), real(claim_key))

    def _claim_signature(self, item: ItemId, to: Address, deadline: int, claim_key: Address) -> bytes:
        fields = [("tokenId", "uint256"), ("to", "address"), ("deadline", "uint256")]
        message = encode_typed_data(
            {
                "name": "Assay ItemRegistry",
                "version": "1",
                "chainId": self.chain_id,
                "verifyingContract": self.contract,
            },
            {"Claim": [{"name": name, "type": kind} for name, kind in fields]},
            {"tokenId": item.token_id, "to": to, "deadline": deadline},
        )
        return bytes(account_of(claim_key).sign_message(message).signature)

    def report(self, item: ItemId, kind: EntryKind, reason: int = 0) -> None:
        """Report a piece of `OWNER`'s."""
        function = {EntryKind.REPORTED_STOLEN: "reportStolen", EntryKind.REPORTED_LOST: "reportLost"}[kind]
        self._call(OWNER, function, item.token_id, reason)
        super().report(item, kind, reason)

    def dispute(self, actor: Address, since_s: int) -> None:
        self._call(ADMIN, "dispute", actor, since_s)
        super().dispute(actor, since_s)


@dataclass
class MirroredWorld(BagWorld):
    """A brand on a real node."""

    def __post_init__(self) -> None:
        super().__post_init__()
        block = self.registry.blocks[self.registry.deployed_block]
        pinned = replace(
            self.brand.registry,
            code_hash=self.registry.code_hash,
            deployed_block=block.number,
            deployed_block_hash=block.hash,
        )
        self.brand = replace(self.brand, registry=pinned)
        self.trust = TrustRegistry((self.brand,))

    def step_document(self, subject: ItemId | BatchId, kind: EntryKind, by: Address, **changes: object) -> Any:
        return super().step_document(subject, kind, real(by), **changes)


def mirrored_world(node: DrivenNode) -> MirroredWorld:
    """Deploy to a node and tell it the story of `some_world`."""
    return furnish(MirroredWorld(registry=MirroredRegistry(node)))
