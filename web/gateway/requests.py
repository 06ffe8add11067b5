"""What comes in and what goes out, as plain values; and the headers of an answer that holds content."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, urlencode

from web.gateway.negotiation import PARAMS, Format, Wanted

_FILE_NAME_MAX: Final = 120


@dataclass(frozen=True, slots=True)
class GatewayRequest:
    """One GET or HEAD of `/ipfs/<cid>[/path]`."""

    cid: str
    path: str = ""
    """Percent-decoded, without the id."""
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in the case of the specification, as `If-None-Match`."""
    head: bool = False


@dataclass(frozen=True, slots=True)
class GatewayAnswer:
    """Status, headers, and the body: whole, or part by part when it is long."""

    status: int
    headers: dict[str, str]
    body: bytes | Iterator[bytes] = b""


def content_headers(request: GatewayRequest, wanted: Wanted, roots: Sequence[str]) -> dict[str, str]:
    """Write the headers of an answer with content; `roots` are the ids of the path's segments, the first first."""
    path = f"/ipfs/{quote(roots[0])}{'/' if request.path else ''}{quote(request.path)}"
    # A path is part of what the Etag names, but may hold any character: its digest stands for it.
    below = f".{hashlib.sha256(request.path.encode()).hexdigest()[:16]}" if request.path else ""
    headers = {
        "Content-Type": wanted.content_type,
        "Content-Disposition": _disposition(request, wanted, roots[0]),
        "Cache-Control": "public, max-age=29030400, immutable",
        "Etag": f'"{wanted.tag}{below}.{roots[0]}"',
        "Vary": "Accept",
        "X-Content-Type-Options": "nosniff",
        "X-Ipfs-Path": path,
        "X-Ipfs-Roots": ",".join(roots),
        "Accept-Ranges": "bytes" if wanted.format is Format.RAW else "none",
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": "Content-Range, X-Ipfs-Path, X-Ipfs-Roots",
    }
    asked = {name: value for name, value in request.params.items() if name in PARAMS}
    if asked != (meant := asked | wanted.params) or wanted.contested:
        # Caches keep one answer a URL: this is the URL that gives the same answer without any Accept header.
        headers["Content-Location"] = f"{path}?{urlencode(meant, safe=':*')}"
    return headers


def has_already(request: GatewayRequest, etag: str) -> bool:
    """Say whether the client holds the answer that this Etag names."""
    tags = [tag.strip().removeprefix("W/") for tag in request.headers.get("If-None-Match", "").split(",")]
    return etag in tags or tags == ["*"]


def not_modified(headers: Mapping[str, str]) -> GatewayAnswer:
    """Answer 304, with the headers that a cache refreshes."""
    kept = ("Etag", "Cache-Control", "Vary", "Access-Control-Allow-Origin", "Content-Location")
    return GatewayAnswer(304, {name: headers[name] for name in kept if name in headers})


def _disposition(request: GatewayRequest, wanted: Wanted, cid: str) -> str:
    default = f"{cid}.{'bin' if wanted.format is Format.RAW else 'car'}"
    name = request.params.get("filename", "")[:_FILE_NAME_MAX] or default
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%/' else "_" for c in name)
    if plain == name:
        return f'attachment; filename="{plain}"'
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='', errors='replace')}"
