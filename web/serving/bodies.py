"""Reading request bodies before a thread is given to them: whoever sends slowly holds memory and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from web.errors import WebError
from web.scan.uploads import REQUEST_MAX_BYTES

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
_MEGABYTE: Final = 1024 * 1024
_ANNOUNCING: Final = frozenset({b"content-length", b"transfer-encoding"})
"""A request has a body only where one of these says so."""


@dataclass(frozen=True, slots=True)
class BodyLimits:
    """What a body may cost."""

    kept_max_bytes: int = REQUEST_MAX_BYTES
    """What the application takes; of a larger body the rest is read and dropped, so that the client hears 413."""
    sent_max_bytes: int = 4 * REQUEST_MAX_BYTES
    """Nobody is listened to for longer."""
    pause_max_s: float = 15.0
    time_max_s: float = 180.0
    """A photo of 15 MB in three minutes is 0.7 Mbit/s."""
    together_max_bytes: int = 256 * _MEGABYTE
    """Of all bodies that one process holds at once."""


class BodyRefusedError(WebError):
    """A body is not read to its end. Nothing was done for the request."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(f"a request's body was refused: {status.value} {status.phrase}")
        self.status = status


@dataclass(frozen=True, slots=True)
class Body:
    """What was sent."""

    content: bytes
    """At most one byte more than the application takes."""
    size_bytes: int


class BodyReader:
    """Reads bodies within limits. Belongs to one event loop."""

    def __init__(self, limits: BodyLimits) -> None:
        self._limits = limits
        self._held_bytes = 0

    @asynccontextmanager
    async def body(self, scope: Mapping[str, Any], receive: Receive) -> AsyncIterator[Body]:
        """Read a body whole, and count it as held until the request is answered.

        Raises BodyRefusedError: too slow 408, too large 413, too many at once 503.
        """
        if not any(name in _ANNOUNCING for name, _ in scope["headers"]):
            yield Body(b"", 0)
            return
        content = bytearray()
        try:
            size_bytes = await self._read(receive, content)
            yield Body(bytes(content), size_bytes)
        finally:
            self._held_bytes -= len(content)

    async def _read(self, receive: Receive, content: bytearray) -> int:
        size_bytes, more = 0, True
        try:
            async with asyncio.timeout(self._limits.time_max_s):
                while more:
                    async with asyncio.timeout(self._limits.pause_max_s):
                        message = await receive()
                    if message["type"] != "http.request":
                        raise BodyRefusedError(HTTPStatus.BAD_REQUEST)  # the client has gone
                    part, more = message.get("body", b""), message.get("more_body", False)
                    size_bytes += len(part)
                    self._keep(part, content)
                    if size_bytes > self._limits.sent_max_bytes:
                        raise BodyRefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        except TimeoutError as error:
            raise BodyRefusedError(HTTPStatus.REQUEST_TIMEOUT) from error
        return size_bytes

    def _keep(self, part: bytes, content: bytearray) -> None:
        kept = part[: self._limits.kept_max_bytes + 1 - len(content)]
        if self._held_bytes + len(kept) > self._limits.together_max_bytes:
            raise BodyRefusedError(HTTPStatus.SERVICE_UNAVAILABLE)
        content += kept
        self._held_bytes += len(kept)
