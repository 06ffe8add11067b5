"""A ledger in memory that does to transactions what real ones do: lose, delay, undo, refuse, fail."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from mint.errors import LedgerUnavailableError, RefusedError
from mint.ports import Fees, Receipt
from provenance_schemas.ids import Address, address_of
from provenance_schemas.keccak import keccak256

GWEI = 10**9


class FakeLedger:
    """LedgerWriter. Seals a block on every look unless `sealing` is off."""

    def __init__(self) -> None:
        self.reachable = True
        self.sealing = True
        self.final_lag = 0
        self.base_gwei = 1.0
        self.tip_gwei = 1.0
        self.gas = 50_000
        self.refuses: dict[bytes, RefusedError] = {}
        """By calldata: what estimating it says."""
        self.reverts: set[bytes] = set()
        """Calldata that is mined and fails."""
        self.balances: dict[Address, int] = {}
        self.pool: dict[bytes, dict[str, Any]] = {}
        self.mined: dict[bytes, tuple[dict[str, Any], Receipt]] = {}
        self.sent: list[bytes] = []
        """Every raw transaction handed in, in order, repeats and all."""
        self.height = 1
        self.fork = 0

    # ---- the port

    def chain_id(self) -> int:
        self._answer()
        return 31337

    def fees(self) -> Fees:
        self._answer()
        return Fees(int(self.base_gwei * GWEI), int(self.tip_gwei * GWEI))

    def balance(self, account: Address) -> int:
        self._answer()
        return self.balances.get(account, 10**21)

    def nonce(self, account: Address, *, final: bool = False) -> int:
        self._answer()
        until = self.height - self.final_lag if final else self.height
        used = [
            tx["nonce"]
            for tx, receipt in self.mined.values()
            if self._by(tx, account) and receipt.block_number <= until
        ]
        return max(used, default=-1) + 1

    def code(self, account: Address) -> bytes:
        self._answer()
        return b"\x01" + account.encode()

    def call(self, contract: str, address: Address, function: str, arguments: Sequence[object]) -> Any:
        self._answer()
        raise RefusedError("nothing to call")

    def encode(self, contract: str, function: str, arguments: Sequence[object]) -> bytes:
        return json.dumps([contract, function, arguments], default=str).encode()

    def encode_deployment(self, contract: str, arguments: Sequence[object]) -> bytes:
        return self.encode(contract, "constructor", arguments)

    def estimate_gas(self, sender: Address, to: Address | None, calldata: bytes, value_wei: int) -> int:
        self._answer()
        if calldata in self.refuses:
            raise self.refuses[calldata]
        return self.gas

    def send(self, raw: bytes) -> bool:
        self._answer()
        self.sent.append(raw)
        tx = json.loads(raw)
        tx_hash = keccak256(raw)
        if tx_hash in self.pool or tx_hash in self.mined or tx["nonce"] < self.nonce(tx["sender"]):
            return False
        for other_hash, other in list(self.pool.items()):
            if (other["sender"], other["nonce"]) == (tx["sender"], tx["nonce"]):
                if tx["fee_max_wei"] * 100 < other["fee_max_wei"] * 110:
                    raise RefusedError("replacement transaction underpriced")
                del self.pool[other_hash]
        self.pool[tx_hash] = tx
        return True

    def receipts(self, hashes: Sequence[bytes]) -> list[Receipt | None]:
        self._answer()
        if self.sealing:
            self.seal()
        return [self.mined[one][1] if one in self.mined else None for one in hashes]

    def final_number(self) -> int:
        self._answer()
        if self.sealing:
            self.seal()
        return self.height - self.final_lag

    def latest_time_s(self) -> int:
        self._answer()
        return 1_800_000_000 + self.height

    # ---- what tests do to it

    def seal(self) -> None:
        """Mine whatever the nonces allow."""
        self.height += 1
        for tx_hash, tx in sorted(self.pool.items(), key=lambda pair: pair[1]["nonce"]):
            if tx["nonce"] == self.nonce(tx["sender"]) and tx["fee_max_wei"] >= self.base_gwei * GWEI:
                self.mined[tx_hash] = (tx, self._receipt(tx_hash, tx))
                del self.pool[tx_hash]

    def lose_pool(self) -> None:
        """Forget what waits, as a node that restarts may."""
        self.pool.clear()

    def undo(self, blocks: int) -> None:
        """Reorganise: the last blocks never were, and what was in them is lost."""
        self.fork += 1
        self.height -= blocks
        self.mined = {h: (t, r) for h, (t, r) in self.mined.items() if r.block_number <= self.height}

    def mine_foreign(self, account: Address) -> None:
        """Let another program use an account's next nonce."""
        tx = {"sender": account, "nonce": self.nonce(account), "calldata": "", "fee_max_wei": 0}
        self.height += 1
        tx_hash = keccak256(json.dumps(tx).encode() + bytes([self.fork]))
        self.mined[tx_hash] = (tx, self._receipt(tx_hash, tx))

    def mined_calls(self) -> list[bytes]:
        """Give the calldata of all mined transactions, in the order they were mined."""
        return [bytes.fromhex(tx["calldata"]) for tx, _ in self.mined.values() if tx["calldata"]]

    def _receipt(self, tx_hash: bytes, tx: dict[str, Any]) -> Receipt:
        block_hash = keccak256(f"{self.fork}:{self.height}".encode())
        succeeded = bytes.fromhex(tx["calldata"]) not in self.reverts
        contract = address_of(tx_hash[12:]) if tx.get("to") is None else None
        return Receipt(tx_hash, succeeded, self.height, block_hash, self.gas, contract)

    @staticmethod
    def _by(tx: dict[str, Any], account: Address) -> bool:
        return bool(tx["sender"] == account)

    def _answer(self) -> None:
        if not self.reachable:
            raise LedgerUnavailableError("the fake ledger is unplugged")


class FakeTime:
    """A clock that only moves when somebody waits."""

    def __init__(self) -> None:
        self.s = 0.0

    def now_s(self) -> float:
        return self.s

    def pause(self, seconds: float) -> None:
        self.s += seconds
