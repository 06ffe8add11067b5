"""Find the node of a folder, start it when there is none, stop it."""

from __future__ import annotations

import fcntl
import json
import os
import select
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mint.localnet.errors import StartError, StopError, WrongChainError
from mint.localnet.keys import funder_key
from mint.localnet.lock import holder

__all__ = ["LocalnetHandle", "ensure_localnet", "funder_key", "stop_localnet"]

_ASK_TIMEOUT_S: Final = 5.0
_STOP_TIMEOUT_S: Final = 30.0
_PAUSE_S: Final = 0.02
_LOG_TAIL_BYTES: Final = 2_000


@dataclass(frozen=True, slots=True)
class LocalnetHandle:
    """A node that answers."""

    url: str
    pid: int
    started: bool
    """Whether this call started it."""


def ensure_localnet(
    data_dir: Path, *, chain_id: int = 31337, block_time_s: float = 1.0, start_timeout_s: float = 20
) -> LocalnetHandle:
    """Give the node of this folder, starting one that outlives the caller when there is none.

    Callers at the same time end with the same process. Raises StartError, WrongChainError.
    """
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    deadline_s = time.monotonic() + start_timeout_s
    with _starting(data_dir, deadline_s):
        while (pid := holder(data_dir)) is not None:
            found = _find(data_dir, chain_id)
            if found is not None:
                return found
            if time.monotonic() > deadline_s:
                raise StartError(f"process {pid} holds {data_dir} and does not answer")
            time.sleep(_PAUSE_S)  # somebody started it by hand, and it is not ready yet
        _spawn(data_dir, chain_id, block_time_s, deadline_s)
        found = _find(data_dir, chain_id)
        if found is None:
            raise StartError(f"the node of {data_dir} started and does not answer\n{_log_tail(data_dir)}")
        return LocalnetHandle(found.url, found.pid, started=True)


def stop_localnet(data_dir: Path) -> bool:
    """Stop the node of this folder and wait until it is gone. False when there was none. Raises StopError."""
    deadline_s = time.monotonic() + _STOP_TIMEOUT_S
    asked: int | None = None
    while (pid := holder(data_dir)) is not None:
        if pid and pid != asked:
            os.kill(pid, signal.SIGTERM)
            asked = pid
        if time.monotonic() > deadline_s:
            raise StopError(f"process {pid} still holds {data_dir} after {_STOP_TIMEOUT_S:g} s")
        time.sleep(_PAUSE_S)
    return asked is not None


@contextmanager
def _starting(data_dir: Path, deadline_s: float) -> Iterator[None]:
    """Let one starter at a time work on a folder; the others wait, then find what it started."""
    descriptor = os.open(data_dir / "start.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() > deadline_s:
                    raise StartError(f"another process has been starting a node in {data_dir} all the time") from error
                time.sleep(_PAUSE_S)
        yield
    finally:
        os.close(descriptor)


def _find(data_dir: Path, chain_id: int) -> LocalnetHandle | None:
    """Ask the node that `localnet.json` names, if there is one."""
    try:
        said = json.loads((data_dir / "localnet.json").read_text())
        url, pid = str(said["url"]), int(said["pid"])
        answered = int(_ask(url, "eth_chainId"), 16)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if answered != chain_id:
        raise WrongChainError(data_dir, answered, chain_id)
    return LocalnetHandle(url, pid, started=False)


def _ask(url: str, method: str) -> str:
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": []}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})  # noqa: S310 - our own file's URL
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=_ASK_TIMEOUT_S) as response:
        return str(json.loads(response.read(4096))["result"])


def _spawn(data_dir: Path, chain_id: int, block_time_s: float, deadline_s: float) -> None:
    """Start a node in the background and wait until it says that it listens."""
    (data_dir / "localnet.json").unlink(missing_ok=True)
    command = [sys.executable, "-m", "mint.localnet", "--detach", "--data-dir", str(data_dir.resolve())]
    command += ["--chain-id", str(chain_id), "--block-time-s", str(block_time_s)]
    with (
        (data_dir / "localnet.log").open("ab") as log,
        subprocess.Popen(  # noqa: S603 - our own module
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            cwd=_root(),
            start_new_session=True,
        ) as process,
    ):
        assert process.stdout is not None, "a pipe was asked for"
        ready, _, _ = select.select([process.stdout], [], [], max(0.0, deadline_s - time.monotonic()))
        line = process.stdout.readline() if ready else b""
        if not ready:
            os.killpg(process.pid, signal.SIGKILL)  # its own session: nobody else is in it
    if not line.startswith(b"listening "):
        why = "it ended" if ready else "it took too long"
        raise StartError(f"no node started in {data_dir}: {why}\n{_log_tail(data_dir)}")


def _root() -> Path:
    """Name the folder our packages lie in, so that the child finds them wherever the caller stands."""
    return Path(__file__).resolve().parents[2]


def _log_tail(data_dir: Path) -> str:
    try:
        return (data_dir / "localnet.log").read_bytes()[-_LOG_TAIL_BYTES:].decode(errors="replace")
    except OSError:
        return ""
