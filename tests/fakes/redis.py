"""A real Redis of our own, on a socket file, that keeps nothing on disk."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

import redis

from tests.engines import engine


class RedisServer:
    """One server, for as long as it is needed."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="assay-redis-"))
        self._server: subprocess.Popen | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"unix://{self.folder}/socket"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = ["--port", "0", "--unixsocket", f"{self.folder}/socket", "--save", "", "--appendonly", "no"]
        self._server = subprocess.Popen(
            [str(engine("redis-server")), *options, "--dir", str(self.folder)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(600):
            try:
                with self.client() as client:
                    client.ping()
            except redis.ConnectionError:
                try:
                    self._server.wait(0.05)
                except subprocess.TimeoutExpired:
                    continue
            else:
                return
        raise RuntimeError("redis-server does not start")

    def client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url)

    def stop(self) -> None:
        """End it at once; what it counted is gone."""
        if self._server is not None and self._server.poll() is None:
            self._server.kill()
            self._server.wait(30)

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
