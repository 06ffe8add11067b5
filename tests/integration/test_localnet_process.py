"""The embedded ledger as a process: starting, sharing, refusing, stopping."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mint.localnet.errors import StartError, WrongChainError
from mint.localnet.lock import holder
from mint.localnet.start import LocalnetHandle, ensure_localnet, funder_key, stop_localnet
from tests.unit.mint.localnet.support import RpcAnswerError, RpcClient, Sender

pytestmark = pytest.mark.process

ENSURE = """
import sys
from pathlib import Path
from mint.localnet.start import ensure_localnet
handle = ensure_localnet(Path(sys.argv[1]))
print(handle.url, handle.pid, handle.started)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A data folder whose node, if any, is stopped afterwards."""
    yield tmp_path / "ledger"
    stop_localnet(tmp_path / "ledger")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalnetHandle]:
    """One node for the tests that only ask."""
    folder = tmp_path_factory.mktemp("localnet")
    yield ensure_localnet(folder)
    stop_localnet(folder)


@pytest.fixture
def client(shared: LocalnetHandle) -> Iterator[RpcClient]:
    opened = RpcClient(shared.url)
    yield opened
    opened.close()


def run_node(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mint.localnet", "--data-dir", str(folder), *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_a_node_starts_announces_itself_and_stops_without_a_trace(folder):
    """The announcement is there while it runs, and only then; keys and files are private."""
    handle = ensure_localnet(folder)
    said = json.loads((folder / "localnet.json").read_text())
    assert {"url": handle.url, "pid": handle.pid, "chain_id": 31337} == said
    assert handle.started
    assert handle.pid == holder(folder)
    assert stat.S_IMODE((folder / "keys" / "funder.key").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700

    assert stop_localnet(folder)
    assert not (folder / "localnet.json").exists()
    assert holder(folder) is None
    assert not stop_localnet(folder)
    assert not list(folder.glob("chain.sqlite3-*")), "a clean stop leaves one file"


def test_a_second_call_finds_the_first_node(folder):
    """From another process too."""
    first = ensure_localnet(folder)
    second = ensure_localnet(folder)
    third = subprocess.run([sys.executable, "-c", ENSURE, str(folder)], capture_output=True, text=True, check=True)

    assert LocalnetHandle(first.url, first.pid, started=False) == second
    assert f"{first.url} {first.pid} False" == third.stdout.strip()


def test_starters_at_the_same_time_end_with_one_node(folder):
    """Four processes race; one of them starts it, all use it."""
    racers = [
        subprocess.Popen([sys.executable, "-c", ENSURE, str(folder)], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    answers = [racer.communicate(timeout=60)[0].split() for racer in racers]

    assert len({(url, pid) for url, pid, _ in answers}) == 1
    assert sorted(started for _, _, started in answers) == ["False", "False", "False", "True"]


def test_a_second_node_on_the_folder_exits_with_2_and_names_the_holder(folder):
    """Two writers would tear the ledger apart."""
    handle = ensure_localnet(folder)

    second = run_node(folder)

    assert second.returncode == 2
    assert second.stderr == f"localnet: {folder} is in use by process {handle.pid}\n"
    assert second.stdout == ""
    assert handle == LocalnetHandle(*list_of(ensure_localnet(folder)), started=True)


def list_of(handle: LocalnetHandle) -> tuple[str, int]:
    return handle.url, handle.pid


def test_a_restart_keeps_chain_key_and_state_and_refuses_another_chain_id(folder):
    """The id is fixed at the first start."""
    handle = ensure_localnet(folder, chain_id=4711)
    key = funder_key(folder)
    client = RpcClient(handle.url)
    genesis = client.ask("eth_getBlockByNumber", "0x0", False)
    client.close()
    with pytest.raises(WrongChainError):
        ensure_localnet(folder, chain_id=1)
    stop_localnet(folder)

    with pytest.raises(StartError, match="holds chain 4711, asked for chain 1"):
        ensure_localnet(folder, chain_id=1)
    assert run_node(folder, "--chain-id", "1").returncode == 2
    again = RpcClient(ensure_localnet(folder, chain_id=4711).url)
    assert genesis == again.ask("eth_getBlockByNumber", "0x0", False)
    assert key == funder_key(folder)
    assert hex(10**27) == again.ask("eth_getBalance", Sender(key).address, "latest")
    again.close()


def test_a_killed_node_is_replaced(folder):
    """Its announcement stays behind, its lock does not."""
    first = ensure_localnet(folder)
    os.kill(first.pid, signal.SIGKILL)

    second = ensure_localnet(folder)

    assert second.started
    assert first.pid != second.pid


@pytest.mark.parametrize(
    "options", [("--chain-id", "0"), ("--port", "70000"), ("--block-time-s", "0.1"), ("--port", "x"), ("--more",)]
)
def test_wrong_options_exit_with_2(folder, options):
    """And say why on stderr."""
    answer = run_node(folder, *options)

    assert answer.returncode == 2
    assert answer.stderr
    assert not (folder / "chain.sqlite3").exists()


def test_a_taken_port_exits_with_2(folder):
    """The folder is free again afterwards."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        answer = run_node(folder, "--port", str(taken.getsockname()[1]))

    assert answer.returncode == 2
    assert "Address already in use" in answer.stderr
    assert holder(folder) is None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_0(folder, number):
    """In the foreground, as under a supervisor."""
    command = [sys.executable, "-m", "mint.localnet", "--data-dir", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("listening http://127.0.0.1:")
        process.send_signal(number)

        assert process.wait(timeout=30) == 0
    assert not (folder / "localnet.json").exists()


def test_the_node_uses_the_hash_and_curve_written_in_c(tmp_path):
    """Chosen before the EVM is imported; the other backends are several times slower."""
    code = """
import sys, mint.localnet.__main__ as program
program.main(["--data-dir", sys.argv[1], "--block-time-s", "0.1"])
from eth_hash.auto import keccak
from eth_keys.backends import get_backend
keccak(b"")
print(keccak.hasher.__module__, type(get_backend()).__name__)
"""
    answer = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True)

    assert answer.stdout.split() == ["eth_hash.backends.pysha3", "CoinCurveECCBackend"]


REQUEST = b'{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}'


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost:80"}, 200),
        ({"Host": "LOCALHOST"}, 200),
        ({"Host": "evil.example"}, 403),
        ({"Host": "127.0.0.1.evil.example:80"}, 403),
        ({"Host": ""}, 403),
        ({"Content_Type": "text/plain"}, 415),
        ({"Content_Type": "application/x-www-form-urlencoded"}, 415),
        ({"Content_Type": "application/json; charset=utf-8"}, 200),
        ({"Content_Length": "-1"}, 411),
        ({"Content_Length": "x"}, 411),
        ({"Content_Length": "9000000"}, 413),
        ({"Content_Length": "9" * 5_000}, 413),
    ],
)
def test_only_a_local_json_post_of_bounded_size_is_answered(client, headers, status):
    """A web page rebound to this address, a form, and a body without end are refused before anything is run."""
    assert client.post(REQUEST, **headers)[0] == status


@pytest.mark.parametrize("method", ["GET", "OPTIONS", "PUT", "DELETE"])
def test_other_http_methods_are_refused(shared, method):
    """No page can ask by GET, and none gets leave by OPTIONS."""
    address = shared.url.removeprefix("http://")
    with socket.create_connection(("127.0.0.1", int(address.split(":")[1])), timeout=10) as connection:
        connection.sendall(f"{method} / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n".encode())
        answer = connection.makefile("rb").readline()

    assert answer.split()[1] == b"501"


def test_a_connection_is_kept_and_a_batch_answered(client):
    """Two requests on one connection."""
    batch = b"[" + REQUEST + b"," + REQUEST.replace(b"eth_chainId", b"net_version") + b"]"

    assert client.ask("eth_chainId") == "0x7a69"
    assert [one["result"] for one in json.loads(client.post(batch)[1])] == ["0x7a69", "31337"]


def test_more_connections_than_places_are_closed_and_the_others_go_on(shared, client):
    """A leak in one client does not take the node from the rest."""
    port = int(shared.url.rsplit(":", 1)[1])
    assert client.ask("eth_syncing") is False
    crowd = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(160)]
    closed = [one for one in crowd if not is_open(one)]

    assert client.ask("eth_chainId") == "0x7a69"
    assert 160 - 128 <= len(closed) <= 160 - 128 + 5
    for one in crowd:
        one.close()


def is_open(connection: socket.socket) -> bool:
    """Ask over a fresh connection; a refused one ends without a word."""
    head = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    head += f"Content-Length: {len(REQUEST)}\r\n\r\n"
    try:
        connection.sendall(head.encode() + REQUEST)
        return connection.recv(12) == b"HTTP/1.1 200"
    except OSError:
        return False


def test_methods_that_would_need_unlocked_keys_do_not_exist(client):
    """The node signs for nobody."""
    for method in ("eth_sendTransaction", "eth_sign", "eth_accounts", "personal_sign", "evm_mine", "anvil_setBalance"):
        with pytest.raises(RpcAnswerError) as failure:
            client.ask(method)
        assert failure.value.code == -32601


def test_a_node_listens_where_it_did_the_last_time(tmp_path):
    """Trust files and running sites name its URL: a restart must not strand them."""
    first = ensure_localnet(tmp_path)
    stop_localnet(tmp_path)
    second = ensure_localnet(tmp_path)
    stop_localnet(tmp_path)

    assert second.started
    assert second.url == first.url


def test_a_node_whose_port_was_taken_meanwhile_takes_another(tmp_path):
    """Somebody else listens there: that is no reason not to start."""
    first = ensure_localnet(tmp_path)
    stop_localnet(tmp_path)
    with socket.socket() as squatter:
        squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        squatter.bind(("127.0.0.1", int(first.url.rpartition(":")[2])))
        squatter.listen()
        second = ensure_localnet(tmp_path)
        stop_localnet(tmp_path)

    assert second.url != first.url
