"""Places for work that costs much: a few things at once, each by one thread, a few waiting; the rest is sent away."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import Final

from verifier.errors import UnavailableError

WAIT_MAX_S: Final = 10.0


class BusyError(UnavailableError):
    """Too many ask for costly work at once. Nothing was begun; come back in a few seconds."""

    def __init__(self, work: str) -> None:
        super().__init__(f"too many {work} are being asked for")
        self.work = work


class Places:
    """The places of one kind of work. Safe to use from several threads."""

    def __init__(self, work: str, *, at_once_max: int, waiting_max: int, wait_max_s: float = WAIT_MAX_S) -> None:
        """`work` is its name in the plural. Of the threads that answer for the whole site, no more are ever held."""
        self._work = work
        self._at_once_max = at_once_max
        self._holders_max = at_once_max + waiting_max
        self._wait_max_s = wait_max_s
        self._held: set[Hashable] = set()
        self._holders = 0
        self._changed = threading.Condition()

    @property
    def is_full(self) -> bool:
        """Whether the next one is sent away."""
        return self._holders >= self._holders_max

    @contextmanager
    def place(self, thing: Hashable) -> Iterator[None]:
        """Hold a place for one thing; who asks for the same thing waits. Raises BusyError."""
        with self._changed:
            if self.is_full:
                raise BusyError(self._work)
            self._holders += 1
            if not self._changed.wait_for(lambda: self._is_free(thing), self._wait_max_s):
                self._holders -= 1
                raise BusyError(self._work)
            self._held.add(thing)
        try:
            yield
        finally:
            with self._changed:
                self._holders -= 1
                self._held.remove(thing)
                self._changed.notify_all()

    def _is_free(self, thing: Hashable) -> bool:
        return thing not in self._held and len(self._held) < self._at_once_max
