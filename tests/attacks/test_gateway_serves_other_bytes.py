"""A gateway serves other bytes: a better passport for a copy, a ruined one for a rival's piece.

The weaker rule parses what the gateway sends. Ours hashes it first, and what does not match was never sent: neither a
proof for the piece nor one against it.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from provenance_schemas.content_id import ContentId
from provenance_schemas.errors import ContentError, DocumentError
from provenance_schemas.passports import parse_passport
from tests.fakes.world import some_world
from verifier.adapters.gateway_store import GatewayStore
from verifier.policies import CLI, POLICIES
from verifier.verdict import Level


@contextmanager
def gateway(world, serve):
    """Serve the world's blocks over HTTP; `serve(cid, block)` may change any of them."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            cid = ContentId.parse(self.path.removeprefix("/ipfs/").partition("?")[0])
            block = world.store.blocks.get(cid.digest)
            body = serve(cid, block) if block is not None else None
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_):
            """Keep the test's output to itself."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    store = GatewayStore([f"http://127.0.0.1:{server.server_address[1]}"])
    try:
        yield store
    finally:
        store.close()
        server.shutdown()
        thread.join()
        server.server_close()


def parsed_unchecked(data):
    """The weaker rule: what is sent is read, and what cannot be read is a forgery."""
    try:
        return "genuine" if parse_passport(data) else None
    except (DocumentError, ContentError):
        return "forged"


def passport_block(world, item):
    own = b'"tokenId":"%d"' % item.token_id
    (block,) = [b for b in world.store.blocks.values() if own in b and b"assay/passport/1" in b]
    return block


def test_an_honest_gateway_gives_the_whole_verdict():
    world = some_world()
    with gateway(world, lambda _, block: block) as store:
        assert world.verify(world.bag_label, CLI, content=store).verdict.level is Level.VERIFIED


def test_a_better_passport_is_not_taken():
    """A true one of another piece, where the weaker rule sees a genuine passport."""
    world = some_world()
    own, other = passport_block(world, world.bag), passport_block(world, world.scarf)
    assert parsed_unchecked(other) == "genuine"

    with gateway(world, lambda _, block: other if block == own else block) as store:
        for policy in POLICIES.values():
            assert world.verify(world.bag_label, policy, content=store).verdict.level is Level.UNDETERMINED


@pytest.mark.parametrize("ruined", [b"", b"{}", b"\xff", b"<html>404</html>"])
def test_ruined_bytes_are_nothing_against_the_piece(ruined):
    """Where the weaker rule calls a genuine piece forged."""
    world = some_world()
    own = passport_block(world, world.bag)
    assert parsed_unchecked(ruined) == "forged"

    with gateway(world, lambda _, block: ruined if block == own else block) as store:
        for policy in POLICIES.values():
            assert world.verify(world.bag_label, policy, content=store).verdict.level is Level.UNDETERMINED


def test_a_gateway_that_ruins_everything_is_nothing_against_the_piece():
    """Directories and commitment files as well."""
    world = some_world()
    with gateway(world, lambda _, block: block[:-1] + b"?") as store:
        for policy in POLICIES.values():
            for subject in (world.bag_label, world.bag):
                assert world.verify(subject, policy, content=store).verdict.level is Level.UNDETERMINED
