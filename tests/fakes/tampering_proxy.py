"""A reverse proxy that lies: between a reader and a real gateway or node, on a loopback port."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import urllib3


class Tampering(Enum):
    """What the proxy does to an answer's body."""

    NONE = auto()
    CUT = auto()
    """Announces all of it, sends half, hangs up."""
    CUT_CHUNKED = auto()
    """Sends half of it as a whole chunked body: nothing in HTTP tells."""
    FLIP = auto()
    """Changes one bit."""
    SWAP = auto()
    """Gives the body of the answer before, which was right for another name."""
    SWELL = auto()
    """Sends far more than a block may have."""


class TamperingProxy:
    """Where it listens, what it does, and the target behind it, which may be changed."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.tampering = Tampering.NONE
        self.url = ""
        self.last = b"nothing was here before"

    def tampered(self, body: bytes) -> bytes:
        """Give the body as it is sent."""
        before, self.last = self.last, body
        if self.tampering is Tampering.FLIP:
            return body[:-1] + bytes([body[-1] ^ 1]) if body else b"x"
        if self.tampering is Tampering.CUT_CHUNKED:
            return body[: len(body) // 2]
        if self.tampering is Tampering.SWAP:
            return before
        if self.tampering is Tampering.SWELL:
            return body + b"\0" * 8_000_000
        return body


@contextmanager
def tampering_proxy(target: str) -> Iterator[TamperingProxy]:
    """Run a proxy in front of a base URL."""
    proxy = TamperingProxy(target)
    pool = urllib3.PoolManager(retries=False)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, *args) -> None:
            """Keep quiet."""

        def do_GET(self) -> None:
            self._forward("GET")

        def do_POST(self) -> None:
            self._forward("POST")

        def _forward(self, method: str) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            headers = {"Accept": self.headers.get("Accept", "*/*")}
            answer = pool.request(method, proxy.target + self.path, body=sent, headers=headers)
            body = proxy.tampered(answer.data) if answer.status == 200 else answer.data
            self.send_response(answer.status)
            try:
                self._send(body)
            except OSError:
                self.close_connection = True  # the reader had enough

        def _send(self, body: bytes) -> None:
            if proxy.tampering is Tampering.CUT_CHUNKED:
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                self.wfile.write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n")
                return
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if proxy.tampering is Tampering.CUT:
                body = body[: len(body) // 2]
                self.close_connection = True
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    proxy.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        pool.clear()
