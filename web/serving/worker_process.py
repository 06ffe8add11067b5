"""The worker: does what visitors have asked for, and the chores, in a process of its own."""

from __future__ import annotations

import logging
import signal
import threading
from typing import Final

from web.jobs.chores import Chores
from web.jobs.heart import Heart
from web.jobs.thread import WorkerThread
from web.settings import Settings
from web.structured_log import configure_log
from web.wiring import make_chores, make_worker, wire

_TICK_S: Final = 1.0
_LOG: Final = logging.getLogger("assay.worker")


def work(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT; a job under way is finished first.

    Raises TrustError, SettingsError and the like before anything is begun.
    """
    configure_log(settings.log_level)
    parts = wire(settings)
    jobs = WorkerThread(make_worker(settings, parts))
    stopping = threading.Event()

    def stop(signum: int, frame: object) -> None:
        del signum, frame
        stopping.set()
        jobs.stop(0)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    chores = Chores(make_chores(settings, parts))
    beside = threading.Thread(target=tend, args=(chores, Heart(settings.jobs_folder), stopping), daemon=True)
    beside.start()
    jobs.work()


def tend(chores: Chores, heart: Heart, stopping: threading.Event, tick_s: float = _TICK_S) -> None:
    """Beat and do chores, also while a job takes its time. A disk that is full for a moment ends neither."""
    while not stopping.is_set():
        try:
            heart.beat()
        except OSError as error:
            _LOG.warning("the sign of life cannot be written: %s", type(error).__name__)
        chores.run_due()
        stopping.wait(tick_s)
