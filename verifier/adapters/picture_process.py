"""Pictures from strangers are opened in processes that can be killed: for time, for memory, and after they crash.

A decoder is a million lines of C that a stranger feeds. Ours run apart (ADR 29): without our secrets, under limits
of memory and time that the kernel holds, and whatever becomes of them is an ImageError here.
"""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
import sysconfig
import threading
import time
import weakref
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, TypeVar

import verifier
from verifier.adapters.picture_frames import FrameError, photo_of, reading_of, receive_frame, send_frame
from verifier.errors import ImageError, UnavailableError
from verifier.image_limits import SIZE_MAX_BYTES, refusal
from verifier.images import STILL_BUDGET_S, ImageReading
from verifier.safe_photos import SafePhoto

COUNT_MAX: Final = 2
DEADLINE_MAX_S: Final = 2.75
"""From the first byte sent to the last received: with the killing, no more than three seconds."""
MARGIN_S: Final = 0.25
USES_MAX: Final = 100
"""Then a process is replaced: what leaks or lies about in it ends with it."""
_START_MAX_S: Final = 30.0
_WAIT_MAX_S: Final = 10.0
_COMMAND: Final = ("-P", "-m", "verifier.adapters.picture_worker")
_PASSED_ON: Final = ("PATH", "LD_LIBRARY_PATH", "LANG", "VIRTUAL_ENV")
_ADVICE: Final = "Send a smaller photo, filled by the label alone, as JPEG."
_LOG: Final = logging.getLogger("assay.pictures")
Answer = TypeVar("Answer")
_Read = Callable[[Mapping[str, Any], bytes], Answer]


class PicturesUnavailableError(UnavailableError):
    """No process to read pictures can be started, or all are taken. Nothing was read; try again later."""


class PictureProcess:
    """Reads pictures in a few processes of their own, one picture at a time in each.

    Nothing is started before `start` or the first picture. One that is replaced is replaced at once, in the background.
    """

    def __init__(
        self,
        count_max: int = COUNT_MAX,
        *,
        deadline_max_s: float = DEADLINE_MAX_S,
        uses_max: int = USES_MAX,
        command: tuple[str, ...] = _COMMAND,
    ) -> None:
        self._places = threading.BoundedSemaphore(count_max)
        self._lock = threading.Lock()
        self._idle: list[_Worker] = []
        self._deadline_max_s = deadline_max_s
        self._uses_max = uses_max
        self._command = command
        self._is_closed = False
        self._end = weakref.finalize(self, _end_all, self._idle, os.getpid())

    def start(self) -> None:
        """Start one process in the background, so that the first picture does not wait for it."""
        with self._lock:
            if not self._idle and not self._is_closed:
                self._idle.append(_Worker(self._command))

    def close(self) -> None:
        """End every process. One that is reading ends when its picture does."""
        with self._lock:
            self._is_closed = True
        self._end()
        self._idle.clear()

    def __call__(
        self, content: bytes, *, hosts: Collection[str] = (), budget_s: float = STILL_BUDGET_S
    ) -> ImageReading:
        """Read the codes of a picture, as `read_labels` does. Raises ImageError, PicturesUnavailableError."""
        head = {"ask": "labels", "hosts": list(hosts), "budget_s": budget_s}
        return self._asked(
            head, content, max(budget_s, 0.0) + MARGIN_S, lambda answer, _: reading_of(answer["reading"])
        )

    def photo(self, content: bytes) -> SafePhoto:
        """Make a photo safe, as `make_safe` does. Raises ImageError, PicturesUnavailableError."""
        return self._asked(
            {"ask": "photo"}, content, self._deadline_max_s, lambda answer, body: photo_of(answer["photo"], body)
        )

    def ask(self) -> None:
        """See that a process is there and answers. Raises PicturesUnavailableError."""
        with suppress(ImageError):
            self(b"")

    def _asked(self, head: dict[str, Any], content: bytes, deadline_s: float, read: _Read[Answer]) -> Answer:
        """Let one process answer, and put it back or end it.

        1. A place, and a process that is ready: its start is not the picture's time.
        2. The question and the answer, before the deadline. Silence, a crash and nonsense end the process.
        3. What the picture did to a reader there is said; such a process is not used again.
        """
        if len(content) > SIZE_MAX_BYTES:
            raise refusal(f"the file has {len(content) / 2**20:.1f} MB")
        if not self._places.acquire(timeout=_WAIT_MAX_S):
            raise PicturesUnavailableError("every process that reads pictures is taken")
        worker, good = None, False
        try:
            worker = self._ready()  # 1.
            deadline_s = min(deadline_s, self._deadline_max_s)
            try:
                answer, body = worker.ask(head | {"deadline_s": deadline_s}, content, deadline_s)  # 2.
                if "refused" in answer:
                    good = True
                    raise ImageError(str(answer["refused"]))
                if "fault" in answer:
                    raise _broken(f"a reader failed ({str(answer['fault'])[:40]})", "it could not be read")  # 3.
                found = read(answer, body)
            except TimeoutError as error:
                raise _broken("too slow", f"reading it took over {deadline_s:.0f} seconds") from error
            except (FrameError, OSError, KeyError) as error:
                raise _broken(f"it ended ({worker.exit_status()})", "the reader gave up on it") from error
            good = True
            return found
        finally:
            self._put_back(worker, good=good)
            self._places.release()

    def _ready(self) -> _Worker:
        """Take a process that said it is ready. Raises PicturesUnavailableError."""
        with self._lock:
            if self._is_closed:
                raise PicturesUnavailableError("closed")
            worker = self._idle.pop() if self._idle else None
        try:
            if worker is not None and worker.is_running():
                return worker.await_ready(_START_MAX_S)
            if worker is not None:
                worker.kill()
            return _Worker(self._command).await_ready(_START_MAX_S)
        except (FrameError, OSError) as error:
            raise PicturesUnavailableError("no process to read pictures starts") from error

    def _put_back(self, worker: _Worker | None, *, good: bool) -> None:
        """Keep a good process for the next picture; replace any other at once."""
        if worker is None:
            return
        keep = good and worker.uses < self._uses_max
        if not keep:
            worker.kill()
        with self._lock:
            if not self._is_closed:
                with suppress(OSError):  # the next picture will say so
                    self._idle.append(worker if keep else _Worker(self._command))
                return
        worker.kill()


class _Worker:
    """One process, and our end of the socket that is its standard input."""

    def __init__(self, command: tuple[str, ...]) -> None:
        self._channel, theirs = socket.socketpair()
        self.uses = 0
        self._is_ready = False
        root = str(Path(verifier.__file__).parents[1])
        # Where packages are installed Python looks anyway, and OpenCV refuses to load from a folder named twice.
        ours = {} if root in (sysconfig.get_path("purelib"), sysconfig.get_path("platlib")) else {"PYTHONPATH": root}
        settings = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        threads = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                (sys.executable, *command),
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=settings | threads | ours,
                cwd="/",
                start_new_session=True,
            )
        except OSError:
            self._channel.close()
            raise
        finally:
            theirs.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    def is_running(self) -> bool:
        return self._process.poll() is None

    def await_ready(self, timeout_s: float) -> _Worker:
        """Wait until it has loaded what it needs. Raises FrameError, OSError; then it has ended."""
        if self._is_ready:
            return self
        try:
            receive_frame(self._channel, time.monotonic() + timeout_s)
        except (FrameError, OSError):
            self.kill()
            raise
        self._is_ready = True
        return self

    def ask(self, head: Mapping[str, Any], content: bytes, deadline_s: float) -> tuple[dict[str, Any], bytes]:
        """Send a question and give the answer. Raises TimeoutError, FrameError, OSError."""
        until_s = time.monotonic() + deadline_s
        self.uses += 1
        self._channel.settimeout(deadline_s)
        send_frame(self._channel, head, content)
        return receive_frame(self._channel, until_s)

    def exit_status(self) -> int | None:
        """Give how it ended: a signal's number, below zero; None while it runs."""
        with suppress(subprocess.TimeoutExpired):
            return self._process.wait(timeout=1)
        return None

    def kill(self) -> None:
        """End it now, whatever it does."""
        self._process.kill()
        self._channel.close()
        self._process.wait()


def _broken(why: str, told: str) -> ImageError:
    """Log why a process was given up, without a word of the picture, and make what the sender reads."""
    _LOG.warning("a picture process was replaced: %s", why)
    return ImageError(f"This picture cannot be read: {told}. {_ADVICE}")


def _end_all(workers: list[_Worker], owner: int) -> None:
    """End processes of this process; one that was forked from it leaves them alone."""
    if os.getpid() == owner:
        while workers:
            workers.pop().kill()
