"""gzip for what is made anew for each request. Static files and cached pages bring their own.

A compressed answer's length tells whether two of its parts are alike. Where one part is a secret and another is
chosen by an attacker who watches lengths, many requests spell the secret (BREACH). Three things stand against it:
a session's cookie goes with nobody else's requests but a navigation (`SameSite=Lax`), tokens in pages are written
anew each time (`csrf.py`, `scan_tokens.py`), and an answer to a request with a cookie gets a random length, as below.
"""

from __future__ import annotations

import gzip
import secrets
import zlib
from typing import Final

from flask import Flask, Response, request

LEVEL: Final = 5
"""Measured on the verdict page: level 6 and up save less than 1 % and cost a third more time."""
SIZE_MIN_BYTES: Final = 600
"""Smaller answers fit one packet either way."""
PAD_MAX_BYTES: Final = 100
_TYPES: Final = frozenset(
    {
        "text/html",
        "text/plain",
        "text/css",
        "text/csv",
        "text/javascript",
        "image/svg+xml",
        "application/json",
        "application/problem+json",
        "application/linkset+json",
        "application/ld+json",
    }
)
_FLAG_NAME: Final = 8


def install_compression(app: Flask) -> None:
    """Compress every answer that gains by it, for clients that take gzip."""
    app.after_request(compress)


def compress(response: Response) -> Response:
    """Compress an answer in place, unless it is streamed, partial, empty, small, or compressed already."""
    if response.mimetype not in _TYPES:
        return response
    response.vary.add("Accept-Encoding")
    whole = response.status_code != 206 and not response.is_streamed and not response.direct_passthrough
    if not whole or "Content-Encoding" in response.headers or not accepts_gzip():
        return response
    content = response.get_data()
    if len(content) < SIZE_MIN_BYTES:
        return response
    response.set_data(padded_gzip(content) if request.cookies else gzip.compress(content, LEVEL, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    tag, weak = response.get_etag()
    if tag is not None and not weak:
        response.set_etag(tag, weak=True)
    return response


def accepts_gzip() -> bool:
    """Say whether the client of this request takes gzip."""
    return request.accept_encodings["gzip"] > 0


def padded_gzip(content: bytes) -> bytes:
    """Compress with a file name of random length in the header (RFC 1952, 2.3), which every client skips."""
    pad = b"a" * secrets.randbelow(PAD_MAX_BYTES)
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    header = b"\x1f\x8b\x08" + bytes([_FLAG_NAME]) + b"\0\0\0\0\0\xff" + pad + b"\0"
    trailer = zlib.crc32(content).to_bytes(4, "little") + (len(content) & 0xFFFFFFFF).to_bytes(4, "little")
    return header + packer.compress(content) + packer.flush() + trailer
