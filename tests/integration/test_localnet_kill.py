"""What the embedded ledger has acknowledged survives kill -9, and is sealed once."""

from __future__ import annotations

import http.client
import itertools
import os
import random
import signal
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mint.localnet.start import ensure_localnet, funder_key, stop_localnet
from tests.unit.mint.localnet.contracts import STORE_INIT, store_call
from tests.unit.mint.localnet.support import ETHER, RpcClient, Sender

pytestmark = pytest.mark.process

KILLS = 8
"""Half of them after a random number of acknowledgements, half inside a block's commit."""
COMMIT_BYTES = 150_000
"""Only a block writes this much at once: an accepted transaction is a few pages."""


class Load(threading.Thread):
    """Sends stores from one account until the node is gone; notes what was acknowledged."""

    def __init__(
        self, url: str, sender: Sender, contract: str, acknowledged: dict[str, int], count: threading.Semaphore
    ):
        super().__init__()
        self._url, self._sender, self._contract = url, sender, contract
        self._acknowledged, self._count = acknowledged, count

    def run(self) -> None:
        client = RpcClient(self._url)
        try:
            self._sender.nonce = int(client.ask("eth_getTransactionCount", self._sender.address, "pending"), 16)
            while True:
                nonce = self._sender.nonce
                data = store_call(nonce, nonce + 1)
                raw = self._sender.sign(to=self._contract, value=0, gas=100_000, data=data)
                self._acknowledged[client.ask("eth_sendRawTransaction", "0x" + raw.hex())] = nonce
                self._count.release()
        except (OSError, http.client.HTTPException):
            return
        finally:
            client.close()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "ledger"
    stop_localnet(tmp_path / "ledger")


def wait_until(client: RpcClient, done: Callable[[], bool]) -> None:
    """Ask until it is so; each question takes the node's own time."""
    while not done():
        client.ask("eth_blockNumber")


def setup(folder: Path, senders: list[Sender]) -> str:
    """Fund the senders and deploy the store; give its address."""
    client = RpcClient(ensure_localnet(folder).url)
    funder = Sender(funder_key(folder))
    for sender in senders:
        client.ask("eth_sendRawTransaction", "0x" + funder.sign(to=sender.address, value=1_000 * ETHER).hex())
    raw = funder.sign(to=None, value=0, gas=1_000_000, data=STORE_INIT)
    deployed = client.ask("eth_sendRawTransaction", "0x" + raw.hex())
    wait_until(client, lambda: client.ask("eth_getTransactionReceipt", deployed) is not None)
    contract = client.ask("eth_getTransactionReceipt", deployed)["contractAddress"]
    client.close()
    return contract


def written_bytes(pid: int) -> int:
    """How much a process has written to files so far."""
    return int(Path(f"/proc/{pid}/io").read_text().split("wchar: ")[1].split()[0])


def wait_for_a_commit(pid: int, acknowledged: list[dict[str, int]]) -> None:
    """Return while a block is being written: much was written since the last acknowledgement, and none came."""
    count, before = -1, 0
    while written_bytes(pid) - before <= COMMIT_BYTES:
        if count != sum(map(len, acknowledged)):
            count, before = sum(map(len, acknowledged)), written_bytes(pid)


def test_no_acknowledged_transaction_is_lost_or_sealed_twice(folder):
    """Kill under load, start again, go on; at the end every promise is kept exactly once."""
    draw = random.Random(7)
    senders = [Sender() for _ in range(2)]
    contract = setup(folder, senders)
    acknowledged: list[dict[str, int]] = [{} for _ in senders]
    for kill in range(KILLS):
        handle, count = ensure_localnet(folder), threading.Semaphore(0)
        loads = [
            Load(handle.url, sender, contract, noted, count)
            for sender, noted in zip(senders, acknowledged, strict=True)
        ]
        for load in loads:
            load.start()
        for _ in range(draw.randint(40, 160)):
            assert count.acquire(timeout=60)
        if kill % 2 and Path("/proc/self/io").exists():
            wait_for_a_commit(handle.pid, acknowledged)
        os.kill(handle.pid, signal.SIGKILL)
        for load in loads:
            load.join()

    client = RpcClient(ensure_localnet(folder).url)
    nonces = [int(client.ask("eth_getTransactionCount", sender.address, "pending"), 16) for sender in senders]
    wait_until(
        client,
        lambda: nonces == [int(client.ask("eth_getTransactionCount", one.address, "latest"), 16) for one in senders],
    )
    total = sum(map(len, acknowledged))
    assert total >= KILLS * 40
    blocks = [
        client.ask("eth_getBlockByNumber", hex(number), False)
        for number in range(int(client.ask("eth_blockNumber"), 16) + 1)
    ]
    sealed = [tx_hash for block in blocks for tx_hash in block["transactions"]]
    assert len(sealed) == len(set(sealed))
    assert all(later["parentHash"] == earlier["hash"] for earlier, later in itertools.pairwise(blocks))
    # An answer may be lost on its way, so more can be sealed than was acknowledged: at most one a sender and kill.
    assert total <= sum(nonces) <= total + KILLS * len(senders)
    for sender, noted, nonce in zip(senders, acknowledged, nonces, strict=True):
        assert set(noted) <= set(sealed)
        assert len(noted) == len(set(noted.values())), "each nonce was promised once"
        assert all(client.ask("eth_getTransactionReceipt", one)["status"] == "0x1" for one in noted)
        logs = client.ask(
            "eth_getLogs",
            {"fromBlock": "0x0", "address": contract, "topics": [None, None, "0x" + sender.raw.rjust(32, b"\0").hex()]},
        )
        assert [int(log["topics"][1], 16) for log in logs] == list(range(nonce)), "once each, and in order"
    client.close()
    stop_localnet(folder)
    with sqlite3.connect(folder / "chain.sqlite3") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT count(*) FROM pending").fetchone() == (0,)
    connection.close()
