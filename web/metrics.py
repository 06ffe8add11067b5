"""Figures of what the site does, for Prometheus. Each process counts in a file of its own; any may be asked for all.

No label, token, person or address stands in any of them: names come from our own enumerations and route rules.
"""

from __future__ import annotations

import bisect
import math
import os
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from prometheus_client.metrics_core import Metric
from prometheus_client.mmap_dict import MmapedDict, mmap_key
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.utils import floatToGoString

from verifier.answers import answer_of
from verifier.service import Verification
from verifier.verdict import Outcome

SERIES_MAX: Final = 4_000
"""A process keeps no more: names are bounded already, and a mistake must not fill the disk."""
_FILE: Final[Any] = MmapedDict  # these three of the library have no types
_MERGED: Final[Any] = MultiProcessCollector
_WRITTEN: Final[Any] = floatToGoString
_BUCKETS_S: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, math.inf)


@dataclass(frozen=True, slots=True)
class Series:
    """What is counted or timed under one name."""

    name: str
    help: str
    labels: tuple[str, ...] = ()


REQUESTS: Final = Series(
    "assay_requests", "Requests answered, by route rule, method and status", ("route", "method", "status")
)
REQUEST_S: Final = Series("assay_request_seconds", "Time to the end of an answer", ("route",))
LIMITED: Final = Series("assay_limited", "Requests refused because their network asks too often", ("route",))
FAILED: Final = Series("assay_failed", "Requests that something of ours failed under, by class of error", ("error",))
VERDICTS: Final = Series("assay_verdicts", "Verifications, by policy and answer", ("policy", "answer"))
VERIFY_S: Final = Series("assay_verification_seconds", "Time of one verification", ("policy",))
UNKNOWN: Final = Series(
    "assay_unknown_findings", "Checks without an answer: a node, log or document was away", ("code",)
)


class Metrics:
    """The counters of one process. Threads share it; the files outlive the process until the server ends."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder
        self._lock = threading.Lock()
        pid = os.getpid()
        self._counters = _FILE(str(folder / f"counter_{pid}.db"))
        self._times = _FILE(str(folder / f"histogram_{pid}.db"))
        self._keys: dict[tuple[object, ...], str] = {}

    @staticmethod
    def now_s() -> float:
        """Give the moment, for measuring how long something takes."""
        return time.perf_counter()

    def count(self, series: Series, *values: str) -> None:
        """Count one."""
        with self._lock:
            self._add(self._counters, series, f"{series.name}_total", series.labels, values, 1.0)

    def time(self, series: Series, seconds: float, *values: str) -> None:
        """Keep how long something took."""
        bucket: str = _WRITTEN(_BUCKETS_S[bisect.bisect_left(_BUCKETS_S, seconds)])
        name, names = f"{series.name}_bucket", (*series.labels, "le")
        with self._lock:
            if (name, *values, bucket) not in self._keys:  # all are there from the first on: one that lacks is no zero
                for edge in _BUCKETS_S:
                    self._add(self._times, series, name, names, (*values, _WRITTEN(edge)), 0.0)
            self._add(self._times, series, name, names, (*values, bucket), 1.0)
            self._add(self._times, series, f"{series.name}_sum", series.labels, values, seconds)

    def request(self, route: str, method: str, status: int, error: str, seconds: float) -> None:
        """Count one request."""
        self.count(REQUESTS, route, method, str(status))
        self.time(REQUEST_S, seconds, route)
        if status == 429:
            self.count(LIMITED, route)
        if error:
            self.count(FAILED, error)

    def verification(self, found: Verification, seconds: float) -> None:
        """Count one verification, and what in it nobody answered."""
        policy = found.verdict.policy.name
        self.count(VERDICTS, policy, answer_of(found).value)
        self.time(VERIFY_S, seconds, policy)
        for finding in found.verdict.findings:
            if finding.outcome is Outcome.UNKNOWN:
                self.count(UNKNOWN, finding.code.value)

    def collect(self) -> Sequence[Metric]:
        """Give what every process of this server has counted, those that died too."""
        found: list[Metric] = list(_MERGED(None, path=str(self.folder)).collect())
        return found

    def close(self) -> None:
        """Let go of the files; they stay."""
        with self._lock:
            self._counters.close()
            self._times.close()

    def _add(
        self, file: Any, series: Series, name: str, names: Sequence[str], values: Sequence[str], by: float
    ) -> None:
        known = (name, *values)
        key = self._keys.get(known)
        if key is None:
            if len(self._keys) >= SERIES_MAX:
                return
            key = self._keys[known] = mmap_key(series.name, name, list(names), list(values), series.help)
        value, _ = file.read_value(key)
        file.write_value(key, value + by, 0.0)


def gauge(name: str, text: str, label: str, values: Mapping[str, float]) -> Metric:
    """Make a gauge of what was just read: the label's value -> the figure."""
    metric = Metric(name, text, "gauge")
    for value, figure in values.items():
        metric.add_sample(name, {label: value}, figure)
    return metric


def figure(name: str, text: str, value: float) -> Metric:
    """Make a gauge of one figure."""
    metric = Metric(name, text, "gauge")
    metric.add_sample(name, {}, value)
    return metric
