"""Servers in processes of their own, and a client that says exactly what it is told to."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.fakes.database import some_database
from tests.fakes.served_site import DATABASE
from tests.fakes.site import some_site
from verifier.answers import Answer
from web.serving.launch import claim_port

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT_S = 30
_START_TIMEOUT_S = 60
_POISON = {"HTTP_X_FORWARDED_FOR": "198.51.100.9", "HTTP_COOKIE": "assay=poison", "RAW_URI": "/health", "SECRET": "s"}
"""Variables of the process that a server must not take for a request's."""


@dataclass
class Served:
    """One server that answers."""

    process: subprocess.Popen
    port: int
    folder: Path
    log: IO[str]

    def __post_init__(self):
        self.site = some_site(Answer.VERIFIED, f"127.0.0.1:{self.port}")
        self.path = self.site.path

    def said(self) -> str:
        """Everything it wrote."""
        return Path(self.log.name).read_text("utf-8", "replace")

    def get(self, path, method="GET", body=None, **headers):
        """Ask once, on a connection of its own."""
        with self.connection() as connection:
            return ask(connection, path, method, body, **headers)

    @contextlib.contextmanager
    def connection(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_S)
        try:
            yield connection
        finally:
            connection.close()

    def raw(self, content):
        """Send bytes as they are, and read until the other side ends the connection."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=TIMEOUT_S) as connection:
            answer = b""
            # A server that refuses a line may hang up before it has read the rest.
            with contextlib.suppress(ConnectionError):
                connection.sendall(content)
                while part := connection.recv(65_536):
                    answer += part
        return answer.decode("utf-8", "replace")


def ask(connection, path, method="GET", body=None, **headers):
    """Ask over a connection; the answer has its whole body in `content`."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body, names)
    response = connection.getresponse()
    response.content = response.read()
    return response


@contextlib.contextmanager
def serving(server: str, folder: Path, workers: int = 2):
    """Serve a fake site until the block ends."""
    some_database(folder / DATABASE).close()
    port = claim_port("127.0.0.1", 0)
    command = [sys.executable, "-m", "tests.fakes.served_site", server, str(port), str(workers), str(folder)]
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(command, cwd=ROOT, env=os.environ | _POISON, stdout=log, stderr=log) as process,
    ):
        try:
            served = Served(process, port, folder, log)
            wait_until(lambda: answers(served), process)
            yield served
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.wait(TIMEOUT_S)


def answers(served: Served) -> bool:
    """Whether anybody answers there."""
    try:
        return served.get("/health").status == http.HTTPStatus.OK
    except OSError:
        return False


def wait_until(condition, process) -> None:
    """Wait for something that a process will do."""
    deadline = time.monotonic() + _START_TIMEOUT_S
    while not condition():
        assert process.poll() is None, "the process has ended"
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
