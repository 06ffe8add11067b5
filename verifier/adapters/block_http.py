"""One bounded HTTP request for one block: bounded in bytes, in seconds, and to the host it was meant for."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from socket import SHUT_RDWR
from typing import Final

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from provenance_schemas.content_id import ContentId
from verifier.errors import ContentUnavailableError

_PART_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds. Each wait has its own limit, and all of them together have one."""

    connect_s: float = 2.0
    read_s: float = 5.0
    total_s: float = 15.0


class _Cut:
    """Ends a request whose headers drip: each byte resets the socket's own timeout, never this one."""

    sock: object
    headers_max_s: float = Timeouts().total_s

    @contextmanager
    def watched(self) -> Iterator[None]:
        timer = threading.Timer(self.headers_max_s, self._shut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _shut(self) -> None:
        shutdown = getattr(self.sock, "shutdown", None)
        if shutdown is not None:
            try:
                shutdown(SHUT_RDWR)
            except OSError:  # already gone, which is what we want
                return
