"""A fake site behind a real server: `python -m tests.fakes.served_site SERVER PORT WORKERS FOLDER`.

Beside the site's routes it has a few that show what a server does with an answer that waits, breaks off or looks at
what it was given.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from flask import Flask, Response, jsonify, request

from loyalty.adapters.sql_database import Database
from tests.fakes.site import some_site
from verifier.answers import Answer
from web.access import public
from web.app import create_app
from web.csrf import csrf_exempt
from web.serving.launch import SERVERS
from web.serving.process import Listening
from web.sessions import current_person
from web.settings import Server
from web.store.people import Person
from web.structured_log import configure_log

DATABASE = "site.sqlite3"
BEGUN, GO = "begun", "go"
PARTS = 3


def load(port: int, folder: Path) -> Flask:
    """Build the site of one worker, over the database that all of them share."""
    configure_log("debug")
    site = some_site(Answer.VERIFIED, f"127.0.0.1:{port}")
    app = create_app(site.parts(database=Database.open(f"sqlite:///{folder / DATABASE}")))

    def environ() -> Response:
        return jsonify({name: str(value) for name, value in request.environ.items() if name.isupper()})

    def blocked() -> str:
        (folder / BEGUN).touch()
        while not (folder / GO).exists():
            time.sleep(0.01)
        return "answered"

    def broken() -> Response:
        def parts() -> Iterator[bytes]:
            for number in range(PARTS):
                yield b"%d" % number * 70_000
            raise RuntimeError("the rest is lost")

        return Response(parts(), mimetype="application/octet-stream")

    def length() -> Response:
        return jsonify(len(request.get_data()))

    def who() -> Response:
        person: Person | None = current_person()
        return jsonify(process=os.getpid(), person=person.name if person else None)

    for view in (environ, blocked, broken, length, who):
        name = view.__name__
        app.add_url_rule(f"/probe/{name}", name, public(csrf_exempt(view)), methods=["GET", "POST"])
    return app


def main(server: str, port: str, workers: str, folder: str) -> None:
    """Serve until ended."""
    configure_log("debug")
    listening = Listening("127.0.0.1", int(port), int(workers), threads=2)
    SERVERS[Server(server)](partial(load, int(port), Path(folder)), listening)


if __name__ == "__main__":
    main(*sys.argv[1:])
