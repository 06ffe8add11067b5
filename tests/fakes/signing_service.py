"""A signing service with a software key that speaks web3signer's eth1 API on a loopback port, well or badly as told.

What it copies: POST /api/v1/eth1/sign/<0x public key> with {"data": "0x..."} signs keccak256(data) and answers
0x r | s | v as plain text, 404 for a key it does not hold, 400 for a body it cannot read; /publicKeys and /upcheck.
"""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import coincurve

from mint.signatures import ORDER
from provenance_schemas.keccak import keccak256


class Fault(Enum):
    """How the service misbehaves."""

    NONE = auto()
    REFUSE = auto()
    """Answers 500."""
    FORBID = auto()
    """Answers 403: a policy in front of it does not let us sign this."""
    HANG_UP = auto()
    """Closes the connection instead of answering."""
    SILENT = auto()
    """Takes the request and says nothing until the test is over."""
    TOO_LONG = auto()
    """Sends more than any signature has."""
    NOT_HEX = auto()
    OTHER_KEY = auto()
    """Signs with another key."""
    OTHER_DIGEST = auto()
    """Signs the data without hashing it as we mean it: with the prefix of personal messages."""
    HASHED_TWICE = auto()
    HIGH_S = auto()
    """Gives the same signature's twin: valid on the curve, refused by chains."""
    SHORT = auto()
    """Leaves v out."""
    REDIRECT = auto()


class SigningService:
    """One key, one fault, and what it was asked to sign."""

    def __init__(self, key: bytes) -> None:
        self.key = coincurve.PrivateKey(key)
        self.fault = Fault.NONE
        self.token: str | None = None
        self.asked: list[bytes] = []
        self.url = ""
        self.over = threading.Event()

    @property
    def public_key(self) -> bytes:
        """The 64 bytes x | y."""
        return self.key.public_key.format(compressed=False)[1:]

    def sign(self, data: bytes) -> bytes:
        """Sign as its fault has it."""
        key, digest = self.key, keccak256(data)
        if self.fault is Fault.OTHER_KEY:
            key = coincurve.PrivateKey(bytes([7]) * 32)
        if self.fault is Fault.OTHER_DIGEST:
            digest = keccak256(b"\x19Ethereum Signed Message:\n" + str(len(data)).encode() + data)
        if self.fault is Fault.HASHED_TWICE:
            digest = keccak256(digest)
        raw = key.sign_recoverable(digest, hasher=None)
        signature = raw[:64] + bytes([27 + raw[64]])
        if self.fault is Fault.HIGH_S:
            s = ORDER - int.from_bytes(signature[32:64])
            signature = signature[:32] + s.to_bytes(32) + bytes([55 - signature[64]])
        return signature[:64] if self.fault is Fault.SHORT else signature


class _Handler(BaseHTTPRequestHandler):
    """Answers for the server's service."""

    server: _Server

    def log_message(self, *words: object) -> None:
        return

    def do_GET(self) -> None:
        if self.path == "/upcheck":
            self._answer(200, "OK")
        elif self.path == "/api/v1/eth1/publicKeys":
            self._answer(200, json.dumps(["0x" + self.server.service.public_key.hex()]))
        else:
            self._answer(404, "")

    def do_POST(self) -> None:
        service = self.server.service
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if service.token and self.headers["Authorization"] != f"Bearer {service.token}":
            self._answer(401, "")
            return
        if self.path != f"/api/v1/eth1/sign/0x{service.public_key.hex()}":
            self._answer(404, "Public Key not found")
            return
        try:
            data = bytes.fromhex(json.loads(body)["data"].removeprefix("0x"))
        except (ValueError, KeyError, TypeError):
            self._answer(400, "")
            return
        service.asked.append(data)
        self._as_told(service, data)

    def _as_told(self, service: SigningService, data: bytes) -> None:
        said = {
            Fault.REFUSE: (500, "no"),
            Fault.FORBID: (403, "no"),
            Fault.TOO_LONG: (200, "0x" + "00" * 4_000),
            Fault.NOT_HEX: (200, "<html>sign in</html>"),
        }
        if service.fault in (Fault.HANG_UP, Fault.SILENT):
            if service.fault is Fault.SILENT:
                service.over.wait(30)
            self.close_connection = True
        elif service.fault is Fault.REDIRECT:
            self.send_response(307)
            self.send_header("Location", "http://127.0.0.2:9/api")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif service.fault in said:
            self._answer(*said[service.fault])
        else:
            self._answer(200, "0x" + service.sign(data).hex())

    def _answer(self, status: int, text: str) -> None:
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


class _Server(ThreadingHTTPServer):
    def __init__(self, service: SigningService) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.service = service


@contextmanager
def running_service(key: bytes, tls: tuple[Path, Path] | None = None) -> Iterator[SigningService]:
    """Serve on a loopback port until the block ends; `tls` is certificate and key."""
    service = SigningService(key)
    server = _Server(service)
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    service.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield service
    finally:
        service.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
