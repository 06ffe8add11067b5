"""The worker: does one job after the other, whatever the world is like.

Any number of processes may have one: a lock lets one work at a time, as the house has one writer anyway. A worker
that was killed lets the lock go, and the next one does its job again from the start: every handler finds what was
done already.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, Final

from loyalty.adapters.sql_database import DatabaseUnavailableError
from mint.errors import HouseInUseError, HouseWriteError, MintError
from verifier.errors import UnavailableError
from web.errors import WebError
from web.jobs.queue import Job, Jobs

Handler = Callable[[Job], Mapping[str, Any]]
"""Does one job and gives its result. Called again with the same job after a crash."""

_AWAY: Final = 3
"""Exit code of every MintError that says: the world is not there, nothing is lost."""
_LOG: Final = logging.getLogger("assay.jobs")


class JobRefusedError(WebError):
    """A job cannot be done, and never could be as it is. Nothing was changed."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        """For a catalogue of words."""
        self.detail = detail


class JobLaterError(UnavailableError):
    """A job can be done from a moment on that is known, and not before. Nothing was changed."""

    def __init__(self, again_at: int, reason: str) -> None:
        super().__init__(f"not before {again_at}: {reason}")
        self.again_at = again_at
        """Unix seconds."""


class UnknownJobError(WebError):
    """Nobody knows how to do a job of this kind: an older worker runs, or a handler was left out."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"no handler for jobs of kind {kind!r}")
        self.kind = kind


class Worker:
    """Does jobs with the handlers given, by kind."""

    def __init__(
        self, jobs: Jobs, handlers: Mapping[str, Handler], lock: Callable[[], AbstractContextManager[None]]
    ) -> None:
        self.jobs = jobs
        self._handlers = handlers
        self._lock = lock

    def run_once(self) -> bool:
        """Do the next due job; False when there is none, or another worker is at work.

        Raises DatabaseUnavailableError when the queue itself is away.
        """
        try:
            with self._lock():
                job = self.jobs.take()
                if job is not None:
                    self._do(job)
                return job is not None
        except HouseInUseError:
            return False
        except HouseWriteError as error:
            raise DatabaseUnavailableError("the server that keeps the worker's lock does not answer") from error

    def _do(self, job: Job) -> None:
        """Do one job.

        1. Done, or refused: that is its end.
        2. The world is away: it waits, longer each time, or until the moment that is known.
        3. Anything else is our fault: put aside, and the next job has its turn.
        """
        try:
            self.jobs.done(job, self._handler(job)(job))  # 1.
        except JobRefusedError as refused:
            self.jobs.refused(job, refused.code, refused.detail)
        except JobLaterError as error:
            self.jobs.put_off(job, error, error.again_at)  # 2.
        except UnavailableError as error:
            self.jobs.put_off(job, error)
        except MintError as error:
            if error.exit_code == _AWAY:
                self.jobs.put_off(job, error)
            else:
                self._give_up(job, error)
        except Exception as error:  # noqa: BLE001 - a worker outlives every job
            self._give_up(job, error)  # 3.

    def _handler(self, job: Job) -> Handler:
        handler = self._handlers.get(job.kind)
        if handler is None:
            raise UnknownJobError(job.kind)
        return handler

    def _give_up(self, job: Job, error: Exception) -> None:
        """Log the class alone: a message may name a person's piece."""
        _LOG.error("job %s of kind %s failed: %s", job.id, job.kind, type(error).__name__)
        self.jobs.failed_by(job, error)
