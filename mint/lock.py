"""One writer a house: a lock on its folder that ends with its process, however that ends."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mint.errors import HouseInUseError


class FolderLock:
    """Held while writing. Threads of one process take turns; another process is told who holds it."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._turn = threading.RLock()
        self._depth = 0
        self._descriptor = -1

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Hold the lock. Raises HouseInUseError when another process does."""
        with self._turn:
            if self._depth == 0:
                self._take()
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                if self._depth == 0:
                    os.close(self._descriptor)

    def _take(self) -> None:
        descriptor = os.open(self._data_dir / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            said = os.pread(descriptor, 20, 0).decode("ascii", errors="replace").strip()
            os.close(descriptor)
            raise HouseInUseError(self._data_dir, int(said) if said.isdigit() else None) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        self._descriptor = descriptor
