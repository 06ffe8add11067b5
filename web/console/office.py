"""The house's records as the console reads them: opened once, and again after they could not be."""

from __future__ import annotations

import threading
from collections.abc import Callable

from mint.errors import MintError
from mint.records import Records
from verifier.errors import UnavailableError


class RecordsAwayError(UnavailableError):
    """The house's own records cannot be opened. Nothing was changed; try again when its folder is there."""


class Office:
    """Gives the records of one house. Safe to share among threads."""

    def __init__(self, open_records: Callable[[], Records]) -> None:
        self._open = open_records
        self._lock = threading.Lock()
        self._records: Records | None = None

    def records(self) -> Records:
        """Give the records, always the same ones. Raises RecordsAwayError."""
        with self._lock:
            if self._records is None:
                try:
                    self._records = self._open()
                except (MintError, OSError) as error:
                    raise RecordsAwayError(f"the house's records: {type(error).__name__}") from error
            return self._records
