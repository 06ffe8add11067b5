"""The JSON-RPC client: whatever a node answers is a result, or an answer not had."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import contextmanager

import pytest

from tests.fakes.rpc_node import RpcNode, serving
from tests.fakes.world import some_world
from verifier.adapters import rpc_client, rpc_logs
from verifier.adapters.rpc_client import RpcClient, RpcError
from verifier.adapters.rpc_logs import RpcLogs
from verifier.errors import ChainUnavailableError


@contextmanager
def saying(answer, *, keep_open=False):
    """Serve one connection that answers every request with these bytes."""
    listener = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()

    def serve():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                connection.sendall(answer)
                if keep_open:
                    done.wait(20)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        done.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def http(body, status="200 OK"):
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body


def assert_unavailable(url, **limits):
    client = RpcClient(url, **limits)
    with pytest.raises(ChainUnavailableError):
        client.call("eth_chainId")
    client.close()


@pytest.fixture
def node():
    with serving(RpcNode(some_world().registry)) as node:
        yield node


@pytest.fixture
def client(node):
    client = RpcClient(node.url)
    yield client
    client.close()


def test_one_call_and_several_calls(client):
    """In the order of the calls, whatever the order of the answers."""
    assert client.call("eth_chainId") == hex(31337)
    answers = client.batch([("eth_getBlockByNumber", [hex(number), False]) for number in (3, 1, 2)])

    assert [answer["number"] for answer in answers] == ["0x3", "0x1", "0x2"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"[[]]",
        b"null",
        b"5",
        b"{}",
        b'{"id": 1, "result": 5}',
        b'{"id": 0}',
        b'{"id": [0], "result": 5}',
        b'{"id": {}, "result": 5}',
        b'{"id": 0, "error": {}}',
        b'{"id": 0, "error": {"code": "x", "message": 5}}',
        b'[{"id": 0, "result": 5}, {"id": 0, "result": 6}]',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_what_is_no_answer_to_the_call_is_unavailable(body):
    """A node may say anything; it never brings the verifier down."""
    with saying(http(body)) as url:
        assert_unavailable(url)


@pytest.mark.parametrize(
    "status", ["500 Oops", "404 Not Found", "302 Found\r\nLocation: http://127.0.0.1:1/", "204 No Content"]
)
def test_any_status_but_200_is_unavailable(status):
    """A redirect is not followed: it could lead inside."""
    with saying(http(b'{"id": 0, "result": 5}', status)) as url:
        assert_unavailable(url)


@pytest.mark.parametrize("answer", [b"", b"\x16\x03\x01", b"HTTP/1.1 200 OK\r\n", http(b"{}")[:-1]])
def test_a_connection_cut_short_is_unavailable(answer):
    with saying(answer) as url:
        assert_unavailable(url)


def test_nobody_listening_is_unavailable():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert_unavailable(f"http://127.0.0.1:{port}")


@pytest.mark.parametrize(
    ("answer", "limits"),
    [
        (b"", {"read_timeout_s": 0.05}),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", {"read_timeout_s": 0.05}),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", {"total_timeout_s": 0.0}),
    ],
)
def test_a_node_that_keeps_us_waiting_is_unavailable(answer, limits):
    """Before its answer, within it, or dripping for longer than the whole may take."""
    with saying(answer, keep_open=True) as url:
        assert_unavailable(url, **limits)


def test_an_answer_over_its_limit_is_unavailable(monkeypatch):
    """The limit is lowered: it is 64 MiB."""
    monkeypatch.setattr(rpc_client, "RPC_RESPONSE_MAX_BYTES", 1000)
    body = json.dumps({"id": 0, "result": "x" * 2000}).encode()
    with saying(http(body)) as url:
        assert_unavailable(url)


def test_a_deep_answer_is_refused_before_it_is_parsed():
    """Parsed, it would end the process wherever a library has raised the recursion limit."""
    with saying(http(b'{"jsonrpc":"2.0","id":0,"result":' + b"[" * 100_000)) as url:
        client = RpcClient(url)
        with pytest.raises(ChainUnavailableError, match="nested deeper"):
            client.call("eth_chainId")
        client.close()


def test_an_error_of_the_node_keeps_its_code(client):
    with pytest.raises(RpcError) as refusal:
        client.call("eth_getProof", "0x" + "00" * 20, [], {"blockHash": "0x00"})

    assert (refusal.value.method, refusal.value.code) == ("eth_getProof", -32000)


@pytest.mark.parametrize("url", ["ftp://node", "node.example", "file:///etc/passwd", ""])
def test_a_url_that_is_not_http_is_refused(url):
    with pytest.raises(ValueError, match="begins with http"):
        RpcClient(url)


# ---- walking logs


def test_a_range_too_wide_for_the_node_is_halved(node, client):
    """Until it answers; nothing is left out or told twice."""
    world_logs = len(node.registry.logs)

    def narrow(method, params, result):
        if method == "eth_getLogs" and int(params[0]["toBlock"], 16) - int(params[0]["fromBlock"], 16) > 2:
            raise LookupError("range too wide")
        return result

    node.lie = narrow
    logs = RpcLogs(client, some_world().brand.registry).walk([], 0, node.registry.tip, 1000)
    assert len(logs) == world_logs
    assert [log["blockNumber"] for log in logs] == [hex(log.block_number) for log in node.registry.logs]


def test_a_limit_that_was_found_is_not_run_into_at_every_other_request(node, client):
    """A provider counts refusals too. Of about 150 requests, a dozen are refused."""
    refused = 0

    def narrow(method, params, result):
        nonlocal refused
        if int(params[0]["toBlock"], 16) - int(params[0]["fromBlock"], 16) >= 10:
            refused += 1
            raise LookupError("range too wide")
        return result

    node.lie = narrow
    RpcLogs(client, some_world().brand.registry).walk([], 0, 999, 1000)
    assert refused < 20


def test_a_node_that_refuses_every_range_is_unavailable(node, client):
    def refuse(method, params, result):
        raise LookupError("no")

    node.lie = refuse
    with pytest.raises(RpcError):
        RpcLogs(client, some_world().brand.registry).walk([], 0, 10**6, 1000)


def test_a_node_that_answers_one_block_at_a_time_is_given_up(node, client, monkeypatch):
    """It could keep us busy for days. The limit is lowered: it is 5,000 requests."""
    monkeypatch.setattr(rpc_logs, "LOG_REQUESTS_MAX", 40)

    def one_by_one(method, params, result):
        if params[0]["toBlock"] != params[0]["fromBlock"]:
            raise LookupError("one at a time")
        return result

    node.lie = one_by_one
    with pytest.raises(ChainUnavailableError, match="40 requests"):
        RpcLogs(client, some_world().brand.registry).walk([], 0, 10**6, 1000)


@pytest.mark.parametrize("answer", [None, {}, "0x", 5])
def test_logs_that_are_no_list_are_unavailable(node, client, answer):
    node.lie = lambda method, params, result: answer
    with pytest.raises(ChainUnavailableError):
        RpcLogs(client, some_world().brand.registry).walk([], 0, 5, 1000)


def test_logs_of_blocks_not_asked_for_are_unavailable(node, client):
    """Else an entry of a newer block could be told as final."""
    node.lie = lambda method, params, result: [log.as_rpc(node.registry.contract) for log in node.registry.logs]
    with pytest.raises(ChainUnavailableError, match="not asked for"):
        RpcLogs(client, some_world().brand.registry).walk([], 0, 3, 1000)
