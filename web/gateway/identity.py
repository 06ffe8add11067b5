"""Content ids that hold their few bytes themselves, as the probe `bafkqaaa` by which clients recognise a gateway."""

from __future__ import annotations

import base64
import binascii
from typing import Final

from provenance_schemas.car import car_header
from web.gateway.negotiation import Format, GatewayError, Wanted
from web.gateway.requests import GatewayAnswer, GatewayRequest, content_headers, has_already, not_modified

_PREFIX: Final = "bafkq"
"""Base32 of CIDv1, raw codec, identity hash; the next character begins the length."""
_HEAD: Final = b"\x01\x55\x00"
_BYTES_MAX: Final = 127
"""Longer ones make no sense, and a length of one byte is all we read."""
_CHARACTERS_MAX: Final = 212


def identity_block(text: str) -> bytes | None:
    """Give the bytes that an identity id holds; None for any other id. Raises GatewayError when it is malformed."""
    if not text.startswith(_PREFIX):
        return None
    try:
        raw = base64.b32decode(text[1:].upper() + "=" * (-(len(text) - 1) % 8)) if len(text) <= _CHARACTERS_MAX else b""
    except (binascii.Error, ValueError):
        raw = b""
    again = "b" + base64.b32encode(raw).decode().lower().rstrip("=")
    if again != text or raw[:3] != _HEAD or len(raw) < 4 or raw[3] != len(raw) - 4 or raw[3] > _BYTES_MAX:
        raise GatewayError(400, f"{text[:80]!r} begins like an identity id and is none")
    return raw[4:]


def identity_answer(request: GatewayRequest, wanted: Wanted, block: bytes) -> GatewayAnswer:
    """Answer for an identity id: its bytes, or a CAR without sections, for such a block stands in its own name."""
    if request.path.strip("/"):
        raise GatewayError(404, f"{request.cid} has nothing below it")
    raw_id = _HEAD + bytes([len(block)]) + block
    body = block if wanted.format is Format.RAW else car_header([raw_id])
    headers = content_headers(request, wanted, [request.cid]) | {"Accept-Ranges": "none"}
    if has_already(request, headers["Etag"]):
        return not_modified(headers)
    return GatewayAnswer(200, headers | {"Content-Length": str(len(body))}, b"" if request.head else body)
