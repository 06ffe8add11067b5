"""A server that is told to stop is not ready first, still answers, and then ends; its figures are those of all."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys

import pytest

from mint.adapters.sql_blocks import SqlBlocks
from tests.fakes.site import some_site
from tests.integration.server_support import wait_until
from verifier.trust import trust_json
from web.serving.draining import ServingFolder

pytestmark = pytest.mark.process


@pytest.fixture
def house(tmp_path):
    """A brand's folder with a trust file and an empty store."""
    (tmp_path / "trust.json").write_text(trust_json(some_site().world.trust), "utf-8")
    SqlBlocks(tmp_path / "blocks.sqlite3").close()
    return tmp_path


def ask(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


@pytest.mark.parametrize("server", ["granian", "gunicorn"])
def test_a_server_that_is_told_to_stop_is_not_ready_first(house, server):
    """SIGTERM: `/health/ready` says draining while everything is answered; told once more it ends at once, with 0."""
    line = [sys.executable, "-m", "verifier.cli.main", "serve", "--data", str(house), "--port", "0"]
    line += ["--server", server, "--workers", "2", "--no-worker"]
    environ = os.environ | {"ASSAY_NODE": "http://127.0.0.1:9", "ASSAY_DRAIN_S": "300"}
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environ) as process:
        try:
            port = int(process.stdout.readline().rstrip("/\n").rpartition(":")[2])
            before = json.loads(ask(port, "/health/ready")[1])["status"]
            # A request is counted when its answer is on its way, by whichever process gave it.
            wait_until(lambda: 'route="/health/ready"' in ask(port, "/metrics")[1], process)
            figures = ask(port, "/metrics")
            process.send_signal(signal.SIGTERM)
            wait_until(lambda: "draining" in ask(port, "/health/ready")[1], process)
            status, alive = ask(port, "/ready")[0], ask(port, "/health")[0]
            process.send_signal(signal.SIGTERM)
            code = process.wait(30)
        finally:
            process.kill()

    assert before == "unavailable"
    assert figures[0] == 200
    assert 'route="/health/ready"' in figures[1]
    assert (status, alive) == (503, 200)
    assert code == 0
    assert list((house / "serving").iterdir()) == []


FORKED = """
import os, signal, sys
from web.serving.draining import in_this_process
handler = in_this_process(lambda signum, frame: print("drains", flush=True))
signal.signal(signal.SIGTERM, handler)
child = os.fork()
if child == 0:
    os.kill(os.getpid(), signal.SIGTERM)
    os._exit(0)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
os.kill(os.getpid(), signal.SIGTERM)
"""


def test_a_process_that_has_just_been_forked_does_not_drain_for_its_parent():
    """A worker that is starting has its server's handler for a moment: told to stop, it ends, and nobody waits."""
    done = subprocess.run([sys.executable, "-c", FORKED], capture_output=True, text=True, timeout=30, check=False)

    assert (done.stdout, done.returncode) == (f"{-signal.SIGTERM}\ndrains\n", 0)


def test_what_a_dead_server_left_is_forgotten(tmp_path):
    """A folder of a process that is gone goes; one of a process that lives stays, and so does what is not ours."""
    for name in ("999999999", str(os.getpid()), "kept"):
        (tmp_path / name).mkdir()
    parent = ServingFolder(tmp_path, os.getppid())
    parent.make()

    assert {path.name for path in tmp_path.iterdir()} == {str(os.getpid()), str(os.getppid()), "kept"}
    assert not parent.is_draining()
