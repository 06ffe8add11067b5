"""How many pictures are read, how fast, and how often wrongly: ours and its peers on the same files in one run.

Needs the shared corpora. Every picture comes at its own size and at 1,280 pixels. A picture of BoofCV's set whose text
nobody knows counts as one that is not read.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import cv2

from tests.bench.figures import ROOT, Figure
from tests.bench.qr import CORPORA, at_1280, judge, original, percentile, pictures
from tests.bench.qr_peers import NAMES, OURS, ZXING, Reading, install_peers, read_all

_OF_ALL = "boofcv-1280"


@dataclass(frozen=True)
class Tally:
    """One decoder over one set of files."""

    right: int
    wrong: int
    faults: int
    median_ms: float
    p95_ms: float

    def told(self, count: int) -> str:
        """Give the cell of a table."""
        faults = f", {self.faults} faults" if self.faults else ""
        share = f"{100 * self.right / count:.1f} %" if count else "-"
        return f"{share}, {self.wrong} wrong{faults}, {self.median_ms:.0f}/{self.p95_ms:.0f} ms"


def shared_folder() -> Path | None:
    """Find the shared corpora; None where they are absent, which ends the run where CI=true."""
    shared = Path(os.environ.get("ASSAY_SHARED", ROOT.parent / "shared"))
    if (shared / "corpora" / "qr").is_dir():
        return shared
    if os.environ.get("CI") == "true":
        sys.exit("the shared corpora are needed where CI=true")
    print("   skipped: the corpora are not beside this checkout", file=sys.stderr)
    return None


def measure() -> list[Figure]:
    """Measure on every corpus, at both sizes."""
    shared = shared_folder()
    if shared is None:
        return []
    install_peers()
    figures, wrong = [], 0
    for name in CORPORA:
        items = list(pictures(shared / "corpora" / "qr" / name))
        with _sizes([path for path, _ in items]) as sizes:
            for size, paths in sizes.items():
                readings = read_by_all(paths)
                tallies = {each: _tally(found, [right for _, right in items]) for each, found in readings.items()}
                wrong += tallies[OURS].wrong
                figures += _figures(name, size, items, tallies)
                if (name, size) == ("zxing", "original"):
                    figures.append(_time_ratio(items, readings))
    return [Figure("qr_wrong", wrong, "wrong texts, negatives included", 0), *figures]


def read_by_all(paths: Sequence[Path], names: Sequence[str] = NAMES) -> dict[str, list[Reading]]:
    """Read the same files with every decoder, two at a time; the times are each process's own."""
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(names, pool.map(lambda name: read_all(name, paths), names), strict=True))


def _figures(
    name: str, size: str, items: Sequence[tuple[Path, list[str] | None]], tallies: Mapping[str, Tally]
) -> list[Figure]:
    count = len(items) if name == _OF_ALL else sum(1 for _, right in items if right)
    for decoder, tally in tallies.items():
        print(f"   {name} {size:9} {decoder:10} {tally.told(count)}", file=sys.stderr)
    ours = tallies[OURS]
    key = f"{name.split('-', maxsplit=1)[0]}{'' if size == 'original' else '_1280'}"
    told = "; ".join(f"{decoder} {tally.told(count)}" for decoder, tally in tallies.items() if decoder != OURS)
    times = [
        Figure(f"qr_median_ms_{key}", round(ours.median_ms, 1), "CPU ms a picture"),
        Figure(f"qr_p95_ms_{key}", round(ours.p95_ms, 1), "CPU ms a picture"),
    ]
    if not count or name.startswith("negatives"):
        return times
    success = 100 * ours.right / count
    goal = {"zxing": 99.5, "boofcv": 88.0}.get(key)
    best = tallies[ZXING].right
    return [
        Figure(
            f"qr_success_{key}",
            round(success, 1),
            f"% of {count}",
            goal,
            at_least=True,
            against=told,
            ratio=round(ours.right / best, 3) if best else None,
        ),
        *times,
    ]


def _time_ratio(items: Sequence[tuple[Path, list[str] | None]], readings: Mapping[str, list[Reading]]) -> Figure:
    both = [
        (ours.cpu_ms, peer.cpu_ms)
        for (_, right), ours, peer in zip(items, readings[OURS], readings[ZXING], strict=True)
        if right and judge(list(peer.texts), right) == "right"
    ]
    ours_ms, peer_ms = (median(times) for times in zip(*both, strict=True))
    return Figure(
        "qr_time_vs_zxing",
        round(ours_ms / peer_ms, 3),
        "of zxing-cpp's median",
        1.5,
        against=f"ours {ours_ms:.1f} ms, zxing-cpp {peer_ms:.1f} ms on {len(both)} pictures it reads, loading included",
    )


def _tally(found: Sequence[Reading], rights: Sequence[list[str] | None]) -> Tally:
    said = [
        None if right is None else judge(list(each.texts), right) for each, right in zip(found, rights, strict=True)
    ]
    times = [each.cpu_ms for each in found]
    return Tally(
        said.count("right"),
        said.count("wrong"),
        sum(1 for each in found if each.fault),
        median(times),
        percentile(times, 0.95),
    )


@contextmanager
def _sizes(paths: Sequence[Path]) -> Iterator[dict[str, list[Path]]]:
    """Give the files as they are, and with the longer side at most 1,280 pixels; one set where that is the same."""
    with tempfile.TemporaryDirectory(prefix="assay-qr-") as folder:
        small, changed = [], False
        for i, path in enumerate(paths):
            grey = original(path.read_bytes())
            if max(grey.shape) <= 1280:
                small.append(path)
                continue
            changed = True
            target = Path(folder) / f"{i}.png"
            cv2.imwrite(str(target), at_1280(grey))
            small.append(target)
        yield {"original": list(paths)} | ({"1280": small} if changed else {})
