"""What scripts send: a small JSON object, read strictly."""

from __future__ import annotations

import json
from typing import Any, Final

from flask import Request

from provenance_schemas.nesting import nests_deeper
from web.accounts.refusals import Refusal, RefusedError

BODY_MAX_BYTES: Final = 16 * 1024
"""The answer of an authenticator is 1 to 3 KB."""
_DEPTH_MAX: Final = 8


def read_object(request: Request) -> dict[str, Any]:
    """Read the body as a JSON object. Raises RefusedError; a body over 16 KiB is 413."""
    if request.mimetype != "application/json":
        raise RefusedError(Refusal.UNREADABLE, "not application/json")
    request.max_content_length = BODY_MAX_BYTES
    content = request.get_data(cache=False)
    if nests_deeper(content, _DEPTH_MAX):
        raise RefusedError(Refusal.UNREADABLE, f"nested deeper than {_DEPTH_MAX}")
    try:
        value = json.loads(content)
    except ValueError as error:
        raise RefusedError(Refusal.UNREADABLE, type(error).__name__) from error
    if not isinstance(value, dict):
        raise RefusedError(Refusal.UNREADABLE, f"{type(value).__name__}, not an object")
    return value


def text_of(value: dict[str, Any], name: str, default: str | None = None) -> str:
    """Give a text field. Raises RefusedError."""
    found = value.get(name, default)
    if not isinstance(found, str):
        raise RefusedError(Refusal.UNREADABLE, f"{name} is no text")
    return found


def object_of(value: dict[str, Any], name: str) -> dict[str, Any]:
    """Give a field that is an object. Raises RefusedError."""
    found = value.get(name)
    if not isinstance(found, dict):
        raise RefusedError(Refusal.UNREADABLE, f"{name} is no object")
    return found
