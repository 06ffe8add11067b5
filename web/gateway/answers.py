"""The gateway itself, without a web framework: a request in, an answer out.

It serves what its own store has and asks nobody else. What it sends can be checked, and is checked here too.
Source: the Trustless Gateway specification, and what it takes over from the Path Gateway's.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from typing import Final

from provenance_schemas.car import car_header, car_section
from provenance_schemas.content_id import CID_BYTES, ContentId
from provenance_schemas.dag_pb import BLOCK_MAX_BYTES
from provenance_schemas.dag_walk import walk_dag
from provenance_schemas.errors import ContentError
from provenance_schemas.multiformat import write_varint
from provenance_schemas.unixfs_read import Resolution, checked, resolve_path
from verifier.errors import ContentDamagedError, ContentMissingError, ContentUnavailableError
from verifier.ports import ContentStore
from web.gateway.identity import identity_answer, identity_block
from web.gateway.negotiation import Format, GatewayError, Wanted, read_wanted
from web.gateway.ranges import block_answer
from web.gateway.requests import GatewayAnswer, GatewayRequest, content_headers, has_already, not_modified

WHOLE_MAX_BYTES: Final = 4 * 1024 * 1024
"""A CAR up to this size is made before its first byte is sent: an incomplete one gets an error status."""
_BROKEN_SECTION: Final = write_varint(CID_BYTES + 1)
_RETRY_AFTER_S: Final = 30

Get = Callable[[ContentId], bytes]


def answer(request: GatewayRequest, store: ContentStore, denied: Container[ContentId] = ()) -> GatewayAnswer:
    """Answer one request. Errors are answers too.

    400 malformed, 404 not here, 406 not offered, 410 denied, 412 wanted at once and not here, 416 no such range,
    500 our store cannot be read. A long CAR that fails midway ends in the error itself, so that the server breaks
    off the connection and nobody takes it for whole.
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
    inline = identity_block(request.cid)
    if inline is not None:
        return identity_answer(request, wanted, inline)
    cid, segments = _content_path(request, wanted)
    if wanted.format is Format.RAW:
        block = _block(request, cid, get)
        headers = content_headers(request, wanted, [str(cid)])
        return not_modified(headers) if has_already(request, headers["Etag"]) else block_answer(request, headers, block)
    resolution, target = _resolve(request, cid, segments, get)
    headers = content_headers(request, wanted, [str(root) for root in resolution.roots])
    _block(request, target, get)
    if has_already(request, headers["Etag"]):  # 2.
        return not_modified(headers)
    if request.head:
        return GatewayAnswer(200, headers)
    return _car(cid, headers, _parts(wanted, resolution, target, cid, get))  # 3.


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


def _resolve(request: GatewayRequest, cid: ContentId, segments: list[str], get: Get) -> tuple[Resolution, ContentId]:
    """Follow the path. A name that cannot be is 400; one that is not there, or a damaged directory, 404."""
    _block(request, cid, get)
    try:
        resolution = resolve_path(cid, segments, get)
    except ContentError as error:
        raise GatewayError(400, str(error)) from error
    except ContentUnavailableError as error:
        raise _unavailable(request, cid, error) from error
    if resolution.target is None:
        raise GatewayError(404, f"{cid} has no {'/'.join(segments)[:200]!r}")
    return resolution, resolution.target


def _block(request: GatewayRequest, cid: ContentId, get: Get) -> bytes:
    try:
        return checked(cid, get)
    except (ContentUnavailableError, ContentError) as error:
        raise _unavailable(request, cid, error) from error


def _unavailable(request: GatewayRequest, cid: ContentId, error: Exception) -> GatewayError:
    """Tell what this gateway does not have from a store that cannot be read: only the second is worth a retry."""
    if not isinstance(error, ContentMissingError | ContentDamagedError | ContentError):
        return GatewayError(500, "the store cannot be read just now")
    if "only-if-cached" in request.headers.get("Cache-Control", ""):
        return GatewayError(412, f"{cid} is not here")
    return GatewayError(404, f"{cid} is not here")


def _car(cid: ContentId, headers: dict[str, str], parts: Iterator[bytes]) -> GatewayAnswer:
    """Send a CAR: whole when it is short, else streamed."""
    start: list[bytes] = []
    size = 0
    try:
        for part in parts:
            start.append(part)
            size += len(part)
            if size > WHOLE_MAX_BYTES:
                return GatewayAnswer(200, headers, _rest(b"".join(start), parts))
    except (ContentMissingError, ContentDamagedError, ContentError) as error:
        raise GatewayError(404, f"{cid} is here in part only: {error}") from error
    except ContentUnavailableError as error:
        raise GatewayError(500, "the store cannot be read just now") from error
    return GatewayAnswer(200, headers | {"Content-Length": str(size)}, b"".join(start))


def _parts(wanted: Wanted, resolution: Resolution, target: ContentId, root: ContentId, get: Get) -> Iterator[bytes]:
    """Give the blocks crossed by the path, then those wanted below its end."""
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


def _refusal(error: GatewayError) -> GatewayAnswer:
    headers = {
        "Content-Type": "text/plain; charset=utf-8",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Vary": "Accept",
        "Access-Control-Allow-Origin": "*",
    }
    if error.status == 500:
        headers["Retry-After"] = str(_RETRY_AFTER_S)
    return GatewayAnswer(error.status, headers, f"{error.reason}\n".encode(errors="replace"))
