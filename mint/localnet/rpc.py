"""The JSON-RPC 2.0 envelope: bodies in, bodies out. Knows no method."""

from __future__ import annotations

import inspect
import json
import logging
from collections.abc import Callable
from typing import TypeAlias

from mint.localnet.errors import (
    InternalError,
    InvalidParamsError,
    InvalidRequestError,
    MethodNotFoundError,
    ParseError,
    RpcError,
    TooManyResultsError,
)
from mint.localnet.limits import BATCH_MAX, DEPTH_MAX, RESPONSE_MAX_BYTES
from provenance_schemas.nesting import nests_deeper

Methods: TypeAlias = dict[str, Callable[..., object]]
_LOG = logging.getLogger(__name__)


class Dispatcher:
    """Answers request bodies from a table of methods."""

    def __init__(self, methods: Methods) -> None:
        self._methods = {name: (method, inspect.signature(method)) for name, method in methods.items()}

    def answer(self, body: bytes) -> bytes:
        """Answer one request or one batch; empty where only notifications came in."""
        try:
            asked = _parse(body)
        except ValueError:
            return _failure(None, ParseError("the body is not JSON"))
        if not isinstance(asked, list):
            return self._one(asked)
        if not 0 < len(asked) <= BATCH_MAX:
            return _failure(None, InvalidRequestError(f"a batch has 1 to {BATCH_MAX} requests, got {len(asked)}"))
        answers, size_bytes = [], 0
        for request in asked:
            if size_bytes > RESPONSE_MAX_BYTES:
                answer = _failure(_id_of(request), TooManyResultsError("the batch's response is too large"))
            else:
                answer = self._one(request)
            size_bytes += len(answer)
            answers.append(answer)
        answers = [answer for answer in answers if answer]
        return b"[" + b",".join(answers) + b"]" if answers else b""

    def _one(self, request: object) -> bytes:
        try:
            result = self._run(request)
            answer = json.dumps({"jsonrpc": "2.0", "id": _id_of(request), "result": result}, separators=(",", ":"))
        except RpcError as error:
            reply = _failure(_id_of(request), error)
        except Exception:  # noqa: BLE001 - one request must not end its connection
            _LOG.exception("a request failed")
            reply = _failure(_id_of(request), InternalError("internal error"))
        else:
            reply = answer.encode()
            if len(reply) > RESPONSE_MAX_BYTES:
                reply = _failure(
                    _id_of(request), TooManyResultsError(f"the response is over {RESPONSE_MAX_BYTES} bytes")
                )
        is_notification = isinstance(request, dict) and "id" not in request and "method" in request
        return b"" if is_notification else reply

    def _run(self, request: object) -> object:
        if not isinstance(request, dict) or request.get("jsonrpc") != "2.0":
            raise InvalidRequestError('a request is an object with "jsonrpc": "2.0"')
        name, params = request.get("method"), request.get("params", [])
        if not isinstance(name, str):
            raise InvalidRequestError("method must be a string")
        if isinstance(request.get("id"), dict | list):
            raise InvalidRequestError("id must be a string, a number or null")
        if name not in self._methods:
            raise MethodNotFoundError(f"the method {name[:80]} does not exist/is not available")
        if not isinstance(params, list):
            raise InvalidParamsError("params must be a list")
        method, signature = self._methods[name]
        try:
            signature.bind(*params)
        except TypeError as error:
            raise InvalidParamsError(f"{name}: {error}") from error
        return method(*params)


def _parse(body: bytes) -> object:
    """Read JSON that is not nested too deep. Raises ValueError."""
    if nests_deeper(body, DEPTH_MAX):
        raise ValueError(f"nested deeper than {DEPTH_MAX}")
    return json.loads(body)


def _id_of(request: object) -> object:
    request_id = request.get("id") if isinstance(request, dict) else None
    return None if isinstance(request_id, dict | list) else request_id


def _failure(request_id: object, error: RpcError) -> bytes:
    shown: dict[str, object] = {"code": error.code, "message": str(error)}
    if error.data is not None:
        shown["data"] = error.data
    return json.dumps({"jsonrpc": "2.0", "id": request_id, "error": shown}, separators=(",", ":")).encode()
