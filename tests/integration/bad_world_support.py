"""A real house with a sold piece, and liars to put between it and whoever verifies."""

from __future__ import annotations

import json
import socket
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from mint.localnet.start import ensure_localnet
from tests.integration.crash_support import INIT, CrashHouse, Ended
from verifier.adapters.sql_store import SqlStore
from web.app import create_app
from web.demo.frauds import gateway, serving
from web.settings import read_settings
from web.wiring import wire

HOST = "id.maison.example"
Lie = Callable[[str, list[Any], Any], Any]
"""Takes method, parameters and the true result; gives what is told."""


@dataclass
class RealWorld:
    """A house with one piece, sold; its node and an honest gateway."""

    house: CrashHouse
    label: str
    node: str
    gateway: str

    @property
    def trust(self) -> Path:
        return self.house.data / "trust.json"

    @property
    def invented(self) -> str:
        """A label in the right form that nobody issued: its check character holds."""
        return self.label.rpartition("/")[0] + "/" + "0" * 20

    def verify(self, subject: object, *options: object, node: str | None = None, gateway: str | None = None) -> Ended:
        """Verify on the command line, as a stranger with the trust file."""
        where = ("--trust", self.trust, "--node", node or self.node, "--gateway", gateway or self.gateway)
        return self.house.assay("verify", subject, *where, *options)

    def visit(self, label: str, folder: Path, node: str) -> Any:
        """Open a label's own page on a site that asks `node` and has an index of its own in `folder`."""
        folder.mkdir(exist_ok=True)
        if not (folder / "blocks.sqlite3").exists():
            (folder / "blocks.sqlite3").symlink_to(self.house.data / "blocks.sqlite3")
        settings = read_settings({"ASSAY_TRUST": str(self.trust), "ASSAY_NODE": node}, data=folder)
        client: FlaskClient = create_app(wire(settings)).test_client()
        return client.get("/" + label.split("/", 3)[3], headers={"Host": HOST, "Accept": "application/json"})


@contextmanager
def real_world(folder: Path) -> Iterator[RealWorld]:
    """Found a house, register a piece, sell it, print its label, serve its documents."""
    house = CrashHouse(folder)
    try:
        assert house.run(*INIT).code == 0
        house.register(house.write_pieces("BAG", 1))
        assert house.run("mint", "actor", "add", "paris", "--role", "boutique").code == 0
        assert house.run("mint", "step", "BAG-0", "sold", "--at", "2026-01-05T10:00:00+01:00").code == 0
        printed = house.run("mint", "label", "BAG-0", "--text", "--json", "--out", folder / "labels")
        node = ensure_localnet(house.ledger).url
        with serving(gateway(SqlStore(house.data / "blocks.sqlite3"))) as url:
            yield RealWorld(house, json.loads(printed.out)[0]["text"], node, url)
    finally:
        house.stop()


@contextmanager
def lying(node: str, lie: Lie) -> Iterator[str]:
    """Serve a node that asks the true one and changes what it says."""

    def app(environ: Any, start: Any) -> list[bytes]:
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        asked = json.loads(body)
        request = urllib.request.Request(node, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as response:
            answer = json.load(response)
        calls = {call["id"]: call for call in (asked if isinstance(asked, list) else [asked])}
        for one in answer if isinstance(answer, list) else [answer]:
            call = calls[one["id"]]
            if "result" in one:
                one["result"] = lie(call["method"], call["params"], one["result"])
        reply = json.dumps(answer).encode()
        start("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(reply)))])
        return [reply]

    with serving(app) as url:
        yield url


@contextmanager
def answering(begin: bytes, drip: bytes = b"") -> Iterator[str]:
    """Serve whoever connects with `begin`, then one `drip` after the other as long as he listens; or keep him waiting.

    Without a drip the connection is closed after `begin`; with neither nothing is ever said.
    """
    server, over = socket.create_server(("127.0.0.1", 0)), threading.Event()

    def talk(connection: socket.socket) -> None:
        with connection:
            try:
                connection.recv(65_536)
                connection.sendall(begin)
                while drip and not over.wait(0.05):
                    connection.sendall(drip)
                if not begin:
                    over.wait()
            except OSError:
                return

    def accept() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            threads.append(threading.Thread(target=talk, args=(connection,)))
            threads[-1].start()

    threads = [threading.Thread(target=accept)]
    threads[0].start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
    finally:
        over.set()
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        for thread in threads:
            thread.join()
