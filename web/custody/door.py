"""The way into the house: opened once a process, and again after its ledger was away."""

from __future__ import annotations

import threading
from pathlib import Path

from mint.house import House


class HouseDoor:
    """Gives the house, opened at the first call."""

    def __init__(self, data_dir: Path, node_url: str | None) -> None:
        self._data_dir = data_dir
        self._node_url = node_url
        self._lock = threading.Lock()
        self._house: House | None = None

    def open(self) -> House:
        """Give the house. Raises MintError; exit code 3 says that it is away for now."""
        with self._lock:
            if self._house is None:
                self._house = House.open(self._data_dir, self._node_url)
            return self._house

    def close(self) -> None:
        """Let go of it, so that the next call opens it anew: the embedded ledger has a new port each start.

        The object itself is left to whoever still works with it.
        """
        with self._lock:
            self._house = None
