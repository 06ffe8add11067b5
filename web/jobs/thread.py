"""A worker in a thread of the site's own process, for a house of one machine."""

from __future__ import annotations

import logging
import threading
from typing import Final

from verifier.errors import UnavailableError
from web.jobs.worker import Worker

POLL_S: Final = 0.5
_LOG: Final = logging.getLogger("assay.jobs")


class WorkerThread:
    """Works until it is told to stop; a job under way is finished first."""

    def __init__(self, worker: Worker, poll_s: float = POLL_S) -> None:
        self._worker = worker
        self._poll_s = poll_s
        self._stop = threading.Event()
        # A daemon: a job is safe to cut anywhere, so nobody has to wait for a ledger that is away.
        self._thread = threading.Thread(target=self.work, name="assay-jobs", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, timeout_s: float | None = None) -> None:
        """Take up nothing new, and wait for the job under way, if at all, so long."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def work(self) -> None:
        """Work in the thread that calls, until `stop`."""
        while not self._stop.is_set():
            if not self._run_once():
                self._stop.wait(self._poll_s)

    def _run_once(self) -> bool:
        try:
            return self._worker.run_once()
        except UnavailableError as error:
            _LOG.warning("the queue does not answer: %s", type(error).__name__)
            return False
