"""Where attacks are mounted: a brand behind a real node, a real gateway and a trust file, asked by the command line.

Nothing here calls the verifier. Whoever verifies runs `assay verify`, which knows three things: a trust file, the
URL of a node and the URL of a gateway. Whoever attacks holds the node, the gateway, or what is printed on a label.
"""

from __future__ import annotations

import contextlib
import io
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory

from provenance_schemas.content_id import ContentId
from provenance_schemas.errors import ContentError
from provenance_schemas.ids import ItemId
from tests.fakes.documents import CONTRACT
from tests.fakes.registry import CODE_HASH, GENESIS_S, FakeRegistry
from tests.fakes.rpc_node import RpcNode, world_over_rpc
from tests.fakes.world import CHAIN_ID, BagWorld, World, furnish, some_world
from verifier.cli.main import main
from verifier.trust import trust_json
from verifier.verdict import Code, Level, Outcome

AGO_S = 60
"""The world's newest block is this old, so that some more may follow before they are ahead of the clock."""


@dataclass(frozen=True)
class Said:
    """What the command line said: the exit code, `verdict-1.json` on stdout, the talk on stderr."""

    exit_code: int
    out: str
    talk: str

    @property
    def verdict(self) -> dict:
        return json.loads(self.out)

    @property
    def level(self) -> Level:
        return Level(self.verdict["level"])

    def outcome(self, code: Code) -> Outcome:
        """Say what was found for one code."""
        return next(Outcome(f["outcome"]) for f in self.verdict["findings"] if f["code"] == code.value)


class Gateway:
    """A trustless gateway over a world's blocks. `lie(cid, block)` may change any answer; None withholds it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.lie: Callable[[ContentId, bytes | None], bytes | None] = lambda cid, block: block
        self.asked: list[str] = []
        self.url = ""

    def answer(self, path: str) -> bytes | None:
        """Give the bytes for a request's path; None: there are none."""
        self.asked.append(path)
        try:
            cid = ContentId.parse(path.removeprefix("/ipfs/").partition("?")[0])
        except ContentError:
            return None
        return self.lie(cid, self._world.store.blocks.get(cid.digest))


@dataclass
class Street:
    """Everything a stranger can reach."""

    world: World
    node: RpcNode
    gateway: Gateway
    folder: Path

    def run(self, *arguments: str) -> Said:
        """Run the command line as a stranger does; nothing of an earlier run is remembered."""
        out, talk = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(talk):
            code = main(list(arguments))
        return Said(code, out.getvalue(), talk.getvalue())

    def verify(self, subject: str | ItemId, *more: str) -> Said:
        """Verify a label's text, a token or a picture's path, asking this street's node and gateway."""
        trust = self.folder / "trust.json"
        trust.write_text(trust_json(self.world.trust), "utf-8")
        asked = ("--node", self.node.url, "--gateway", self.gateway.url, "--trust", str(trust))
        return self.run("verify", str(subject), "--json", *asked, *more)


def todays_genesis_s() -> int:
    """Say when a chain must begin for the newest block of a furnished world to be a minute old."""
    lasted_s = some_world().registry.time_s - GENESIS_S
    return int(time.time()) - AGO_S - lasted_s


def todays_world() -> BagWorld:
    """Build the brand as of now: the command line's clock is the real one."""
    return furnish(BagWorld(FakeRegistry(CHAIN_ID, CONTRACT, todays_genesis_s())))


@contextlib.contextmanager
def street(
    world: World | None = None, *, code_at: Callable[[int], bytes | None] = lambda number: CODE_HASH
) -> Iterator[Street]:
    """Open a street over a world of today."""
    world = world or todays_world()
    with (
        TemporaryDirectory() as folder,
        world_over_rpc(world, code_at=code_at) as (node, _),
        serving_blocks(Gateway(world)) as gateway,
    ):
        yield Street(world, node, gateway, Path(folder))


@contextlib.contextmanager
def serving_blocks(gateway: Gateway) -> Iterator[Gateway]:
    """Serve a gateway on an ephemeral port of loopback while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def do_GET(self) -> None:
            block = gateway.answer(self.path)
            self.send_response(404 if block is None else 200)
            self.send_header("Content-Type", "application/vnd.ipld.raw")
            self.send_header("Content-Length", str(len(block or b"")))
            self.end_headers()
            self.wfile.write(block or b"")

        def log_message(self, *_: object) -> None:
            """Keep the test's output to itself."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    gateway.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield gateway
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
