"""The whole stack over one folder, as processes that can be killed: web processes, worker, ledger, IPFS node."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import RowMapping

from loyalty.adapters.sql_database import Database
from mint.database import HouseDatabase
from mint.localnet.lock import holder
from mint.localnet.start import ensure_localnet
from tests.engines import engine
from tests.integration.crash_support import ROOT, CrashHouse, clean_environment
from verifier.adapters.sql_places import house_place
from web.jobs.heart import FILE_NAME
from web.points.earning import RewardLaterError
from web.serving.launch import claim_port

MANY = 64
_START_S = 180.0
_PAUSE_S = 0.01


def wait_for(condition: Callable[[], object], timeout_s: float = _START_S) -> bool:
    """Wait until something is so; False when it is not in time."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(_PAUSE_S)
    return False


class Stack:
    """A founded house with pieces, and `assay serve` over it."""

    def __init__(self, folder: Path, environ: dict[str, str] | None = None, database_url: str = "") -> None:
        self.port = claim_port("127.0.0.1", 0)
        self.host = f"127.0.0.1:{self.port}"
        self.house = ServerHouse(folder, {"ASSAY_DATABASE": database_url}) if database_url else CrashHouse(folder)
        self.data = self.house.data
        self.database_url = database_url or f"sqlite:///{self.data / 'site.sqlite3'}"
        environ = (environ or {}) | ({"ASSAY_DATABASE": database_url} if database_url else {})
        self._environ = clean_environment() | {"ASSAY_PROXIES": "1"} | environ
        self._opened: Database | None = None
        self._log = (folder / "serve.log").open("w")
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self.restarts = 0
        """How often the whole server had to be started again."""

    def found(self, count: int) -> None:
        """Found the house, register `count` pieces and let a boutique sell all but the last."""
        words = ("--brand", "Maison Éclat", "--host", self.host, "--gtin-prefix", "09521321")
        self._must("mint", "init", *words)
        self._must("mint", "actor", "add", "shop", "--role", "boutique")
        self.house.register(self.house.write_pieces("PIECE", count))
        sales = [
            {"piece": f"PIECE-{number}", "kind": "sold", "at": "2026-01-06T10:00:00+01:00"}
            for number in range(count - 1)
        ]
        path = self.data.parent / "sales.json"
        path.write_text(json.dumps(sales))
        self._must("mint", "step", path)

    def _must(self, *words: object) -> None:
        ended = self.house.run(*words)
        assert ended.code == 0, ended

    def start(self) -> None:
        """Serve, and wait until the site answers and the worker lives.

        A server that ends is started again, as by the unit of deploy/systemd: granian ends by itself when one of its
        processes dies twice within six seconds.
        """
        self._serve()
        assert wait_for(lambda: self.answers("/ready")), f"the site does not start: {self.said()}"
        assert wait_for(self.worker), f"the worker does not start: {self.said()}"
        threading.Thread(target=self._supervise, daemon=True).start()

    def _serve(self) -> None:
        command = [sys.executable, "-m", "verifier.cli.main", "serve", "--data", str(self.data)]
        command += ["--port", str(self.port), "--workers", "2"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=self._environ, stdout=self._log, stderr=self._log, stdin=subprocess.DEVNULL
        )

    def _supervise(self) -> None:
        while not self._stopping.wait(0.2):
            if self._process is not None and self._process.poll() is not None:
                self.restarts += 1
                self._stopping.wait(1)
                if not self._stopping.is_set():
                    self._serve()

    def stop(self) -> None:
        """End everything, the ledger too."""
        self._stopping.set()
        try:
            if self._process is not None:
                self._process.terminate()
                self._process.wait(_START_S)
        finally:
            self.house.stop()
            if self._opened is not None:
                self._opened.close()
            self._log.close()

    def answers(self, path: str = "/health") -> bool:
        """Whether the site says 200."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def said(self) -> str:
        """Give what there is to look at when it does not come back."""
        logs = (Path(self._log.name), self.house.ledger / "localnet.log", self.house.ledger / "localnet.json")
        tails = (path.read_text("utf-8", "replace")[-3_000:] for path in logs if path.exists())
        return f"web {self.web_workers()}, worker {self.worker()}, ledger {self.ledger()}\n" + "\n".join(tails)

    # ---- who runs

    def worker(self) -> int:
        """Give the worker's process id; 0 for none that lives."""
        with contextlib.suppress(OSError, ValueError):
            pid = int((self.data / "jobs" / FILE_NAME).read_text())
            return pid if is_alive(pid) else 0
        return 0

    def web_workers(self) -> list[int]:
        """Give the processes that answer requests: the server's children, but for the companion."""
        assert self._process is not None
        return [pid for pid in children(self._process.pid) if not children(pid) and pid != self.worker()]

    def ledger(self) -> int:
        """Give the ledger's process id; 0 for none."""
        return holder(self.house.ledger) or 0

    def ledger_returns(self) -> None:
        """Start the ledger when nobody did."""
        ensure_localnet(self.house.ledger, start_timeout_s=_START_S)

    # ---- what is under way

    def database(self) -> Database:
        """Give the site's database, as the site opens it."""
        if self._opened is None:
            self._opened = Database.open(self.database_url)
        return self._opened

    def rows(self, sql: str) -> Sequence[RowMapping]:
        """Ask the site's database."""
        with self.database().reading() as connection:
            return connection.exec_driver_sql(sql).mappings().all()

    def running_jobs(self) -> list[str]:
        """Name the kinds of jobs that the worker is at."""
        return [row["kind"] for row in self.rows("SELECT kind FROM job WHERE state = 'running'")]

    def open_jobs(self) -> int:
        """Count jobs that are asked for and not ended; a reward that waits for another day is left out."""
        rows = self.rows("SELECT note FROM job WHERE state IN ('waiting', 'running')")
        return sum(row["note"] != RewardLaterError.__name__ for row in rows)

    def open_intents(self) -> list[str]:
        """Give the states of transactions under way."""
        return [
            row["state"]
            for row in self.house.rows("SELECT state FROM intent WHERE state NOT IN ('confirmed', 'failed')")
        ]

    # ---- a disk that is full

    @contextlib.contextmanager
    def full_disk(self, pids: list[int]) -> Iterator[None]:
        """Let no file of these processes grow: as a full disk, and for them alone."""
        unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        for pid in pids:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (4_096, resource.RLIM_INFINITY))
        try:
            yield
        finally:
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    resource.prlimit(pid, resource.RLIMIT_FSIZE, unlimited)


class ServerHouse(CrashHouse):
    """A house whose book is on a PostgreSQL server."""

    def __init__(self, folder: Path, environ: dict[str, str]) -> None:
        super().__init__(folder, environ)
        self._variables = environ

    def rows(self, sql: str) -> list[Any]:
        """Ask the house's book on its server."""
        if not (self.data / "house.json").exists():
            return []
        database = HouseDatabase(house_place(self.data, self._variables))
        try:
            return database.rows(sql)
        finally:
            database.close()


class Kubo:
    """One IPFS node, offline, on ports of its own; it can be killed and comes back."""

    def __init__(self, program: Path, folder: Path) -> None:
        self._program, self._folder = program, folder
        self._environ = os.environ | {"IPFS_PATH": str(folder), "IPFS_TELEMETRY": "off"}
        self._process: subprocess.Popen[bytes] | None = None
        self._run("init", "--profile", "test")
        self.api = f"http://127.0.0.1:{self._port('API')}"
        self._port("Gateway")
        self._run("config", "--json", "Addresses.Swarm", "[]")

    def _port(self, name: str) -> int:
        port = claim_port("127.0.0.1", 0)
        self._run("config", f"Addresses.{name}", f"/ip4/127.0.0.1/tcp/{port}")
        return port

    def _run(self, *words: str) -> None:
        subprocess.run([self._program, *words], env=self._environ, check=True, capture_output=True)

    def start(self) -> None:
        """Start it and wait until it answers."""
        (self._folder / "repo.lock").unlink(missing_ok=True)
        self._process = subprocess.Popen(
            [self._program, "daemon", "--offline"],
            env=self._environ,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        assert wait_for(self._answers), "the IPFS node does not start"

    def kill(self) -> None:
        """End it at once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(_START_S)

    def _answers(self) -> bool:
        host = self.api.removeprefix("http://")
        connection = http.client.HTTPConnection(host, timeout=5)
        try:
            connection.request("POST", "/api/v0/version")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def kubo_program() -> Path | None:
    """Find Kubo where the suites find it; None where there is none."""
    named = os.environ.get("ASSAY_IPFS")
    if named:
        return Path(named)
    from tools.get_engines import engine_path

    built = engine_path("ipfs")
    if built.exists():
        return built
    found = shutil.which("ipfs")
    return Path(found) if found else None


def postgres_program() -> Path | None:
    """Find PostgreSQL's server where the suites find it; None where there is none."""
    try:
        return engine("initdb")
    except pytest.skip.Exception:
        return None


def children(pid: int) -> list[int]:
    """Give the processes whose parent is `pid`."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += map(int, task.read_text().split())
    return found


def is_alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def kill(pid: int) -> None:
    """End a process at once: nothing is flushed, closed or rolled back."""
    os.kill(pid, signal.SIGKILL)


__all__ = ["Kubo", "Stack", "children", "is_alive", "kill", "kubo_program", "postgres_program", "wait_for"]
