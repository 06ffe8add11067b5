"""Two hundred hostile files through the process that reads pictures: crashes, the slowest, the largest."""

from __future__ import annotations

import logging
import time
from pathlib import Path

from tests.bench.figures import Figure
from tests.fakes.hostile_files import HOSTILE
from verifier.adapters.picture_process import PictureProcess
from verifier.errors import ImageError

CRASHES_GOAL = 0
SLOWEST_GOAL_S = 3.0
LARGEST_GOAL_MB = 300.0


class Watched(PictureProcess):
    """Notes the largest size of each process before it is put back or killed."""

    def __init__(self) -> None:
        super().__init__(1, uses_max=1)
        self.largest_mb = 0.0

    def _put_back(self, worker, *, good):
        if worker is not None:
            peak = _peak_mb(worker.pid)
            self.largest_mb = max(self.largest_mb, peak - worker.base_mb) if peak else self.largest_mb
        super()._put_back(worker, good=good)

    def _ready(self):
        worker = super()._ready()
        worker.base_mb = _peak_mb(worker.pid)
        return worker


def _peak_mb(pid: int) -> float:
    for line in (Path("/proc") / str(pid) / "status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0  # it ended already, and has no memory any more


def measure() -> list[Figure]:
    """Send every file to a fresh process, as a label's photo and as one to keep."""
    logging.getLogger("assay.pictures").setLevel(logging.ERROR)
    pictures, crashes, slowest_s, slowest, largest = Watched(), 0, 0.0, "", ("", 0.0)
    pictures.ask()
    for name, make in HOSTILE.items():
        content = make()
        for read in (pictures, pictures.photo):
            pictures._idle[-1].await_ready(60)  # its start is not the picture's time
            before_mb, start_s = pictures.largest_mb, time.perf_counter()
            try:
                read(content)
            except ImageError:
                pass
            except Exception:  # noqa: BLE001 - this is what is counted
                crashes += 1
            took_s = time.perf_counter() - start_s
            if took_s > slowest_s:
                slowest_s, slowest = took_s, name
            if pictures.largest_mb > before_mb:
                largest = name, pictures.largest_mb
    pictures.close()
    return [
        Figure("hostile_crashes", crashes, "crashes", CRASHES_GOAL, against=f"{2 * len(HOSTILE)} readings"),
        Figure("hostile_max_s", round(slowest_s, 2), "s", SLOWEST_GOAL_S, against=f"the slowest: {slowest}"),
        Figure("hostile_max_mb", round(largest[1]), "MB", LARGEST_GOAL_MB, against=f"beyond an idle one: {largest[0]}"),
    ]
