"""One HTTP request for one block: bounded in bytes, in seconds, and to the host it was meant for."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse, HTTPResponse

from provenance_schemas.content_id import ContentId
from verifier.adapters.alarms import Alarms
from verifier.errors import ContentDamagedError, ContentMissingError, ContentUnavailableError

_PART_BYTES: Final = 65_536
_CONNECTIONS_MAX: Final = 16
_GONE: Final = (404, 410)
_REASON_BYTES: Final = 4_096
_KUBO_NOT_HERE: Final = b"was not found locally"


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds. Each wait has its own limit, and the request as a whole has one."""

    connect_s: float = 2.0
    read_s: float = 5.0
    """For the headers as a whole, then for each part of the body."""
    total_s: float = 15.0


class _NoBlockError(Exception):
    """The answer is not a block that we asked for."""


class _NotHereError(_NoBlockError):
    """The answer is that the block is not there."""


class BlockHttp:
    """Keeps connections alive and asks for blocks; follows no redirect, uses no proxy, retries nothing."""

    def __init__(self, timeouts: Timeouts) -> None:
        self._timeouts = timeouts
        self._pools = urllib3.PoolManager(maxsize=_CONNECTIONS_MAX, retries=False)
        self._pools.pool_classes_by_scheme = BOUNDED_POOLS

    def fetch(self, method: str, url: str, cid: ContentId, *, headers: Mapping[str, str], size_max_bytes: int) -> bytes:
        """Return the block named `cid`, checked. Whatever goes wrong is a ContentUnavailableError."""
        deadline = time.monotonic() + self._timeouts.total_s
        try:
            response = self._pools.urlopen(
                method,
                url,
                headers={"Accept-Encoding": "identity", **headers},
                redirect=False,
                preload_content=False,
                timeout=urllib3.Timeout(connect=self._timeouts.connect_s, read=self._timeouts.read_s),
            )
            with _closed_unless_read(response):
                block = self._body(response, size_max_bytes, deadline)
        except _NotHereError as error:
            raise ContentMissingError(f"{cid}: {urlsplit(url).netloc}: {error}") from error
        except (_NoBlockError, HTTPError, OSError, ValueError) as error:
            raise ContentUnavailableError(f"{cid}: {urlsplit(url).netloc}: {error}") from error
        # A read cut short looks complete where the error comes in a trailer, as Kubo's does.
        if not cid.matches(block):
            raise ContentDamagedError(f"{cid}: {urlsplit(url).netloc} gave {len(block)} other bytes")
        return block

    def close(self) -> None:
        """Close the idle connections."""
        self._pools.clear()

    def _body(self, response: BaseHTTPResponse, size_max_bytes: int, deadline: float) -> bytes:
        if response.status != 200:
            raise _refused(response)
        parts: list[bytes] = []
        length = 0
        while part := response.read1(_PART_BYTES, decode_content=False):
            parts.append(part)
            length += len(part)
            if length > size_max_bytes:
                raise _NoBlockError(f"more than the {size_max_bytes} bytes wanted")
            if time.monotonic() > deadline:
                raise _NoBlockError(f"not whole after {self._timeouts.total_s} s")
        return b"".join(parts)


def _refused(response: BaseHTTPResponse) -> _NoBlockError:
    """Tell "not here" from other refusals: gateways say 404 or 410, a Kubo that is offline says 500 and why."""
    if response.status in _GONE:
        return _NotHereError(f"answer {response.status}")
    reason = response.read1(_REASON_BYTES, decode_content=False) if response.status == 500 else b""
    return (_NotHereError if _KUBO_NOT_HERE in reason else _NoBlockError)(f"answer {response.status}")


@contextmanager
def _closed_unless_read(response: BaseHTTPResponse) -> Iterator[None]:
    """Keep the connection after a whole body, else close it: its rest is not the next answer."""
    try:
        yield
    except BaseException:
        response.close()
        raise
    response.release_conn()


@contextmanager
def _cut_after(connection: HTTPConnection) -> Iterator[None]:
    """Hang up when the headers take longer than the read timeout in all.

    The socket's own timeout starts anew with each byte: a host that drips them could hold us for hours.
    """

    def hang_up() -> None:
        with contextlib.suppress(OSError, AttributeError):
            connection.sock.shutdown(socket.SHUT_RDWR)

    seconds = connection.timeout
    assert isinstance(seconds, int | float), "every request here has a read timeout"
    alarm = _ALARMS.set(seconds, hang_up)
    try:
        yield
    finally:
        alarm.cancel()


_ALARMS: Final = Alarms()


class _HttpConnection(HTTPConnection):
    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as urllib3 itself does
        with _cut_after(self):
            return super().getresponse()


class _HttpsConnection(HTTPSConnection):
    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as urllib3 itself does
        with _cut_after(self):
            return super().getresponse()


class _HttpPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _HttpConnection


class _HttpsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _HttpsConnection


BOUNDED_POOLS: Final = {"http": _HttpPool, "https": _HttpsPool}
"""Pools for urllib3's manager whose answers must begin, headers and all, within the read timeout."""
