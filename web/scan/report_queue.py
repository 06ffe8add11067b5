"""Reports of visitors nobody knows, kept together a few times a second: one transaction for all who looked just now.

What is in the queue when the process is killed was looked at and is not counted. Whatever earns points or belongs to
a person never waits here.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from multiprocessing.util import Finalize
from typing import Final

from verifier.errors import UnavailableError
from web.scan.scan_log import Report, SqlScanLog

PAUSE_S: Final = 0.1
_WAITING_MAX: Final = 5_000
_AT_ONCE: Final = 500
_LOG: Final = logging.getLogger("assay.scans")


class ReportQueue:
    """Keeps reports soon. Its thread starts with the first one, in whichever process that comes to."""

    def __init__(self, log: SqlScanLog, pause_s: float = PAUSE_S) -> None:
        self._log = log
        self._pause_s = pause_s
        self._waiting: deque[Report] = deque()
        self._came = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def put(self, report: Report) -> bool:
        """Take a report; False when there are too many, and then nothing was taken."""
        if len(self._waiting) >= _WAITING_MAX:
            return False
        self._waiting.append(report)
        if self._thread is None:
            self._start()
        if not self._came.is_set():
            self._came.set()
        return True

    def flush(self) -> None:
        """Keep what waits now. Raises DatabaseUnavailableError; what was not kept still waits."""
        with self._lock:
            while self._waiting:
                part = [self._waiting[place] for place in range(min(len(self._waiting), _AT_ONCE))]
                self._record(part)
                for _ in part:
                    self._waiting.popleft()

    def _record(self, part: list[Report]) -> None:
        """Keep reports together; after an error that nobody foresaw each by itself, without the one that caused it."""
        try:
            self._log.record_all(part)
        except UnavailableError:
            raise
        except Exception as error:  # noqa: BLE001 - one bad report must not end the thread, nor hold up all others
            if len(part) == 1:
                _LOG.error("a scan report cannot be kept: %s", type(error).__name__)
                return
            for report in part:
                self._record([report])

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._keep, name="scan reports", daemon=True)
                self._thread.start()
                # Also at the end of a process that a server started: those end without asking `atexit`.
                Finalize(None, self._flush_quietly, exitpriority=0)

    def _keep(self) -> None:
        pause = threading.Event()
        while True:
            self._came.wait()
            pause.wait(self._pause_s)
            self._came.clear()
            self._flush_quietly()

    def _flush_quietly(self) -> None:
        """Keep what waits; a database that is away is asked again with the next report."""
        try:
            self.flush()
        except UnavailableError:
            _LOG.warning("scan reports wait: the database does not answer")
