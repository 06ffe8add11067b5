"""What a log may say: enough to count and to find faults; never a label, a name, a code, an address or a cookie."""

from __future__ import annotations

import traceback
from pathlib import Path
from types import TracebackType
from typing import Final

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
_CHAIN_MAX: Final = 5
_FRAMES_MAX: Final = 40

ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def redact_method(method: str) -> str:
    """Give a method if it is one: whatever a client writes first on its line arrives as the method."""
    return method if method in _METHODS else "-"


def describe_exception(error: BaseException) -> list[str]:
    """Name an exception and its causes, each with where it was raised, outermost call first.

    Neither its words nor any value: a serial, a statement's parameters or a node's URL with its key stand in those.
    """
    lines: list[str] = []
    present: BaseException | None = error
    for _ in range(_CHAIN_MAX):
        if present is None:
            break
        kind = type(present)
        lines.append(f"{kind.__module__}.{kind.__qualname__}")
        frames = traceback.extract_tb(present.__traceback__)[-_FRAMES_MAX:]
        lines += [f"  {_short(frame.filename)}:{frame.lineno} in {frame.name}" for frame in frames]
        present = present.__cause__ or (None if present.__suppress_context__ else present.__context__)
    return lines


def _short(filename: str) -> str:
    """Keep a file's last three parts: what it is, without where it lies."""
    return "/".join(Path(filename).parts[-3:])
