"""Real nodes whose blocks are sealed when a test says so. Each is on chain 31337 and holds coins for one funder."""

from __future__ import annotations

import re
import signal
import subprocess
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from queue import Empty, Queue
from typing import Any

import pytest
from eth_account import Account

from mint.localnet.server import RpcServer
from provenance_schemas.keccak import keccak256
from tests.engines import missing
from tests.unit.mint.localnet.support import Chain, Sender
from verifier.adapters.rpc_client import RpcClient

CHAIN_ID = 31337
FUNDER = Account.from_key(keccak256(b"the funder of every test chain"))
FUNDS_WEI = 10**22
START_MAX_S = 60
LINES_KEPT = 40
HERE = Path(__file__).parent


class DrivenNode(ABC):
    """One node. `url` answers JSON-RPC; nothing is sealed unless `mine` is called."""

    name: str
    url: str
    final_lag: int
    """How many blocks the final one is behind the latest."""
    undoes = True
    """Whether it can reorganise; our own ledger never does."""

    def ask(self, method: str, *params: Any) -> Any:
        return self._client.call(method, *params)

    @cached_property
    def _client(self) -> RpcClient:
        return RpcClient(self.url, read_timeout_s=30)

    def close(self) -> None:
        self._client.close()

    @property
    def head(self) -> int:
        return int(self.ask("eth_blockNumber"), 16)

    @abstractmethod
    def mine(self, count: int = 1) -> None:
        """Seal blocks, the first with whatever waits."""

    def rewind(self, number: int) -> None:
        """Forget every block above one; what is mined next is another fork. What was in them is not sent again."""
        raise NotImplementedError


class LocalnetNode(DrivenNode):
    """Our own ledger, in this process, with a clock of its own, behind its own server."""

    name = "localnet"
    final_lag = 0
    undoes = False

    def __init__(self, folder: Path) -> None:
        self.chain = Chain(folder, Sender(bytes(FUNDER.key)))
        self._server = RpcServer(self.chain.dispatcher, 0)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def mine(self, count: int = 1) -> None:
        for _ in range(count):
            if self.chain.seal(1) is None:
                assert self.chain.seal(60), "an idle chain seals an empty block a minute"

    def close(self) -> None:
        super().close()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self.chain.close()


class AnvilNode(DrivenNode):
    """Foundry's node."""

    name = "anvil"
    final_lag = 2

    def __init__(self, url: str) -> None:
        self.url = url
        self.ask("anvil_setBalance", FUNDER.address, hex(FUNDS_WEI))

    def mine(self, count: int = 1) -> None:
        for _ in range(count):
            self.ask("evm_mine")

    def rewind(self, number: int) -> None:
        self.ask("anvil_rollback", self.head - number)
        self.ask("anvil_dropAllTransactions")
        head = self.ask("eth_getBlockByNumber", "latest", False)
        self.ask("evm_setNextBlockTimestamp", int(head["timestamp"], 16) + 7)


def anvil_program() -> Path:
    """Find anvil, which npm brings; skip, or under CI fail, where it is not there."""
    found = next(HERE.glob("node_modules/@foundry-rs/anvil-*/bin/anvil"), None)
    if found is None:
        missing("anvil (make contracts fetches it)")
    return found


@contextmanager
def running_localnet(folder: Path) -> Iterator[LocalnetNode]:
    """Open a ledger of ours in a folder; end it afterwards."""
    node = LocalnetNode(folder)
    try:
        yield node
    finally:
        node.close()


@contextmanager
def running_anvil(*options: str) -> Iterator[AnvilNode]:
    """Start anvil on an ephemeral port of loopback; end it afterwards."""
    command = [str(anvil_program()), "--host", "127.0.0.1", "--port", "0", "--chain-id", str(CHAIN_ID)]
    command += ["--accounts", "1", "--no-mining", "--slots-in-an-epoch", "1", "--order", "fifo", *options]
    with ended(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)) as process:
        address = read_until(process, r"Listening on (\S+)")
        node = AnvilNode(f"http://{address}")
        try:
            yield node
        finally:
            node.close()


@contextmanager
def ended(process: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    """End a process when the block ends; kill it where it does not listen."""
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def read_until(process: subprocess.Popen[str], pattern: str) -> str:
    """Read a process's output up to a line that matches; give its first group, and let the rest flow off."""
    assert process.stdout is not None
    found: Queue[str | None] = Queue()
    said: list[str] = []

    def read() -> None:
        with process.stdout as lines:
            for line in lines:
                if len(said) < LINES_KEPT:
                    said.append(line)
                if matched := re.search(pattern, line):
                    found.put(matched[1])
        found.put(None)

    threading.Thread(target=read, daemon=True).start()
    try:
        value = found.get(timeout=START_MAX_S)
    except Empty:
        value = None
    if value is None:
        pytest.fail(f"{process.args} did not start:\n{''.join(said)}")
    return value
