"""Figures that are read when somebody asks: queue, outbox, points, copies, chain. Read at most every five seconds."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Final

from prometheus_client.metrics_core import Metric
from sqlalchemy import func, select

from loyalty.tables import AWARD
from mint.content_health import read_health
from mint.errors import MintError
from verifier.errors import UnavailableError
from web.jobs.queue import JobState
from web.metrics import figure, gauge
from web.parts import Parts
from web.store.jobs_tables import JOB

AGE_MAX_S: Final = 5.0
_DAY_S: Final = 86_400
_UNDONE: Final = (JobState.WAITING, JobState.RUNNING, JobState.FAILED)
_OUTBOX: Final = "SELECT state, count(*) AS number FROM intent WHERE state <> 'confirmed' GROUP BY state"
_OUTBOX_STATES: Final = ("planned", "published", "signed", "sent", "mined", "failed")
Reading = Callable[[Parts], Iterable[Metric]]


class Readings:
    """What is read, and kept for a few seconds: a scrape costs a few small queries, however often it comes."""

    def __init__(self, parts: Parts, clock: Callable[[], float] = time.monotonic) -> None:
        self._parts = parts
        self._clock = clock
        self._lock = threading.Lock()
        self._read_at = -AGE_MAX_S
        self._found: tuple[Metric, ...] = ()

    def collect(self) -> tuple[Metric, ...]:
        """Give every figure that could be read; one that could not is left out, and its part is down."""
        with self._lock:
            if self._clock() - self._read_at >= AGE_MAX_S:
                self._found = tuple(self._read())
                self._read_at = self._clock()
            return self._found

    def _read(self) -> Iterator[Metric]:
        failed = 0
        for reading in (_parts_up, _jobs, _outbox, _points, _copies, _chain):
            try:
                yield from tuple(reading(self._parts))
            except (UnavailableError, MintError, OSError):
                failed += 1
        yield figure("assay_readings_failed", "Groups of figures that could not be read just now", failed)


def _parts_up(parts: Parts) -> Iterator[Metric]:
    up: dict[str, float] = {}
    for name, probe in parts.probes.items():
        try:
            probe()
        except UnavailableError:
            up[name] = 0
        else:
            up[name] = 1
    yield gauge("assay_part_up", "Whether a part gives a sign of life", "part", up)


def _jobs(parts: Parts) -> Iterator[Metric]:
    query = select(JOB.c.state, func.count(), func.min(JOB.c.created_at)).group_by(JOB.c.state)
    with parts.database.reading() as connection:
        rows = connection.execute(query.where(JOB.c.state.in_([state.value for state in _UNDONE]))).all()
    found = {str(row[0]): row for row in rows}
    counts = {state.value: float(found[state][1] if state in found else 0) for state in _UNDONE}
    yield gauge("assay_jobs", "Jobs that are not done, by state; a failed one waits for staff", "state", counts)
    begun = [found[state][2] for state in (JobState.WAITING, JobState.RUNNING) if state in found]
    age_s = max(parts.clock() - min(begun), 0.0) if begun else 0.0
    yield figure("assay_jobs_oldest_seconds", "Age of the oldest job that is open", age_s)


def _outbox(parts: Parts) -> Iterator[Metric]:
    records = parts.open_records()
    try:
        rows = {str(row["state"]): float(row["number"]) for row in records.book.database.rows(_OUTBOX)}
    finally:
        records.close()
    counts = {state: rows.get(state, 0.0) for state in _OUTBOX_STATES}
    yield gauge("assay_outbox", "Transactions of the house that are not confirmed, by state", "state", counts)


def _points(parts: Parts) -> Iterator[Metric]:
    day = int(parts.clock()) // _DAY_S
    query = select(AWARD.c.rule_id, func.count(), func.max(AWARD.c.day_spent)).where(AWARD.c.day == day)
    with parts.database.reading() as connection:
        given = {str(row[0]): row for row in connection.execute(query.group_by(AWARD.c.rule_id))}
    rules = parts.points.rules.rules
    left = {rule.id: float(rule.per_day - (given[rule.id][2] if rule.id in given else 0)) for rule in rules}
    awards = {rule.id: float(given[rule.id][1] if rule.id in given else 0) for rule in rules}
    yield gauge("assay_points_left_today", "Points that a rule may still give today (UTC)", "rule", left)
    yield gauge("assay_points_awards_today", "Awards of a rule today (UTC)", "rule", awards)


def _copies(parts: Parts) -> Iterator[Metric]:
    health = read_health(parts.data) if parts.data is not None else None
    if health is None:
        return
    copies = float(health.copies_verified_min)
    yield figure("assay_content_copies_min", "Verified copies of the document that has fewest", copies)
    faults = {"missing": float(health.missing), "damaged": float(health.damaged)}
    yield gauge("assay_content_faults", "Blocks that a copy lacks, or has with other bytes", "fault", faults)
    ended_s = parts.clock() - health.round_ended_at
    yield figure("assay_content_round_age_seconds", "Since every document was last looked at", ended_s)


def _chain(parts: Parts) -> Iterator[Metric]:
    now = datetime.fromtimestamp(parts.clock(), UTC)
    standings = parts.standings()
    ages = {one.registry: (now - one.latest.mined_at).total_seconds() for one in standings}
    lags = {one.registry: float(one.latest.number - one.final.number) for one in standings}
    behind = {one.registry: float(one.index_lag) for one in standings if one.index_lag is not None}
    yield gauge("assay_head_age_seconds", "Age of the newest block", "registry", ages)
    yield gauge("assay_final_lag_blocks", "Blocks from the final one to the newest", "registry", lags)
    yield gauge("assay_index_lag_blocks", "Final blocks that the index has yet to read", "registry", behind)
