"""HTTP on loopback: one thread a connection, kept alive, bounded in number, size and time."""

from __future__ import annotations

import logging
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final, TypeAlias

from mint.localnet.limits import BODY_MAX_BYTES, CONNECTIONS_MAX, IDLE_MAX_S
from mint.localnet.rpc import Dispatcher

_LOG = logging.getLogger(__name__)
_HOST: Final = "127.0.0.1"
_Request: TypeAlias = socket.socket | tuple[bytes, socket.socket]
_NAMES: Final = frozenset({"127.0.0.1", "localhost"})


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server_version = "assay-localnet"
    sys_version = ""
    timeout = IDLE_MAX_S
    disable_nagle_algorithm = True
    wbufsize = -1
    server: RpcServer

    def do_POST(self) -> None:
        """Answer one body."""
        length = self.headers.get("Content-Length", "")
        if self.headers.get("Host", "").rsplit(":", 1)[0].lower() not in _NAMES:
            # A web page whose name was rebound to this address carries its own name here.
            self._refuse(403, "the Host header must be 127.0.0.1 or localhost")
        elif self.headers.get_content_type() != "application/json":
            self._refuse(415, "send application/json")
        elif not (length.isascii() and length.isdigit()):
            self._refuse(411, "send a Content-Length")
        elif len(length) > 12 or int(length) > BODY_MAX_BYTES:
            self._refuse(413, f"a body has at most {BODY_MAX_BYTES} bytes")
        else:
            body = self.rfile.read(int(length))
            if len(body) == int(length):
                self._send(200, "application/json", self.server.dispatcher.answer(body))

    def _refuse(self, status: int, reason: str) -> None:
        self.close_connection = True  # its body is unread
        self._send(status, "text/plain; charset=utf-8", f"{reason}\n".encode())

    def _send(self, status: int, content_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Keep requests out of the log."""


class RpcServer(ThreadingHTTPServer):
    """Listens on 127.0.0.1; `port` 0 takes a free one."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, dispatcher: Dispatcher, port: int) -> None:
        self.dispatcher = dispatcher
        self._places = threading.BoundedSemaphore(CONNECTIONS_MAX)
        super().__init__((_HOST, port), _Handler)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{_HOST}:{self.server_address[1]}"

    def process_request(self, request: _Request, client_address: object) -> None:
        """Serve a connection in its own thread, or close it at once when all places are taken."""
        if not self._places.acquire(blocking=False):
            _LOG.warning("refused a connection: %s are open", CONNECTIONS_MAX)
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: _Request, client_address: object) -> None:
        """Serve a connection to its end."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002
        """Note a connection that broke; clients come and go."""
        _LOG.debug("a connection broke", exc_info=True)
