"""Alarms that nearly always are cancelled: one thread keeps them all, where a timer each would start a thread each."""

from __future__ import annotations

import heapq
import itertools
import threading
import time
from collections.abc import Callable


class Alarm:
    """One call in the future, unless it is cancelled."""

    __slots__ = ("_ring",)

    def __init__(self, ring: Callable[[], None]) -> None:
        self._ring: Callable[[], None] | None = ring

    def cancel(self) -> None:
        """Never ring. Does nothing once it rang."""
        self._ring = None

    def ring(self) -> None:
        """Make the call, once."""
        ring, self._ring = self._ring, None
        if ring is not None:
            ring()


class Alarms:
    """Rings alarms when they are due. Its thread starts with the first one. Safe to use from several threads."""

    def __init__(self) -> None:
        self._queue: list[tuple[float, int, Alarm]] = []
        self._counter = itertools.count()
        self._changed = threading.Condition()
        self._running = False

    def set(self, seconds: float, ring: Callable[[], None]) -> Alarm:
        """Ring in so many seconds."""
        alarm = Alarm(ring)
        with self._changed:
            heapq.heappush(self._queue, (time.monotonic() + seconds, next(self._counter), alarm))
            if not self._running:
                self._running = True
                threading.Thread(target=self._keep, name="alarms", daemon=True).start()
            elif self._queue[0][2] is alarm:
                self._changed.notify()
        return alarm

    def _keep(self) -> None:
        while True:
            with self._changed:
                if not self._queue:
                    self._changed.wait()
                    continue
                wait_s = self._queue[0][0] - time.monotonic()
                if wait_s > 0:
                    self._changed.wait(wait_s)
                    continue
                _, _, alarm = heapq.heappop(self._queue)
            alarm.ring()
