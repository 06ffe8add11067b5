"""One application behind the site's own server, in a process of its own: `python -m tests.bench.page_server NAME`.

`ours` is the whole site; `bare` is a Flask page of the same size with one SQLite read, and nothing else.
"""

from __future__ import annotations

import dataclasses
import os
import sqlite3
import sys
import threading
from pathlib import Path

from flask import Flask

from tests.fakes.limits import roomy_limits
from web.app import create_app
from web.serving.launch import SERVERS
from web.serving.process import Listening
from web.settings import Server, read_settings
from web.structured_log import configure_log
from web.wiring import wire

THREADS = 4


def ours() -> Flask:
    """Build the site as it is served, but for rate limits: the bench comes from one network."""
    settings = read_settings(os.environ)
    configure_log(settings.log_level)
    return create_app(dataclasses.replace(wire(settings), limits=roomy_limits()))


def bare() -> Flask:
    """Build the peer: what a Flask page costs that knows nothing."""
    folder = Path(os.environ["BENCH_FOLDER"])
    page = (folder / "page.html").read_text()
    open_here = threading.local()
    app = Flask("bare")

    @app.get("/01/<path:_label>")
    def piece(_label: str) -> str:
        connection = getattr(open_here, "connection", None)
        if connection is None:
            connection = open_here.connection = sqlite3.connect(folder / "bare.sqlite3")
        (name,) = connection.execute("SELECT name FROM piece WHERE id = 1").fetchone()
        return page.replace("{name}", name)

    return app


def make_bare_database(folder: Path) -> None:
    """Make the peer's database, in the same mode as ours."""
    connection = sqlite3.connect(folder / "bare.sqlite3", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE piece (id INTEGER PRIMARY KEY, name TEXT NOT NULL)")
    connection.execute("INSERT INTO piece VALUES (1, 'Aurore 25')")
    connection.close()


if __name__ == "__main__":
    _, name, server, port = sys.argv
    SERVERS[Server(server)]({"ours": ours, "bare": bare}[name], Listening("127.0.0.1", int(port), 1, THREADS))
