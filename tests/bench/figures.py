"""What one measured figure is, and the table and file it ends in."""

from __future__ import annotations

import json
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Figure:
    """One figure, with the peer or bound measured beside it in the same run."""

    name: str
    value: float
    unit: str
    goal: float | None = None
    at_least: bool = False
    """The goal is a floor; otherwise it is a ceiling."""
    against: str = ""
    ratio: float | None = None
    samples: Sequence[float] = field(default_factory=tuple)

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None where there is none."""
        if self.goal is None:
            return None
        return self.value >= self.goal if self.at_least else self.value <= self.goal

    def as_json(self, command: str, commit: str) -> dict[str, Any]:
        """Give the row of build/bench.json."""
        return {
            "value": self.value,
            "unit": self.unit,
            "against": self.against,
            "ratio": self.ratio,
            "goal": self.goal,
            "met": self.met,
            "samples": list(self.samples),
            "command": command,
            "commit": commit,
        }


def commit_id() -> str:
    """Name the commit that is measured; `+` marks uncommitted changes."""
    head = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    dirty = subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True)
    return head.stdout.strip() + ("+" if dirty.stdout.strip() else "")


def timed_ms(work: Callable[[], object], *, rounds: int, warm: int = 3) -> list[float]:
    """Run `work` and give each round's wall time in milliseconds."""
    for _ in range(warm):
        work()
    samples = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        samples.append((time.perf_counter() - start) * 1000)
    return samples


def median(samples: Sequence[float]) -> float:
    """The median, rounded for the table."""
    return round(statistics.median(samples), 4)


def write(figures: Sequence[Figure], command_of: Callable[[str], str]) -> Path:
    """Merge the figures into build/bench.json."""
    path = ROOT / "build" / "bench.json"
    path.parent.mkdir(exist_ok=True)
    known = json.loads(path.read_text()) if path.exists() else {}
    commit = commit_id()
    for figure in figures:
        known[figure.name] = figure.as_json(command_of(figure.name), commit)
    path.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n")
    return path


def table(figures: Sequence[Figure]) -> str:
    """Lay the figures out for people."""
    rows = [("figure", "value", "unit", "goal", "met", "against", "ratio")]
    for f in figures:
        goal = "" if f.goal is None else f"{'>=' if f.at_least else '<='} {f.goal:g}"
        met = {None: "", True: "yes", False: "NO"}[f.met]
        ratio = "" if f.ratio is None else f"{f.ratio:.2f}"
        rows.append((f.name, f"{f.value:g}", f.unit, goal, met, f.against, ratio))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
