"""A server that is told to stop says so first: `/ready` turns 503, and its visitors are sent elsewhere."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

_MARK: Final = "draining"


class ServingFolder:
    """The folder of one server, named by its first process: figures of its processes, and the mark that it stops."""

    def __init__(self, parent: Path, pid: int) -> None:
        self.path = parent / str(pid)

    def make(self) -> None:
        """Make it, and forget those of servers that are gone."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for old in self.path.parent.iterdir():
            if old.name.isdigit() and (old == self.path or not Path(f"/proc/{old.name}").exists()):
                shutil.rmtree(old, ignore_errors=True)
        self.path.mkdir(mode=0o700, exist_ok=True)

    def is_draining(self) -> bool:
        """Whether it was said."""
        return (self.path / _MARK).exists()

    def remove(self) -> None:
        """Forget it."""
        shutil.rmtree(self.path, ignore_errors=True)


def in_this_process(handler: Callable[..., None]) -> Callable[..., None]:
    """Let a signal's handler act only in the process that made it.

    A process forked from it has the same handler until it sets its own: told to stop meanwhile, it would wait for a
    drain that is not its, and the server for it. It has begun nothing, so it ends.
    """
    owner = os.getpid()

    def guarded(signum: int, frame: Any) -> None:
        if os.getpid() == owner:
            handler(signum, frame)
            return
        signal.signal(signum, signal.SIG_DFL)
        os.kill(os.getpid(), signum)

    return guarded


def stop_later(folder: Path | None, drain_s: int, stop: Callable[[], None]) -> None:
    """Mark a server as draining, and stop it so many seconds later; at once for 0. For a signal's handler."""
    if folder is not None:
        with contextlib.suppress(OSError):  # a disk that is full keeps nobody from stopping
            (folder / _MARK).touch(mode=0o600)
    if not drain_s:
        stop()
        return
    timer = threading.Timer(drain_s, stop)
    timer.daemon = True
    timer.start()


def delay_sigterm(folder: Path | None, drain_s: int) -> None:
    """Let the first SIGTERM of this process mark it as draining, and come again so many seconds later."""
    if not drain_s:
        return
    original = signal.getsignal(signal.SIGTERM)

    def later(signum: int, frame: Any) -> None:
        del signum, frame
        signal.signal(signal.SIGTERM, original)
        stop_later(folder, drain_s, lambda: os.kill(os.getpid(), signal.SIGTERM))

    signal.signal(signal.SIGTERM, in_this_process(later))
