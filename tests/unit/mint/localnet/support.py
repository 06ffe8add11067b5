"""Things every test of the ledger needs: a chain in memory of one test, accounts, a JSON-RPC client."""

from __future__ import annotations

import http.client
import itertools
import json
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from eth_account import Account

from mint.localnet.block_builder import SealedBlock
from mint.localnet.database import Database
from mint.localnet.evm import Evm
from mint.localnet.ledger import Ledger
from mint.localnet.methods_chain import ChainMethods
from mint.localnet.methods_history import HistoryMethods
from mint.localnet.methods_state import StateMethods
from mint.localnet.nodes import NodeStore
from mint.localnet.pool import Pool
from mint.localnet.rpc import Dispatcher
from mint.localnet.sealer import Pace, Sealer

CHAIN_ID = 31337
START_S = 1_800_000_000
ETHER = 10**18
GWEI = 10**9


class Sender:
    """An account with a fresh key that signs transactions in nonce order."""

    def __init__(self, key: bytes | None = None, nonce: int = 0) -> None:
        self.account = Account.from_key(key or secrets.token_bytes(32))
        self.nonce = nonce

    @property
    def raw(self) -> bytes:
        return bytes.fromhex(self.account.address[2:])

    @property
    def address(self) -> str:
        return self.account.address

    def sign(self, **fields: Any) -> bytes:
        """Sign a transfer of 1 wei to nobody, with some fields changed; a given nonce is not counted."""
        transaction = {
            "type": 2, "chainId": CHAIN_ID, "nonce": self.nonce, "gas": 21_000, "value": 1, "data": b"",
            "to": "0x" + "11" * 20, "maxFeePerGas": 4 * GWEI, "maxPriorityFeePerGas": GWEI,
        }  # fmt: skip
        transaction.update(fields)
        if "gasPrice" in fields:
            for name in ("maxFeePerGas", "maxPriorityFeePerGas"):
                del transaction[name]
            if "type" not in fields:
                del transaction["type"]
        if "nonce" not in fields:
            self.nonce += 1
        transaction = {name: field for name, field in transaction.items() if field is not None}
        return bytes(self.account.sign_transaction(transaction).raw_transaction)


class Clock:
    """Time as the test says."""

    def __init__(self, now_s: float = START_S) -> None:
        self.now_s = now_s

    def __call__(self) -> float:
        return self.now_s


class RpcAnswerError(Exception):
    """A JSON-RPC error answer."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error["message"])
        self.code = error["code"]
        self.data = error.get("data")


class Chain:
    """A whole ledger in this process, without HTTP and threads: time passes when the test says so."""

    def __init__(self, folder: Path, *funded: Sender, block_time_s: float = 1.0) -> None:
        self.clock = Clock()
        self.database = Database(folder / "chain.sqlite3")
        store = NodeStore(self.database)
        self.evm = Evm(store, CHAIN_ID)
        balances = {sender.raw: 1_000 * ETHER for sender in funded}
        self.ledger = Ledger.open(self.database, store, self.evm, balances, START_S)
        self.pool = Pool(self.database)
        self.sealer = Sealer(self.database, self.ledger, self.pool, self.evm, Pace(block_time_s), self.clock)
        self.woken = 0
        chain = ChainMethods(self.database, self.ledger, self.pool, self.evm, self._wake, self.clock)
        history = HistoryMethods(self.database, self.ledger, self.pool)
        state = StateMethods(self.ledger, self.pool, self.evm)
        self.dispatcher = Dispatcher(chain.table() | history.table() | state.table())

    def _wake(self) -> None:
        self.woken += 1

    def ask(self, method: str, *params: Any) -> Any:
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        return _result(json.loads(self.dispatcher.answer(body)))

    def send(self, raw: bytes) -> str:
        return self.ask("eth_sendRawTransaction", "0x" + raw.hex())

    def seal(self, after_s: float = 1.0) -> SealedBlock | None:
        self.clock.now_s += after_s
        return self.sealer.seal_if_due()

    def close(self) -> None:
        self.database.close()


class RpcClient:
    """A JSON-RPC client on one kept-alive connection."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
        self._ids = itertools.count(1)

    def ask(self, method: str, *params: Any) -> Any:
        body = json.dumps({"jsonrpc": "2.0", "id": next(self._ids), "method": method, "params": params})
        status, answer = self.post(body.encode())
        assert status == 200, answer
        return _result(json.loads(answer))

    def post(self, body: bytes, **headers: str) -> tuple[int, bytes]:
        """Post a body as it is; `headers` replace the usual ones, with _ for -."""
        sent = {"Content-Type": "application/json"} | {name.replace("_", "-"): text for name, text in headers.items()}
        self._connection.request("POST", "/", body, sent)
        response = self._connection.getresponse()
        return response.status, response.read()

    def close(self) -> None:
        self._connection.close()


def _result(answer: dict[str, Any]) -> Any:
    if "error" in answer:
        raise RpcAnswerError(answer["error"])
    return answer["result"]
