"""A real Kubo node of the tests: its own repository, offline, on loopback ports of its choice."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, urlencode

import urllib3

from provenance_schemas.content_id import ContentId

START_MAX_S = 30
_READY = "Daemon is ready"


class RealKubo:
    """One repository, and the daemon over it while it runs."""

    def __init__(self, program: Path, folder: Path, *, as_advised: bool = True) -> None:
        self._program = program
        self._folder = folder
        self._daemon: subprocess.Popen[str] | None = None
        self.run("init", "--profile=unixfs-v1-2025,test", "--empty-repo")
        config = json.loads((folder / "config").read_text())
        if as_advised:  # as docs/content.md tells operators
            config["Datastore"]["Spec"]["mounts"][0]["sync"] = True
            config["Datastore"]["BlockKeyCacheSize"] = 0
        config["Routing"]["Type"] = "none"
        config["Gateway"] |= {"NoFetch": True, "DeserializedResponses": False}
        (folder / "config").write_text(json.dumps(config))

    @property
    def api(self) -> str:
        """The RPC's base URL."""
        return _url((self._folder / "api").read_text().strip())

    @property
    def gateway(self) -> str:
        """Its own gateway's base URL."""
        return (self._folder / "gateway").read_text().strip()

    def run(self, *arguments: str, stdin: bytes = b"") -> str:
        """Run one command of `ipfs` and give what it prints."""
        done = subprocess.run(
            [self._program, *arguments], input=stdin, capture_output=True, env=self._environment(), timeout=60
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode().strip()

    def start(self, api: str = "/ip4/127.0.0.1/tcp/0") -> None:
        """Start the daemon; `api` keeps the port when it is started again."""
        config = json.loads((self._folder / "config").read_text())
        config["Addresses"]["API"] = api
        (self._folder / "config").write_text(json.dumps(config))
        self._daemon = subprocess.Popen(
            [self._program, "daemon", "--offline"],
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self._daemon.stdout is not None
        said = []
        for line in self._daemon.stdout:
            said.append(line)
            if _READY in line:
                return
        raise AssertionError(f"the node does not start: {''.join(said)}")

    def ask(self, command: str, **arguments: str) -> bytes:
        """Ask the RPC."""
        url = f"{self.api}/api/v0/{command}?{urlencode(arguments)}"
        answer = urllib3.request("POST", url, retries=False)
        assert answer.status == 200, answer.data
        return answer.data

    def add(self, content: bytes | Mapping[str, object], **arguments: str) -> str:
        """Name a file or a directory tree by `ipfs add`, without keeping it."""
        url = f"{self.api}/api/v0/add?{urlencode({'only-hash': 'true', 'pin': 'false', **arguments})}"
        fields = [("file", (name, part, kind)) for name, part, kind in _parts("root", content)]
        answer = urllib3.request("POST", url, fields=fields, retries=False)
        assert answer.status == 200, answer.data
        named = {line["Name"]: line["Hash"] for line in map(json.loads, answer.data.splitlines()) if "Hash" in line}
        return named["root"]

    def empty(self) -> None:
        """Forget every pin and every block."""
        pins = json.loads(self.ask("pin/ls", type="recursive")).get("Keys")
        for cid in pins or ():
            self.ask("pin/rm", arg=cid)
        self.ask("repo/gc")

    def block_file(self, cid: ContentId) -> Path:
        """Name the file that holds a block."""
        key = base64.b32encode(b"\x12\x20" + cid.digest).decode().rstrip("=")
        return self._folder / "blocks" / key[-3:-1] / f"{key}.data"

    def multiaddr(self) -> str:
        """The RPC's address, to start again at the same one."""
        return (self._folder / "api").read_text().strip()

    def kill(self) -> None:
        """End the daemon as a power cut does."""
        self.stop(signal.SIGKILL)

    def stop(self, number: int = signal.SIGTERM) -> None:
        """End the daemon and wait for it."""
        if self._daemon is None:
            return
        self._daemon.send_signal(number)
        assert self._daemon.stdout is not None
        self._daemon.stdout.close()
        self._daemon.wait(START_MAX_S)
        self._daemon = None

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "IPFS_PATH": str(self._folder), "IPFS_TELEMETRY": "off"}


@contextmanager
def running(program: Path, folder: Path, *, as_advised: bool = True) -> Iterator[RealKubo]:
    """Run a node over a new repository."""
    node = RealKubo(program, folder, as_advised=as_advised)
    node.start()
    try:
        yield node
    finally:
        node.stop()


def _parts(name: str, content: bytes | Mapping[str, object]) -> Iterator[tuple[str, bytes, str]]:
    """Give a tree as the parts of a form, each directory before what is in it."""
    path = quote(name, safe="")
    if isinstance(content, bytes):
        yield path, content, "application/octet-stream"
        return
    yield path, b"", "application/x-directory"
    for inner, entry in content.items():
        assert isinstance(entry, bytes | Mapping)
        yield from _parts(f"{name}/{inner}", entry)


def _url(multiaddr: str) -> str:
    _, kind, host, _, port = multiaddr.split("/")[:5]
    assert kind == "ip4", multiaddr
    return f"http://{host}:{port}"
