"""The worker's sign of life: the time of a file with its process id, for every process of this machine to read.

It says that the process lives, not that its job comes on: one that waits for a slow ledger is no reason for alarm.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from verifier.errors import UnavailableError

SILENT_MAX_S: Final = 30
FILE_NAME: Final = "worker.alive"


class WorkerUnavailableError(UnavailableError):
    """Nobody works at what visitors have asked for. It is kept, and done when somebody does."""


class Heart:
    """A file that is written again and again while a worker lives."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self._file = folder / FILE_NAME
        self._clock = clock

    def beat(self) -> None:
        """Say that the worker lives."""
        now_s = self._clock()
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file.write_text(f"{os.getpid()}\n", "ascii")
        os.utime(self._file, (now_s, now_s))

    def ask(self) -> None:
        """Raise WorkerUnavailableError when nothing was heard for half a minute."""
        try:
            age_s = self._clock() - self._file.stat().st_mtime
        except OSError as error:
            raise WorkerUnavailableError("no worker was ever here") from error
        if age_s > SILENT_MAX_S:
            raise WorkerUnavailableError(f"the worker was last heard {age_s:.0f} s ago")
