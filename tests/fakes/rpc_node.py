"""A FakeRegistry behind real JSON-RPC on loopback, with proofs by another implementation (`trie`, `rlp`)."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import rlp
from trie import HexaryTrie

from provenance_schemas.ids import address_bytes
from provenance_schemas.keccak import keccak256
from tests.fakes.registry import CODE_HASH, FakeRegistry, Log
from tests.fakes.world import World
from verifier.adapters.rpc_chain import RpcChain
from verifier.adapters.rpc_client import RpcClient
from verifier.adapters.rpc_logs import RpcLogs
from verifier.trust import TrustRegistry

_EMPTY = bytes(32)
_NO_UNCLES = keccak256(rlp.encode([]))


class StateTries:
    """The Merkle-Patricia tries of one block: one account with storage, among others."""

    def __init__(self, address: bytes, storage: dict[int, int], code_hash: bytes | None) -> None:
        self.storage = HexaryTrie({})
        for slot, value in storage.items():
            self.storage[keccak256(slot.to_bytes(32))] = rlp.encode(value)
        self.accounts = HexaryTrie({})
        for number in range(20):
            other = rlp.encode([number, 10**18, HexaryTrie({}).root_hash, keccak256(b"")])
            self.accounts[keccak256(b"account %d" % number)] = other
        if code_hash is not None:
            self.accounts[keccak256(address)] = rlp.encode([1, 0, self.storage.root_hash, code_hash])

    def account_proof(self, address: bytes) -> list[bytes]:
        return [rlp.encode(node) for node in self.accounts.get_proof(keccak256(address))]

    def storage_proof(self, slot: int) -> list[bytes]:
        return [rlp.encode(node) for node in self.storage.get_proof(keccak256(slot.to_bytes(32)))]


class RpcNode:
    """Answers the calls that a verifier makes. `lie(method, params, result)` may change any answer."""

    def __init__(self, registry: FakeRegistry, *, final_lag: int = 2) -> None:
        self.registry = registry
        self.final_lag = final_lag
        self.behind = 0
        self.failing = False
        """Every call is an error of the server."""
        self.code_at: Callable[[int], bytes | None] = lambda number: CODE_HASH
        """The code hash at each block; None: there is no contract."""
        self.storage: Callable[[int], dict[int, int]] = registry.storage
        self.lie: Callable[[str, list[object], object], object] = lambda method, params, result: result
        self.tell: Callable[[list[Log]], list[Log]] = lambda logs: logs
        """Which events the node tells of; each is found by its block and subject, as true ones are."""
        self.calls: list[str] = []
        self.linked = False
        """Whether each header names the one before by its hash; that takes the tries of every block."""
        self._linked: dict[bytes, bytes] = {}
        self._tries: dict[bytes, StateTries] = {}
        self.url = ""

    # ---- blocks

    def tries(self, number: int) -> StateTries:
        key = self.registry.blocks[number].hash
        if key not in self._tries:
            address = address_bytes(self.registry.contract)
            self._tries[key] = StateTries(address, self.storage(number), self.code_at(number))
        return self._tries[key]

    def header(self, number: int) -> dict[str, object]:
        """Give a block as `eth_getBlockByNumber` does, after cancun."""
        block = self.registry.blocks[number]
        fields: list[tuple[str, bytes | int]] = [
            ("parentHash", self._parent(number)),
            ("sha3Uncles", _NO_UNCLES),
            ("miner", bytes(20)),
            ("stateRoot", self.tries(number).accounts.root_hash),
            ("transactionsRoot", HexaryTrie({}).root_hash),
            ("receiptsRoot", HexaryTrie({}).root_hash),
            ("logsBloom", bytes(256)),
            ("difficulty", 0),
            ("number", number),
            ("gasLimit", 60_000_000),
            ("gasUsed", 0),
            ("timestamp", int(block.mined_at.timestamp())),
            ("extraData", block.hash),  # each fork's headers differ
            ("mixHash", _EMPTY),
            ("nonce", bytes(8)),
            ("baseFeePerGas", 7),
            ("withdrawalsRoot", HexaryTrie({}).root_hash),
            ("blobGasUsed", 0),
            ("excessBlobGas", 0),
            ("parentBeaconBlockRoot", _EMPTY),
        ]
        header = {n: hex(v) if isinstance(v, int) else "0x" + v.hex() for n, v in fields}
        return header | {"hash": "0x" + keccak256(rlp.encode([v for _, v in fields])).hex(), "transactions": []}

    def _parent(self, number: int) -> bytes:
        if number == 0:
            return _EMPTY
        if not self.linked:
            return self.registry.blocks[number - 1].hash
        for below in range(number):  # from the lowest: one header needs all below it
            key = self.registry.blocks[below].hash
            if key not in self._linked:
                self._linked[key] = bytes.fromhex(str(self.header(below)["hash"])[2:])
        return self._linked[self.registry.blocks[number - 1].hash]

    @property
    def tip(self) -> int:
        return self.registry.tip - self.behind

    def block_hash(self, number: int) -> bytes:
        return bytes.fromhex(str(self.header(number)["hash"])[2:])

    def _number(self, tag: object) -> int | None:
        if isinstance(tag, dict):
            return self._by_hash(tag["blockHash"])
        if tag == "latest":
            return self.tip
        if tag == "finalized":
            return max(self.tip - self.final_lag, 0)
        number = int(str(tag), 16)
        return number if number <= self.tip else None

    def _by_hash(self, block_hash: object) -> int | None:
        numbers = range(self.tip, -1, -1)
        return next((n for n in numbers if self.header(n)["hash"] == block_hash), None)

    # ---- calls

    def answer(self, method: str, params: list[object]) -> object:
        self.calls.append(method)
        return self.lie(method, params, getattr(self, method)(*params))

    def eth_chainId(self) -> str:  # noqa: N802
        return hex(self.registry.chain_id)

    def eth_getBlockByNumber(self, tag: object, _full: object) -> object:  # noqa: N802
        number = self._number(tag)
        return None if number is None else self.header(number)

    def eth_getBlockByHash(self, block_hash: object, _full: object) -> object:  # noqa: N802
        number = self._by_hash(block_hash)
        return None if number is None else self.header(number)

    def eth_getProof(self, address: str, slots: list[str], tag: object) -> object:  # noqa: N802
        number = self._number(tag)
        if number is None:
            raise LookupError("header not found")
        tries = self.tries(number)
        return {
            "address": address,
            "accountProof": ["0x" + node.hex() for node in tries.account_proof(bytes.fromhex(address[2:]))],
            "storageProof": [
                {"key": slot, "proof": ["0x" + node.hex() for node in tries.storage_proof(int(slot, 16))]}
                for slot in slots
            ],
        }

    def eth_getLogs(self, query: dict) -> object:  # noqa: N802
        first, last = int(query["fromBlock"], 16), min(int(query["toBlock"], 16), self.tip)
        wanted = [set(terms) if terms else None for terms in query["topics"]]
        logs = [
            log.as_rpc(self.registry.contract)
            for log in self.tell(self.registry.logs)
            if first <= log.block_number <= last
        ]
        return [log for log in logs if all(w is None or t in w for w, t in zip(wanted, log["topics"], strict=False))]


@contextmanager
def serving(node: RpcNode) -> Iterator[RpcNode]:
    """Serve a node on an ephemeral port of loopback while the block runs; `node.url` says where."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            calls = request if isinstance(request, list) else [request]
            if node.failing:
                self.send_error(503)
                return
            answers = [_answer(node, call) for call in calls]
            body = json.dumps(answers if isinstance(request, list) else answers[0]).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep the test's output to itself."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    node.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield node
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def world_over_rpc(
    world: World, *, deployed: int = 0, code_at: Callable[[int], bytes | None] = lambda number: CODE_HASH
) -> Iterator[tuple[RpcNode, dict[str, object]]]:
    """Serve a world's registry; gives the node, and the parts with which a stranger verifies through it."""
    with serving(RpcNode(world.registry)) as node:
        node.code_at = code_at
        block_hash = node.block_hash(deployed)
        pinned = replace(world.brand.registry, deployed_block=deployed, deployed_block_hash=block_hash)
        world.brand = replace(world.brand, registry=pinned)
        world.trust = TrustRegistry((world.brand,))
        client = RpcClient(node.url)
        yield node, {"chain": RpcChain(client, pinned), "histories": (RpcLogs(client, pinned),)}
        client.close()


def _answer(node: RpcNode, call: dict) -> dict:
    try:
        return {"jsonrpc": "2.0", "id": call["id"], "result": node.answer(call["method"], call["params"])}
    except LookupError as error:
        return {"jsonrpc": "2.0", "id": call["id"], "error": {"code": -32000, "message": str(error)}}
