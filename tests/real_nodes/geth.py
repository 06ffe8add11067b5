"""geth as brands run it: after the merge, sealed through the engine API by a consensus client of forty lines."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import secrets
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.engines import engine
from tests.real_nodes.driven import CHAIN_ID, FUNDER, FUNDS_WEI, DrivenNode, ended, read_until

ZERO = "0x" + "00" * 32
GAS_LIMIT = 60_000_000
BUILDS_MAX = 24


class GethNode(DrivenNode):
    """One geth. `final_lag` blocks behind each new one is called final, once there are as many."""

    name = "geth"
    final_lag = 2

    def __init__(self, url: str, engine: str, secret: bytes) -> None:
        self.url = url
        self._secret = secret
        self._forks = 0
        self._http = http.client.HTTPConnection(engine, timeout=30)
        genesis = self.ask("eth_getBlockByNumber", "0x0", False)
        self._hashes = [genesis["hash"]]
        self._time_s = 0

    def mine(self, count: int = 1) -> None:
        for _ in range(count):
            self._seal()

    def rewind(self, number: int) -> None:
        self.ask("debug_setHead", hex(number))
        del self._hashes[number + 1 :]
        self._forks += 1  # the next blocks pay somebody else, so they are others

    def close(self) -> None:
        super().close()
        self._http.close()

    def _seal(self) -> None:
        """Build on the head, execute, choose: what a consensus client does every slot."""
        payload = self._built(int(self.ask("txpool_status")["pending"], 16))
        block = payload["executionPayload"]
        status = self._engine("engine_newPayloadV4", block, [], ZERO, payload["executionRequests"])
        assert status["status"] == "VALID", status
        self._hashes.append(block["blockHash"])
        self._choose(None)

    def _built(self, waiting: int) -> Any:
        """Have a block built. An empty one is there at once, the full one later: ask with more patience each time."""
        for attempt in range(BUILDS_MAX):
            self._time_s = max(self._time_s + 1, int(time.time()))
            attributes = {
                "timestamp": hex(self._time_s),
                "prevRandao": ZERO,
                "suggestedFeeRecipient": f"0x{self._forks:040x}",
                "withdrawals": [],
                "parentBeaconBlockRoot": ZERO,
            }
            identifier = self._choose(attributes)["payloadId"]
            time.sleep(min(0.01 * 2**attempt, 3.0) if waiting else 0)
            payload = self._engine("engine_getPayloadV5", identifier)
            if payload["executionPayload"]["transactions"] or not waiting:
                return payload
        raise AssertionError("geth builds empty blocks while transactions wait")

    def _choose(self, attributes: dict[str, Any] | None) -> Any:
        final = self._hashes[max(len(self._hashes) - 1 - self.final_lag, 0)]
        choice = {"headBlockHash": self._hashes[-1], "safeBlockHash": final, "finalizedBlockHash": final}
        return self._engine("engine_forkchoiceUpdatedV3", choice, attributes)

    def _engine(self, method: str, *params: Any) -> Any:
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._token()}"}
        try:
            self._http.request("POST", "/", body, headers)
        except OSError:  # idle for so long that geth hung up
            self._http.close()
            self._http.request("POST", "/", body, headers)
        answer = json.loads(self._http.getresponse().read())
        assert "result" in answer, (method, answer)
        return answer["result"]

    def _token(self) -> str:
        """Write the JSON Web Token (HS256) that the engine API asks for."""
        head = _base64(json.dumps({"typ": "JWT", "alg": "HS256"}).encode())
        signed = f"{head}.{_base64(json.dumps({'iat': int(time.time())}).encode())}"
        return f"{signed}.{_base64(hmac.digest(self._secret, signed.encode(), hashlib.sha256))}"


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@contextmanager
def running_geth(folder: Path, *options: str) -> Iterator[GethNode]:
    """Begin a chain in a folder and run geth on it; end it afterwards."""
    program, data, secret = str(engine("geth")), str(folder / "data"), secrets.token_bytes(32)
    genesis = folder / "genesis.json"
    genesis.write_text(json.dumps(_genesis(program)))
    (folder / "jwt").write_text(secret.hex())
    chosen = ["--datadir", data, "--state.scheme", "path", *options]
    subprocess.run([program, "init", *chosen, str(genesis)], check=True, capture_output=True)
    port = _free_port()
    command = [
        *(program, *chosen, "--networkid", str(CHAIN_ID), "--nodiscover", "--maxpeers", "0", "--port", "0"),
        *("--ipcdisable", "--cache", "64", "--http", "--http.addr", "127.0.0.1", "--http.port", "0"),
        *("--http.api", "eth,net,web3,debug,txpool", "--authrpc.addr", "127.0.0.1", "--authrpc.port", str(port)),
        *("--authrpc.jwtsecret", str(folder / "jwt"), "--nat", "none", "--miner.recommit", "500ms"),
    ]
    with ended(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)) as process:
        url = read_until(process, r"HTTP server started +endpoint=(127\.0\.0\.1:\d+) auth=false")
        node = GethNode(f"http://{url}", f"127.0.0.1:{port}", secret)
        try:
            yield node
        finally:
            node.close()


def _genesis(program: str) -> dict[str, Any]:
    """Take geth's own genesis for developers, with the system contracts in it, and fund our funder."""
    told = subprocess.run([program, "--dev", "dumpgenesis"], check=True, capture_output=True, text=True).stdout
    genesis: dict[str, Any] = json.loads(told)
    genesis["config"]["chainId"] = CHAIN_ID
    genesis["gasLimit"] = hex(GAS_LIMIT)
    genesis["alloc"][FUNDER.address[2:].lower()] = {"balance": hex(FUNDS_WEI)}
    return genesis


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
