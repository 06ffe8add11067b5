"""A node that speaks Kubo's RPC on a loopback port, well or badly as told.

What it copies from Kubo: POST only, multipart uploads, errors as {"Message", "Code", "Type"} with status 500,
NDJSON answers, chunked bodies with an `X-Stream-Error` trailer after a status of 200. Its gateway for raw blocks
answers on the same port.
"""

from __future__ import annotations

import email
import email.policy
import io
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from provenance_schemas.car import read_car
from provenance_schemas.content_id import DAG_PB, RAW, ContentId
from provenance_schemas.dag_walk import walk_dag
from provenance_schemas.errors import ContentError


class Fault(Enum):
    """How the node misbehaves."""

    NONE = auto()
    REFUSE = auto()
    """Answers 500 with an error object."""
    FORBID = auto()
    """Answers 403 with plain text, as a reverse proxy in front of it does."""
    HANG_UP = auto()
    """Closes the connection instead of answering."""
    CUT = auto()
    """Sends half an answer and an `X-Stream-Error` trailer, with status 200."""
    CUT_LENGTH = auto()
    """Announces a length, sends half of it, hangs up."""
    CORRUPT = auto()
    """Flips one bit of what it reads or keeps, and says nothing."""
    LOSE = auto()
    """Keeps the first half of an import, and counts it rightly."""
    TOO_LONG = auto()
    """Sends more than was asked for, without end in sight."""
    DRIP = auto()
    """Sends its headers one byte at a time, each within every socket timeout, then what was asked for."""
    TRICKLE = auto()
    """Sends the right body, for a second and a half, each part within every socket timeout."""
    REDIRECT = auto()
    """Sends the reader to another host."""


class KuboNode:
    """The node's state: its blocks by digest, its pins, its fault, and what it was asked."""

    def __init__(self) -> None:
        self.blocks: dict[bytes, bytes] = {}
        self.pins: set[str] = set()
        self.fault = Fault.NONE
        self.calls: list[str] = []
        self.connections = 0
        self.elsewhere = "http://127.0.0.2:9"
        """Where REDIRECT sends its readers."""
        self.url = ""

    def local(self, cid: ContentId) -> bytes:
        """Give a block or raise ContentError as the offline node words it."""
        try:
            return self.blocks[cid.digest]
        except KeyError:
            raise ContentError(f"block was not found locally (offline): ipld: could not find {cid}") from None


@contextmanager
def running_kubo() -> Iterator[KuboNode]:
    """Run a node on a free loopback port."""
    node = KuboNode()

    class Handler(_Handler):
        kubo = node

    server = _Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    node.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield node
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address) -> None:
        """Keep quiet about readers that hang up: some tests make them."""


class _Handler(BaseHTTPRequestHandler):
    kubo: KuboNode
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.kubo.connections += 1

    def log_message(self, *args) -> None:
        """Keep quiet."""

    def do_GET(self) -> None:
        self.query = {}
        self.kubo.calls.append(self.path)
        if not self.path.startswith("/ipfs/"):
            self._answer(405, b"405 - Method Not Allowed\n", "text/plain")
        elif not self._misbehaves():
            try:
                self._stream(self.kubo.local(ContentId.parse(urlsplit(self.path).path.removeprefix("/ipfs/"))))
            except ContentError as error:
                self._answer(404, f"{error}\n".encode(), "text/plain")

    def do_POST(self) -> None:
        parts = urlsplit(self.path)
        self.query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        body = self._read_body()
        self.kubo.calls.append(self.path)
        if self._misbehaves():
            return
        command = parts.path.removeprefix("/api/v0/")
        commands = {
            "block/get": self._block_get,
            "block/put": self._block_put,
            "dag/import": self._dag_import,
            "pin/add": self._pin_add,
        }
        if command not in commands:
            self._answer(404, b"404 page not found\n", "text/plain")
            return
        try:
            commands[command](body)
        except ContentError as error:
            self._fail(str(error))

    def _misbehaves(self) -> bool:
        """Act out the faults that come before any work."""
        fault = self.kubo.fault
        if fault is Fault.REFUSE:
            self._fail("context deadline exceeded")
        elif fault is Fault.FORBID:
            self._answer(403, b"403 - Forbidden\n", "text/plain")
        elif fault is Fault.HANG_UP:
            self.close_connection = True
        elif fault is Fault.REDIRECT:
            self.send_response(307)
            self.send_header("Location", self.kubo.elsewhere + self.path)
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif fault is Fault.DRIP:
            self._drip()
        else:
            return False
        return True

    def _drip(self) -> None:
        """Send headers for a second, then let the right answer follow: patience would be rewarded."""
        try:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nX-Slow: ")
            for _ in range(50):
                self.wfile.write(b"x")
                time.sleep(0.02)  # the fault itself: a byte now and then
            block = self.kubo.local(ContentId.parse(self.query.get("arg") or self.path[6:65]))
            self.wfile.write(b"\r\n\r\n" + block)
        except OSError:
            pass  # the reader hung up, as it should
        self.close_connection = True

    def _block_get(self, _body: bytes) -> None:
        self._stream(self.kubo.local(ContentId.parse(self.query["arg"])))

    def _block_put(self, body: bytes) -> None:
        block = self._damaged(self._upload(body))
        # An unknown cid-codec of a block without one is what Kubo's default of CIDv0 was: never ours.
        codec = {"raw": RAW, "dag-pb": DAG_PB}[self.query["cid-codec"]]
        cid = ContentId.of(block, codec)
        self.kubo.blocks[cid.digest] = block
        self._lines([{"Key": str(cid), "Size": len(block)}])

    def _dag_import(self, body: bytes) -> None:
        car = read_car(io.BytesIO(self._damaged(self._upload(body))))
        kept = list(car.blocks)
        if self.kubo.fault is Fault.LOSE:
            kept = kept[: len(kept) // 2]
        self.kubo.blocks |= {cid.digest: block for cid, block in kept}
        answers: list[dict] = []
        if self.query.get("pin-roots", "true") == "true":
            answers += [{"Root": {"Cid": {"/": str(root)}, "PinErrorMsg": ""}} for root in car.roots]
        if self.query.get("stats") == "true":
            sizes = sum(len(block) for _, block in kept)
            answers.append({"Stats": {"BlockCount": len(kept), "BlockBytesCount": sizes}})
        self._lines(answers)

    def _pin_add(self, _body: bytes) -> None:
        cid = ContentId.parse(self.query["arg"])
        for _ in walk_dag(cid, self.kubo.local):
            pass
        self.kubo.pins.add(str(cid))
        self._lines([{"Pins": [str(cid)]}])

    def _lines(self, answers: list[dict]) -> None:
        self._stream("".join(json.dumps(answer) + "\n" for answer in answers).encode(), "application/json")

    def _fail(self, message: str) -> None:
        body = json.dumps({"Message": message, "Code": 0, "Type": "error"}).encode() + b"\n"
        self._answer(500, body, "application/json")

    def _answer(self, status: int, body: bytes, content_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, body: bytes, content_type: str = "application/octet-stream") -> None:
        """Send a body as Kubo does: chunked, with the error, if any, in a trailer nobody reads."""
        fault = self.kubo.fault
        if fault is Fault.CUT_LENGTH:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2])
            self.close_connection = True
            return
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Transfer-Encoding", "chunked")
        self.send_header("Trailer", "X-Stream-Error")
        self.end_headers()
        if fault is Fault.CUT:
            body = body[: len(body) // 2]
        if fault is Fault.TOO_LONG:
            body += b"\0" * 3_000_000
        try:
            step = max(len(body) // 75, 1) if fault is Fault.TRICKLE else 4096
            for part in (body[at : at + step] for at in range(0, len(body), step)):
                if fault is Fault.TRICKLE:
                    time.sleep(0.02)  # the fault itself
                self.wfile.write(b"%x\r\n%b\r\n" % (len(part), self._damaged_answer(part)))
            trailer = b"X-Stream-Error: context canceled\r\n" if fault is Fault.CUT else b""
            self.wfile.write(b"0\r\n" + trailer + b"\r\n")
        except OSError:
            self.close_connection = True  # the reader had enough

    def _damaged(self, upload: bytes) -> bytes:
        if self.kubo.fault is not Fault.CORRUPT:
            return upload
        return upload[:-1] + bytes([upload[-1] ^ 1])

    def _damaged_answer(self, part: bytes) -> bytes:
        reading = self.path.startswith(("/api/v0/block/get", "/ipfs/"))
        return self._damaged(part) if reading else part

    def _upload(self, body: bytes) -> bytes:
        """Take the one file out of a multipart form."""
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        message = email.message_from_bytes(head + body, policy=email.policy.HTTP)
        (part,) = message.iter_parts()
        assert part.get_filename(), "Kubo takes a part for a file by its name"
        return part.get_payload(decode=True)

    def _read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", "0")))
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body
