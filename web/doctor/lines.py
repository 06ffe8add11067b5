"""What the doctor says, and how its checks are run: each alone, each with a limit of time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final

from loyalty.adapters.sql_database import DatabaseUrlError
from loyalty.errors import LoyaltyError
from mint.errors import MintError
from mint.localnet.errors import LocalnetError
from verifier.errors import TrustError, UnavailableError
from web.errors import WebError

TIME_MAX_S: Final = 20.0
_EXPECTED: Final = (UnavailableError, MintError, WebError, TrustError, LoyaltyError, LocalnetError, DatabaseUrlError)
"""Their words are made for operators, and hold no secret."""


@unique
class Weight(StrEnum):
    """How bad it is. Append only: programs read it."""

    OK = "OK"
    WARN = "WARN"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at."""

    weight: Weight
    part: str
    said: str
    do: str = ""
    """What to do, as one command where there is one."""


@dataclass(frozen=True, slots=True)
class Check:
    """One check. It may raise what its parts raise: that is a FAIL of its own."""

    part: str
    look: Callable[[], Iterable[Line]]
    do: str
    """What to do when it cannot even look."""
    time_max_s: float = TIME_MAX_S


def ok(part: str, said: str) -> Line:
    """Say that something is right."""
    return Line(Weight.OK, part, said)


def warn(part: str, said: str, do: str) -> Line:
    """Say that something wants somebody soon."""
    return Line(Weight.WARN, part, said, do)


def fail(part: str, said: str, do: str) -> Line:
    """Say that something is broken."""
    return Line(Weight.FAIL, part, said, do)


def run_checks(checks: Sequence[Check]) -> tuple[Line, ...]:
    """Run every check, whatever becomes of the others; in their order."""
    return tuple(line for check in checks for line in _run(check))


def worst(lines: Iterable[Line]) -> Weight:
    """Give the worst of what was said."""
    found = {line.weight for line in lines}
    return Weight.FAIL if Weight.FAIL in found else Weight.WARN if Weight.WARN in found else Weight.OK


def _run(check: Check) -> tuple[Line, ...]:
    """Look in a thread of its own: a part that hangs is left behind when its time is over."""
    found: list[Line] = []
    ended = threading.Event()

    def look() -> None:
        try:
            found.extend(check.look())
        except _EXPECTED as error:
            found.append(fail(check.part, str(error), check.do))
        except Exception as error:  # noqa: BLE001 - one check that breaks must not hide the others
            found.append(fail(check.part, f"the check itself broke: {type(error).__name__}", check.do))
        ended.set()

    threading.Thread(target=look, daemon=True).start()
    if not ended.wait(check.time_max_s):
        return (*found, fail(check.part, f"no answer within {check.time_max_s:g} s", check.do))
    return tuple(found)
