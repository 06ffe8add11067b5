"""A real PostgreSQL of our own: one cluster in a temporary folder, on a socket file, as long as a test run lasts."""

from __future__ import annotations

import atexit
import functools
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import psycopg

from tests.engines import engine

_USER = "assay"
_TEMPLATE = "template1"
# Nothing here outlives the run, so nothing waits for a disk.
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "shared_buffers=32MB")
_SMALL = ("max_connections=80", "listen_addresses=", "max_wal_size=256MB", "min_wal_size=32MB", "wal_level=minimal")
_MORE = ("max_wal_senders=0", "logging_collector=off", "log_min_messages=panic")
# Words are sorted as people do, not by their bytes: as on most servers.
_CLUSTER = ("-A", "trust", "-E", "UTF8", "--no-sync", "--locale-provider=icu", "--icu-locale=en", "--locale=C.UTF-8")
_DURABLE = ("fsync=on", "synchronous_commit=on", "full_page_writes=on")


def _server_account() -> dict[str, object]:
    """Say as whom the server runs: it refuses to be root."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    account = names.get("postgres") or names["nobody"]
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


class Postgres:
    """One cluster. Databases are copied from one another; clients come by the socket file alone."""

    def __init__(self, *, durable: bool = False) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="assay-pg-"))
        self._account = _server_account()
        if self._account:
            os.chown(self.folder, self._account["user"], self._account["group"])
        self._options = (*_FAST, *_SMALL, *_MORE, *(_DURABLE if durable else ()))
        self._data = self.folder / "data"
        subprocess.run(
            [str(engine("initdb")), "-D", str(self._data), "-U", _USER, *_CLUSTER],
            check=True,
            capture_output=True,
            cwd=self.folder,
            **self._account,
        )
        self._server: subprocess.Popen | None = None
        self.start()

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        options = [part for option in self._options for part in ("-c", option)]
        with (self.folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [str(engine("postgres")), "-D", str(self._data), "-k", str(self.folder), *options],
                stdout=subprocess.DEVNULL,
                stderr=log,
                cwd=self.folder,
                **self._account,
            )
        pg_isready = [str(engine("pg_isready")), "-h", str(self.folder), "-q", "-t", "1"]
        for _ in range(600):
            if subprocess.run(pg_isready).returncode == 0:
                return
            if self._server.poll() is not None:
                break
            try:
                self._server.wait(0.05)
            except subprocess.TimeoutExpired:
                continue
        raise RuntimeError((self.folder / "log").read_text())

    def stop(self) -> None:
        """End the server at once: clients are cut off, what was committed is kept."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """End the server as a power cut would: it recovers from its log when it starts again."""
        self._end(signal.SIGQUIT)

    def close(self) -> None:
        """End the server and remove everything."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str, **options: str) -> str:
        """Name a database of the cluster, as $ASSAY_DATABASE would."""
        more = "".join(f"&{name}={value}" for name, value in options.items())
        return f"postgresql+psycopg://{_USER}@/{database}?host={self.folder}{more}"

    def new_database(self, template: str = _TEMPLATE, name: str = "") -> str:
        """Make a database, as a copy of another; gives its name."""
        name = name or f"t{secrets.token_hex(6)}"
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected."""
        self.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def execute(self, statement: str, database: str = "postgres") -> list[tuple]:
        """Run one statement by a connection of its own."""
        with psycopg.connect(f"host={self.folder} user={_USER} dbname={database}", autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def _end(self, how: signal.Signals) -> None:
        if self._server is not None and self._server.poll() is None:
            self._server.send_signal(how)
            self._server.wait(30)


@functools.cache
def shared_postgres() -> Postgres:
    """Give the cluster that all tests of this process share, started by the first."""
    server = Postgres()
    atexit.register(server.close)
    return server
