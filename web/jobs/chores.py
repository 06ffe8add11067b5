"""What has to be done now and then, whoever visits: points that vest, rows that are too old."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from verifier.errors import UnavailableError

_LOG: Final = logging.getLogger("assay.chores")


@dataclass(frozen=True, slots=True)
class Chore:
    """One of them. It may run in several processes at once, and again after being cut."""

    name: str
    every_s: int
    run: Callable[[], object]


class Chores:
    """Runs each when its time has come, and one that fails again at its next time."""

    def __init__(self, chores: Sequence[Chore], clock: Callable[[], float] = time.monotonic) -> None:
        self._chores = tuple(chores)
        self._clock = clock
        self._due_at = dict.fromkeys((chore.name for chore in chores), clock())
        assert len(self._due_at) == len(self._chores), "two chores of one name"

    def run_due(self) -> tuple[str, ...]:
        """Run what is due, once each; gives the names of what was done."""
        done = [chore.name for chore in self._chores if self._due_at[chore.name] <= self._clock() and self._run(chore)]
        return tuple(done)

    def _run(self, chore: Chore) -> bool:
        self._due_at[chore.name] = self._clock() + chore.every_s
        try:
            chore.run()
        except UnavailableError as error:
            _LOG.warning("%s waits: %s", chore.name, type(error).__name__)
            return False
        except Exception:  # noqa: BLE001 - the worker outlives every chore
            _LOG.exception("%s failed", chore.name)
            return False
        return True
