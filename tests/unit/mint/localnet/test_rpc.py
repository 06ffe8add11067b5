"""The JSON-RPC envelope."""

from __future__ import annotations

import json

import pytest

from mint.localnet.errors import RefusedError
from mint.localnet.rpc import Dispatcher


def fail() -> None:
    raise ZeroDivisionError("secret detail")


def refuse() -> None:
    raise RefusedError("no", data="0x01")


@pytest.fixture
def dispatcher() -> Dispatcher:
    return Dispatcher({"double": lambda number=2: number * 2, "fail": fail, "refuse": refuse, "big": lambda: "x" * 40})


def ask(dispatcher: Dispatcher, body: object) -> object:
    answer = dispatcher.answer(body if isinstance(body, bytes) else json.dumps(body).encode())
    return json.loads(answer) if answer else None


BROKEN = [
    (b"", -32700),
    (b"{", -32700),
    (b"\xff\xfe\x00", -32700),
    (b"[" * 100_000, -32700),
    (b'[1,{"a":' * 40, -32700),
    (b"1" * 5_000, -32700),
    (b"[]", -32600),
    ([{}] * 501, -32600),
    (5, -32600),
    ({}, -32600),
    ({"jsonrpc": "1.0", "id": 1, "method": "double"}, -32600),
    ({"jsonrpc": "2.0", "id": 1, "method": 5}, -32600),
    ({"jsonrpc": "2.0", "id": [], "method": "double"}, -32600),
    ({"jsonrpc": "2.0", "id": 1, "method": "triple"}, -32601),
    ({"jsonrpc": "2.0", "id": 1, "method": "__class__"}, -32601),
    ({"jsonrpc": "2.0", "id": 1, "method": "double", "params": {"number": 1}}, -32602),
    ({"jsonrpc": "2.0", "id": 1, "method": "double", "params": [1, 2]}, -32602),
    ({"jsonrpc": "2.0", "id": 1, "method": "fail"}, -32603),
    ({"jsonrpc": "2.0", "id": 1, "method": "refuse"}, -32000),
]


@pytest.mark.parametrize(("body", "code"), BROKEN)
def test_a_broken_request_gets_the_code_of_its_fault(dispatcher, body, code):
    """From no JSON at all to a method that raises."""
    assert code == ask(dispatcher, body)["error"]["code"]


def test_a_request_is_answered_under_its_id(dispatcher):
    """Text, number or null."""
    for request_id in ("a", 7, None):
        answer = ask(dispatcher, {"jsonrpc": "2.0", "id": request_id, "method": "double", "params": [4]})
        assert {"jsonrpc": "2.0", "id": request_id, "result": 8} == answer


def test_nesting_is_bounded_and_brackets_in_text_are_no_nesting(dispatcher):
    """64 levels pass, 65 do not; without a bound the parser overflows its stack and the process dies."""
    text = {"jsonrpc": "2.0", "id": 1, "method": "double", "params": ['[{"\\' * 200]}
    assert 2 * text["params"][0] == ask(dispatcher, text)["result"]

    deep = b'{"jsonrpc":"2.0","id":1,"method":"double","params":' + b"[" * 63 + b"]" * 63 + b"}"
    assert "result" in ask(dispatcher, deep)
    too_deep = deep.replace(b"[" * 63 + b"]" * 63, b"[" * 64 + b"]" * 64)
    assert ask(dispatcher, too_deep)["error"]["code"] == -32700


def test_our_own_fault_is_not_told_to_the_caller(dispatcher):
    """The traceback goes to the log."""
    answer = ask(dispatcher, {"jsonrpc": "2.0", "id": 1, "method": "fail"})

    assert answer["error"]["message"] == "internal error"


def test_error_data_is_passed_on(dispatcher):
    """Revert data travels there."""
    assert ask(dispatcher, {"jsonrpc": "2.0", "id": 1, "method": "refuse"})["error"]["data"] == "0x01"


def test_a_batch_answers_each_request_and_no_notification(dispatcher):
    """One broken request does not spoil the others."""
    good = {"jsonrpc": "2.0", "id": 1, "method": "double"}
    silent = {"jsonrpc": "2.0", "method": "double"}

    answers = ask(dispatcher, [good, silent, 5, good | {"id": 2}])

    assert [answer["id"] for answer in answers] == [1, None, 2]
    assert None is ask(dispatcher, silent)
    assert None is ask(dispatcher, [silent])


def test_answers_over_the_limit_become_errors(dispatcher, monkeypatch):
    """One large answer, and the rest of a batch once it is large; the limit is lowered here."""
    monkeypatch.setattr("mint.localnet.rpc.RESPONSE_MAX_BYTES", 60)
    big = {"jsonrpc": "2.0", "id": 1, "method": "big"}
    small = {"jsonrpc": "2.0", "id": 1, "method": "double"}

    assert ask(dispatcher, big)["error"]["code"] == -32005
    assert [answer.get("result") for answer in ask(dispatcher, [small, small, small])] == [4, 4, None]
