"""Stands between a verifier and a real node, and changes what it likes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.fakes.rpc_node import serving
from verifier.adapters.rpc_client import RpcClient, RpcError


class LyingProxy:
    """Passes every call on. `lie(method, params, result)` may change the answer; it may raise LookupError to refuse."""

    def __init__(self, client: RpcClient) -> None:
        self._client = client
        self.failing = False
        self.lie: Callable[[str, list[Any], Any], Any] = lambda method, params, result: result
        self.calls: list[str] = []
        self.url = ""

    def answer(self, method: str, params: list[Any]) -> Any:
        self.calls.append(method)
        try:
            result = self._client.call(method, *params)
        except RpcError as error:
            raise LookupError(error.message) from error
        return self.lie(method, params, result)


@contextmanager
def lying_proxy(url: str) -> Iterator[LyingProxy]:
    """Serve a proxy before the node at `url`; honest until told otherwise."""
    client = RpcClient(url, read_timeout_s=30)
    with serving(LyingProxy(client)) as proxy:
        yield proxy
    client.close()
