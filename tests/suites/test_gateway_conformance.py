"""Our gateway, case by case of the specification, over real HTTP."""

from __future__ import annotations

import threading

import pytest
from flask import Flask
from werkzeug.serving import make_server

from tests.fakes.store import MemoryStore
from tests.suites.gateway_conformance import CASES, Client, faults
from tests.suites.gateway_world import gateway_world
from web.gateway.blueprint import make_gateway_blueprint


@pytest.fixture(scope="module")
def gateway():
    world = gateway_world()
    app = Flask(__name__)
    app.register_blueprint(make_gateway_blueprint(MemoryStore(world.blocks.items())))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    client = Client(f"http://127.0.0.1:{server.server_port}", world)
    yield client
    client.close()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_our_gateway_conforms(gateway, case):
    """MUSTs and SHOULDs alike: ours leaves none out."""
    assert faults(gateway, case) == []


def test_etags_are_strong_and_tell_every_answer_apart(gateway):
    """Two answers of one Etag are byte for byte the same."""
    known: dict[str, tuple[bytes, str]] = {}
    for case in CASES:
        answered = gateway.ask(case)
        if case.method == "GET" and answered.status == 200 and (etag := answered.headers.get("Etag")):
            seen = known.setdefault(etag, (answered.body, case.id))
            assert not etag.startswith("W/")
            assert seen[0] == answered.body, f"{seen[1]} and {case.id} share {etag}"


def test_what_was_given_is_not_sent_again(gateway):
    """Each answer's own Etag, sent back, gets 304."""
    for case in CASES:
        first = gateway.ask(case)
        if first.status == 200 and "If-None-Match" not in case.headers:
            again = gateway.ask(case, **{"If-None-Match": first.headers["Etag"]})
            assert (304, b"", first.headers["Etag"]) == (again.status, again.body, again.headers["Etag"]), case.id
