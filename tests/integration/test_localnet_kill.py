"""What the embedded ledger has acknowledged survives kill -9, and is sealed once."""

from __future__ import annotations

import http.client
import itertools
import os
import random
import select
import signal
import sqlite3
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mint.localnet.start import ensure_localnet, funder_key, stop_localnet
from tests.unit.mint.localnet.contracts import STORE_INIT, store_call
from tests.unit.mint.localnet.support import ETHER, RpcClient, Sender

pytestmark = pytest.mark.process

KILLS_UNDER_LOAD = 5
TORN_MIN = 2
"""Kills that must have cut a block's commit in two; each is seen in the write-ahead log."""
TORN_ATTEMPTS_MAX = 20
COMMIT_BYTES = 8_000
"""So much is written while nobody sends: a block is being committed."""


class Client(RpcClient):
    """Sends stores from one account and notes what was acknowledged."""

    def __init__(self, url: str, sender: Sender, contract: str, acknowledged: dict[str, int]) -> None:
        super().__init__(url)
        self._sender, self._contract, self._acknowledged = sender, contract, acknowledged
        sender.nonce = int(self.ask("eth_getTransactionCount", sender.address, "pending"), 16)

    def store(self) -> None:
        nonce = self._sender.nonce
        raw = self._sender.sign(to=self._contract, value=0, gas=100_000, data=store_call(nonce, nonce + 1))
        self._acknowledged[self.ask("eth_sendRawTransaction", "0x" + raw.hex())] = nonce

    def store_until_it_dies(self, count: threading.Semaphore) -> None:
        try:
            while True:
                self.store()
                count.release()
        except (OSError, http.client.HTTPException):
            self.close()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "ledger"
    stop_localnet(tmp_path / "ledger")


def wait_until(client: RpcClient, done: Callable[[], bool]) -> None:
    """Ask until it is so; each question takes the node's own time."""
    while not done():
        client.ask("eth_blockNumber")


def set_up(folder: Path, senders: list[Sender]) -> str:
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


def kill_under_load(folder: Path, senders: list[Sender], contract: str, noted: list[dict[str, int]], acks: int) -> None:
    """Kill after so many acknowledgements, while two clients send as fast as they can."""
    handle, count = ensure_localnet(folder), threading.Semaphore(0)
    clients = [Client(handle.url, sender, contract, one) for sender, one in zip(senders, noted, strict=True)]
    threads = [threading.Thread(target=client.store_until_it_dies, args=(count,)) for client in clients]
    for thread in threads:
        thread.start()
    for _ in range(acks):
        assert count.acquire(timeout=60)
    kill(handle.pid)
    for thread in threads:
        thread.join()


def kill_in_commit(folder: Path, sender: Sender, contract: str, noted: dict[str, int]) -> bool:
    """Kill as soon as the node writes although nobody sends. Says whether that cut a commit in two."""
    handle = ensure_localnet(folder)
    client = Client(handle.url, sender, contract, noted)
    for _ in range(60):
        client.store()
    descriptor = os.open(f"/proc/{handle.pid}/io", os.O_RDONLY)
    before = written_bytes(descriptor)
    while written_bytes(descriptor) - before < COMMIT_BYTES:
        pass
    kill(handle.pid)
    os.close(descriptor)
    client.close()
    return frames_without_commit(folder) > 0


def kill(pid: int) -> None:
    """Kill a process that is not our child, and wait until it is gone."""
    descriptor = os.pidfd_open(pid)
    os.kill(pid, signal.SIGKILL)
    select.select([descriptor], [], [], 30)
    os.close(descriptor)


def written_bytes(descriptor: int) -> int:
    """How much a process has written to files so far, from its open /proc/PID/io."""
    return int(os.pread(descriptor, 60, 0).split()[3])


def frames_without_commit(folder: Path) -> int:
    """Pages at the end of the write-ahead log that belong to no commit. Source: SQLite file format, section 4."""
    log = (folder / "chain.sqlite3-wal").read_bytes()
    page_bytes, salts = struct.unpack(">I", log[8:12])[0], log[16:24]
    loose = 0
    for start in range(32, len(log) - page_bytes - 23, page_bytes + 24):
        _, pages_after_commit = struct.unpack(">II", log[start : start + 8])
        if log[start + 8 : start + 16] != salts:
            break
        loose = 0 if pages_after_commit else loose + 1
    return loose


@pytest.mark.skipif(not Path("/proc/self/io").exists(), reason="needs /proc to see a commit begin")
def test_no_acknowledged_transaction_is_lost_or_sealed_twice(folder):
    """Kill under load and inside commits, start again, go on; at the end every promise is kept exactly once."""
    draw, senders = random.Random(7), [Sender(), Sender()]
    contract = set_up(folder, senders)
    noted: list[dict[str, int]] = [{}, {}]
    for _ in range(KILLS_UNDER_LOAD):
        kill_under_load(folder, senders, contract, noted, draw.randint(40, 160))
    kills, torn = KILLS_UNDER_LOAD, 0
    while torn < TORN_MIN and kills < KILLS_UNDER_LOAD + TORN_ATTEMPTS_MAX:
        torn += kill_in_commit(folder, senders[0], contract, noted[0])
        kills += 1
    assert torn == TORN_MIN

    client = RpcClient(ensure_localnet(folder).url)
    nonces = [int(client.ask("eth_getTransactionCount", one.address, "pending"), 16) for one in senders]
    wait_until(
        client,
        lambda: nonces == [int(client.ask("eth_getTransactionCount", one.address, "latest"), 16) for one in senders],
    )
    sealed = check_blocks(client)
    # An answer may be lost on its way, so more can be sealed than was acknowledged: at most one a sender and kill.
    total = sum(map(len, noted))
    assert total >= KILLS_UNDER_LOAD * 40 + TORN_MIN * 60
    assert total <= sum(nonces) <= total + kills * len(senders)
    for sender, promised, nonce in zip(senders, noted, nonces, strict=True):
        assert set(promised) <= set(sealed)
        assert len(promised) == len(set(promised.values())), "each nonce was promised once"
        assert all(client.ask("eth_getTransactionReceipt", one)["status"] == "0x1" for one in promised)
        assert stored_by(client, contract, sender) == list(range(nonce)), "once each, and in order"
    client.close()
    check_file(folder)


def check_blocks(client: RpcClient) -> list[str]:
    """Give all sealed transactions; the blocks are one chain and hold each only once."""
    count = int(client.ask("eth_blockNumber"), 16) + 1
    blocks = [client.ask("eth_getBlockByNumber", hex(number), False) for number in range(count)]
    sealed = [tx_hash for block in blocks for tx_hash in block["transactions"]]
    assert all(later["parentHash"] == earlier["hash"] for earlier, later in itertools.pairwise(blocks))
    assert len(sealed) == len(set(sealed))
    return sealed


def stored_by(client: RpcClient, contract: str, sender: Sender) -> list[int]:
    """Slots that a sender stored, in the order of the log."""
    caller = "0x" + sender.raw.rjust(32, b"\0").hex()
    wanted = {"fromBlock": "0x0", "address": contract, "topics": [None, None, caller]}
    return [int(log["topics"][1], 16) for log in client.ask("eth_getLogs", wanted)]


def check_file(folder: Path) -> None:
    """The file is whole and nothing waits in it."""
    stop_localnet(folder)
    connection = sqlite3.connect(folder / "chain.sqlite3")
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert connection.execute("SELECT count(*) FROM pending").fetchone() == (0,)
    connection.close()
