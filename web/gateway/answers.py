"""The gateway itself, without a web framework: a request in, an answer out.

It serves what its own store has and asks nobody else. What it sends can be checked, and is checked here too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

from provenance_schemas.car import car_header, car_section
from provenance_schemas.content_id import CID_BYTES, ContentId
from provenance_schemas.dag_pb import BLOCK_MAX_BYTES
from provenance_schemas.dag_walk import walk_dag
from provenance_schemas.errors import ContentError
from provenance_schemas.multiformat import write_varint
from provenance_schemas.unixfs_read import Resolution, checked, resolve_path
from verifier.errors import ContentUnavailableError
from verifier.ports import ContentStore
from web.gateway.negotiation import Format, GatewayError, Wanted, read_wanted

WHOLE_MAX_BYTES: Final = 4 * 1024 * 1024
"""A CAR up to this size is made before its first byte is sent: an incomplete one gets an error status."""
PROBE_CID: Final = "bafkqaaa"
"""The identity id of no bytes, by which clients recognise a trustless gateway."""
_PROBE_RAW: Final = b"\x01\x55\x00\x00"
_BROKEN_SECTION: Final = write_varint(CID_BYTES + 1)
_RETRY_AFTER_S: Final = 30
_FILE_NAME_MAX: Final = 120

Get = Callable[[ContentId], bytes]


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


def answer(request: GatewayRequest, store: ContentStore, denied: Container[ContentId] = ()) -> GatewayAnswer:
    """Answer one request. Errors are answers too.

    400 malformed, 404 not here, 406 not offered, 410 denied, 412 wanted at once and not here, 502 here in part.
    A long CAR that fails midway ends in the error itself, so that the server breaks off the connection and
    nobody takes it for whole.
    """
    try:
        return _answer(request, _guarded(store, denied))
    except GatewayError as error:
        return _refusal(error)


def _answer(request: GatewayRequest, get: Get) -> GatewayAnswer:
    """Answer, or raise GatewayError.

    1. Read what is wanted, and of what.
    2. A client that has it already gets 304, if we still stand by it.
    3. Answer with the block, or with the blocks of a CAR.
    """
    wanted = read_wanted(request.params, request.headers.get("Accept", ""))  # 1.
    if request.headers.get("Service-Worker") == "script":
        raise GatewayError(400, "no service worker is registered from here")
    if request.cid == PROBE_CID:
        return _probe(request, wanted)
    cid, segments = _content_path(request, wanted)
    headers = _headers(request, wanted, str(cid))
    if wanted.format is Format.RAW:
        block = _root(request, cid, get)
        if _has_already(request, headers["Etag"]):  # 2.
            return _not_modified(headers)
        headers["Content-Length"] = str(len(block))
        return GatewayAnswer(200, headers, b"" if request.head else block)  # 3.
    resolution = _resolve(request, cid, segments, get)
    if _has_already(request, headers["Etag"]):
        return _not_modified(headers)
    return _car(request, wanted, resolution, cid, get, headers)


def _guarded(store: ContentStore, denied: Container[ContentId]) -> Get:
    def get(cid: ContentId) -> bytes:
        if cid in denied:
            raise GatewayError(410, f"{cid} is not served here any more")
        return store.get(cid, size_max_bytes=BLOCK_MAX_BYTES)

    return get


def _content_path(request: GatewayRequest, wanted: Wanted) -> tuple[ContentId, list[str]]:
    try:
        cid = ContentId.parse(request.cid)
    except ContentError as error:
        raise GatewayError(400, f"{error}; CIDv1 in base32, raw or dag-pb, SHA-256") from error
    segments = [segment for segment in request.path.split("/") if segment]
    if segments and wanted.format is Format.RAW:
        raise GatewayError(400, "a raw block is asked for by its own id, without a path")
    return cid, segments


def _resolve(request: GatewayRequest, cid: ContentId, segments: list[str], get: Get) -> Resolution:
    try:
        resolution = resolve_path(cid, segments, get)
    except ContentError as error:
        raise GatewayError(400, str(error)) from error
    except ContentUnavailableError as error:
        raise _missing(request, cid) from error
    if resolution.target is None:
        raise GatewayError(404, f"{cid} has no {'/'.join(segments)[:200]!r}")
    return resolution


def _missing(request: GatewayRequest, cid: ContentId) -> GatewayError:
    if "only-if-cached" in request.headers.get("Cache-Control", ""):
        return GatewayError(412, f"{cid} is not here")
    return GatewayError(404, f"{cid} is not here")


def _root(request: GatewayRequest, cid: ContentId, get: Get) -> bytes:
    try:
        return checked(cid, get)
    except (ContentUnavailableError, ContentError) as error:
        raise _missing(request, cid) from error


def _not_modified(headers: dict[str, str]) -> GatewayAnswer:
    return GatewayAnswer(304, {name: headers[name] for name in ("Etag", "Cache-Control", "Vary")})


def _car(
    request: GatewayRequest,
    wanted: Wanted,
    resolution: Resolution,
    cid: ContentId,
    get: Get,
    headers: dict[str, str],
) -> GatewayAnswer:
    """Send the blocks crossed by the path, then those wanted below its end."""
    target = resolution.target
    assert target is not None
    _root(request, target, get)
    if request.head:
        return GatewayAnswer(200, headers)
    parts = _parts(wanted, resolution, target, cid, get)
    start: list[bytes] = []
    size = 0
    try:
        for part in parts:
            start.append(part)
            size += len(part)
            if size > WHOLE_MAX_BYTES:
                return GatewayAnswer(200, headers, _rest(b"".join(start), parts))
    except (ContentUnavailableError, ContentError) as error:
        raise GatewayError(502, f"{cid} is here in part only: {error}") from error
    return GatewayAnswer(200, headers | {"Content-Length": str(size)}, b"".join(start))


def _parts(wanted: Wanted, resolution: Resolution, target: ContentId, root: ContentId, get: Get) -> Iterator[bytes]:
    yield car_header([root.raw])
    # What was crossed stands above the target, so none of it comes again below.
    for cid, block in resolution.crossed:
        yield car_section(cid, block)
    for cid, block in walk_dag(target, get, wanted.scope, wanted.entity_bytes, repeat=wanted.repeat):
        yield car_section(cid, block)


def _rest(start: bytes, parts: Iterator[bytes]) -> Iterator[bytes]:
    yield start
    try:
        yield from parts
    except (ContentUnavailableError, ContentError, GatewayError):
        # Some servers end a broken stream like a whole one. A CAR that ends inside a section is whole for nobody.
        yield _BROKEN_SECTION
        raise


def _probe(request: GatewayRequest, wanted: Wanted) -> GatewayAnswer:
    if request.path.strip("/"):
        raise GatewayError(404, f"{PROBE_CID} holds nothing")
    body = b"" if wanted.format is Format.RAW else car_header([_PROBE_RAW])
    headers = _headers(request, wanted, PROBE_CID) | {"Content-Length": str(len(body))}
    return GatewayAnswer(200, headers, b"" if request.head else body)


def _headers(request: GatewayRequest, wanted: Wanted, cid: str) -> dict[str, str]:
    path = f"/ipfs/{quote(cid)}{'/' if request.path else ''}{quote(request.path)}"
    # A path is part of what the Etag names, but may hold any character: its digest stands for it.
    below = f".{hashlib.sha256(request.path.encode()).hexdigest()[:16]}" if request.path else ""
    headers = {
        "Content-Type": wanted.content_type,
        "Content-Disposition": _disposition(request, wanted, cid),
        "Cache-Control": "public, max-age=29030400, immutable",
        "Etag": f'"{wanted.tag}{below}.{cid}"',
        "Vary": "Accept",
        "X-Content-Type-Options": "nosniff",
        "X-Ipfs-Path": path,
        "Accept-Ranges": "none",
        "Access-Control-Allow-Origin": "*",
    }
    if request.params.get("format", "") != wanted.format:
        headers["Content-Location"] = f"{path}?format={wanted.format}"
    return headers


def _disposition(request: GatewayRequest, wanted: Wanted, cid: str) -> str:
    default = f"{cid}.{'bin' if wanted.format is Format.RAW else 'car'}"
    name = request.params.get("filename", "")[:_FILE_NAME_MAX] or default
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%/' else "_" for c in name)
    if plain == name:
        return f'attachment; filename="{plain}"'
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='', errors='replace')}"


def _has_already(request: GatewayRequest, etag: str) -> bool:
    tags = [tag.strip().removeprefix("W/") for tag in request.headers.get("If-None-Match", "").split(",")]
    return etag in tags or tags == ["*"]


def _refusal(error: GatewayError) -> GatewayAnswer:
    headers = {
        "Content-Type": "text/plain; charset=utf-8",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Vary": "Accept",
        "Access-Control-Allow-Origin": "*",
    }
    if error.status == 502:
        headers["Retry-After"] = str(_RETRY_AFTER_S)
    return GatewayAnswer(error.status, headers, f"{error.reason}\n".encode(errors="replace"))
