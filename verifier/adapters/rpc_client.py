"""A lean JSON-RPC client for any EVM node: keep-alive, batches, limits. The hot read path; web3 costs 20 times more."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlsplit

import urllib3

from provenance_schemas.nesting import nests_deeper
from verifier.adapters.block_http import BOUNDED_POOLS
from verifier.errors import ChainUnavailableError
from verifier.limits import (
    RPC_CONNECT_TIMEOUT_S,
    RPC_DEPTH_MAX,
    RPC_READ_TIMEOUT_S,
    RPC_RESPONSE_MAX_BYTES,
    RPC_TOTAL_TIMEOUT_S,
)

_CHUNK: Final = 1 << 16
Call = tuple[str, list[Any]]


class RpcError(ChainUnavailableError):
    """The node answered with a JSON-RPC error."""

    def __init__(self, method: str, code: int, message: str) -> None:
        super().__init__(f"the node refused {method}: {message} ({code})")
        self.method = method
        self.code = code
        self.message = message


class RpcClient:
    """One node, by URL. Safe to use from several threads. Raises ChainUnavailableError, nothing else."""

    def __init__(
        self,
        url: str,
        *,
        read_timeout_s: float = RPC_READ_TIMEOUT_S,
        connect_timeout_s: float = RPC_CONNECT_TIMEOUT_S,
        total_timeout_s: float = RPC_TOTAL_TIMEOUT_S,
    ) -> None:
        if not url.startswith(("http://", "https://")):
            raise ValueError("a node URL begins with http:// or https://")
        self.url = url
        self.name = node_name(url)
        """Host and port, for people: a URL may hold a key of its owner's."""
        self._total_timeout_s = total_timeout_s
        timeout = urllib3.Timeout(connect=connect_timeout_s, read=read_timeout_s)
        # One retry, on connecting and on a keep-alive connection that the node closed meanwhile: calls here only read.
        retries = urllib3.Retry(total=1, redirect=0, status=0, backoff_factor=0, allowed_methods=None)
        self._pool = urllib3.PoolManager(num_pools=2, maxsize=8, timeout=timeout, retries=retries)
        self._pool.pool_classes_by_scheme = BOUNDED_POOLS

    def close(self) -> None:
        """Close the idle connections."""
        self._pool.clear()

    def call(self, method: str, *params: Any) -> Any:
        """Make one call."""
        return self.batch([(method, list(params))])[0]

    def batch(self, calls: Sequence[Call]) -> list[Any]:
        """Make several calls in one round trip; results in the order of the calls."""
        body = [
            {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
            for number, (method, params) in enumerate(calls)
        ]
        answer = self._post(json.dumps(body[0] if len(body) == 1 else body).encode())
        answers = [answer] if isinstance(answer, dict) else answer
        if not isinstance(answers, list) or len(answers) != len(calls):
            raise ChainUnavailableError(f"{self.name}: the node's answer is not JSON-RPC")
        by_id = {a["id"]: a for a in answers if isinstance(a, dict) and isinstance(a.get("id"), int)}
        return [self._result(by_id.get(number), method) for number, (method, _) in enumerate(calls)]

    def _result(self, answer: dict[str, Any] | None, method: str) -> Any:
        if answer is None:
            raise ChainUnavailableError(f"{self.name}: no answer to {method}")
        error = answer.get("error")
        if isinstance(error, dict):
            raise RpcError(method, _code(error), str(error.get("message"))[:200])
        if "result" not in answer:
            raise ChainUnavailableError(f"{self.name}: no result in the answer to {method}")
        return answer["result"]

    def _post(self, body: bytes) -> Any:
        try:
            response = self._pool.request(
                "POST",
                self.url,
                body=body,
                headers={"Content-Type": "application/json"},
                preload_content=False,
            )
            try:
                if response.status != 200:
                    response.close()  # its body is not read, and must not be taken for the next answer
                    raise ChainUnavailableError(f"{self.name}: HTTP {response.status}")
                data = self._read(response)
            finally:
                response.release_conn()
            if nests_deeper(data, RPC_DEPTH_MAX):
                raise ChainUnavailableError(f"{self.name}: answer nested deeper than {RPC_DEPTH_MAX}")
            return json.loads(data)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise ChainUnavailableError(f"{self.name}: no answer ({type(error).__name__})") from error
        except ValueError as error:
            raise ChainUnavailableError(f"{self.name}: the node's answer is not JSON") from error

    def _read(self, response: urllib3.BaseHTTPResponse) -> bytes:
        deadline = time.monotonic() + self._total_timeout_s
        data = bytearray()
        while chunk := response.read1(_CHUNK, decode_content=False):
            data += chunk
            if len(data) > RPC_RESPONSE_MAX_BYTES:
                response.close()
                raise ChainUnavailableError(f"{self.name}: answer over {RPC_RESPONSE_MAX_BYTES} bytes")
            if time.monotonic() > deadline:
                response.close()
                raise ChainUnavailableError(f"{self.name}: answer not whole after {self._total_timeout_s} s")
        return bytes(data)


def node_name(url: str) -> str:
    """Give what may be said of a node's URL in an error, a log or a page: its host and port."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError("a node URL needs a host, and a port that is a number") from None
    if not host:
        raise ValueError("a node URL needs a host, and a port that is a number")
    host = f"[{host}]" if ":" in host else host
    return host if port is None else f"{host}:{port}"


def _code(error: dict[str, Any]) -> int:
    code = error.get("code")
    return code if isinstance(code, int) else 0
