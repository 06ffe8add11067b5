"""One range of a raw block, as RFC 9110 asks for it. Several at once are answered with the whole block."""

from __future__ import annotations

import re
from typing import Final

from web.gateway.requests import GatewayAnswer, GatewayRequest

_RANGE: Final = re.compile(r"bytes=(?:([0-9]{1,10})-([0-9]{0,10})|-([0-9]{1,10}))")


def block_answer(request: GatewayRequest, headers: dict[str, str], block: bytes) -> GatewayAnswer:
    """Answer with a block, or with the part of it that a GET asks for: 200, 206, or 416 when there is no such part."""
    part = None if request.head else _wanted_part(request, headers["Etag"], len(block))
    if part is None:
        headers["Content-Length"] = str(len(block))
        return GatewayAnswer(200, headers, b"" if request.head else block)
    if not part:
        kept = {name: headers[name] for name in ("Vary", "Accept-Ranges", "Access-Control-Allow-Origin")}
        return GatewayAnswer(416, kept | {"Content-Range": f"bytes */{len(block)}", "Cache-Control": "no-store"})
    headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{len(block)}"
    headers["Content-Length"] = str(len(part))
    # The Etag still names the whole block: RFC 9110 has a 206 carry the validator of the full answer, by which a
    # client knows that two parts belong together.
    return GatewayAnswer(206, headers, block[part.start : part.stop])


def _wanted_part(request: GatewayRequest, etag: str, size: int) -> range | None:
    """Give the offsets asked for; an empty range when none of them exists, None when the whole block is meant."""
    match = _RANGE.fullmatch(request.headers.get("Range", "").replace(" ", ""))
    if not match or request.headers.get("If-Range", etag) != etag:
        return None
    first, last, suffix = match.groups()
    if suffix is not None:
        return range(max(size - int(suffix), 0), size)
    if last and int(last) < int(first):
        return None  # no range at all: RFC 9110 has it ignored
    return range(min(int(first), size), min(int(last) + 1, size) if last else size)
