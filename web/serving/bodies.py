"""Reading request bodies before a thread is given to them: whoever sends slowly holds memory and nothing else."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from web.errors import WebError
from web.limits import network_of
from web.scan.uploads import REQUEST_MAX_BYTES

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
_MEGABYTE: Final = 1024 * 1024
_ANNOUNCING: Final = frozenset({b"content-length", b"transfer-encoding"})
"""A request has a body only where one of these says so."""
_FORWARDED: Final = b"x-forwarded-for"


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
    small_max_bytes: int = 64 * 1024
    """A body up to here is always let in: no photo keeps a form out, and the server bounds its connections."""
    together_max_bytes: int = 256 * _MEGABYTE
    """What one process holds at once of larger bodies, beyond their small beginnings."""
    large_of_network_max: int = 6
    """Larger bodies that one network (/24, /48) may have open at once: it takes many networks to keep photos out."""


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


@dataclass(slots=True)
class _Held:
    """A body on its way, and what is counted for it."""

    network: str
    content: bytearray = field(default_factory=bytearray)
    is_large: bool = False
    counted_bytes: int = 0


class BodyReader:
    """Reads bodies within limits. Belongs to one event loop."""

    def __init__(self, limits: BodyLimits, proxies: int = 0) -> None:
        self._limits = limits
        self._proxies = proxies
        self._held_bytes = 0
        self._large: Counter[str] = Counter()
        """Open large bodies, by network."""

    @asynccontextmanager
    async def body(self, scope: Mapping[str, Any], receive: Receive) -> AsyncIterator[Body]:
        """Read a body whole, and count it as held until the request is answered.

        Raises BodyRefusedError: too slow 408, too large 413, too many of one network 429, too many at once 503.
        """
        if not any(name in _ANNOUNCING for name, _ in scope["headers"]):
            yield Body(b"", 0)
            return
        held = _Held(network_of(_address(scope, self._proxies)))
        try:
            size_bytes = await self._read(receive, held)
            yield Body(bytes(held.content), size_bytes)
        finally:
            self._let_go(held)

    async def _read(self, receive: Receive, held: _Held) -> int:
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
                    self._keep(part, held)
                    if size_bytes > self._limits.sent_max_bytes:
                        raise BodyRefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        except TimeoutError as error:
            raise BodyRefusedError(HTTPStatus.REQUEST_TIMEOUT) from error
        return size_bytes

    def _keep(self, part: bytes, held: _Held) -> None:
        kept = part[: self._limits.kept_max_bytes + 1 - len(held.content)]
        beyond_bytes = len(held.content) + len(kept) - self._limits.small_max_bytes
        if beyond_bytes > 0:
            self._make_room(held, beyond_bytes)
        held.content += kept

    def _make_room(self, held: _Held, beyond_bytes: int) -> None:
        """Count a large body for its network, and what it holds for all."""
        if not held.is_large:
            if self._large[held.network] >= self._limits.large_of_network_max:
                raise BodyRefusedError(HTTPStatus.TOO_MANY_REQUESTS)
            held.is_large = True
            self._large[held.network] += 1
        more_bytes = beyond_bytes - held.counted_bytes
        if self._held_bytes + more_bytes > self._limits.together_max_bytes:
            raise BodyRefusedError(HTTPStatus.SERVICE_UNAVAILABLE)
        self._held_bytes += more_bytes
        held.counted_bytes = beyond_bytes

    def _let_go(self, held: _Held) -> None:
        self._held_bytes -= held.counted_bytes
        if held.is_large:
            self._large[held.network] -= 1
            if not self._large[held.network]:
                del self._large[held.network]


def _address(scope: Mapping[str, Any], proxies: int) -> str:
    """Give the visitor's address as the outermost of our proxies saw it; without proxies, whoever connected."""
    connected = str((scope["client"] or ("",))[0])
    if not proxies:
        return connected
    said = b",".join(value for name, value in scope["headers"] if name == _FORWARDED).split(b",")
    return said[-proxies].strip().decode("latin-1") if len(said) >= proxies else connected
