"""What an award costs, and that fifty people who collect at once are never paid too much."""

from __future__ import annotations

import sqlite3
import statistics
import tempfile
import threading
import time
from pathlib import Path

from loyalty.results import Award
from loyalty.rulebook import RuleBook
from tests.bench.figures import Figure
from tests.fakes.points import PointsWorld, award_verdict, some_points, some_rule
from tests.unit.loyalty.ledger_faults import TABLES, FaultyLedger

AWARDS, COMMITS = 50, 500
ROUNDS = 40
SEEDS, COLLECTORS = 20, 50
OPEN_RULE = {"limits": "item_members = 3\nitem_kept = 1\nmember_day = 1000\ndevice_day = 1000", "per_day": 10**6}


def measure() -> list[Figure]:
    """Race, then time awards and bare commits in turn, in one run."""
    over, over_budget = _race()
    injected, missed = _inject_faults()
    ratios, awards_s, commits_s = [], [], []
    with tempfile.TemporaryDirectory(prefix="assay-award-") as folder:
        world = some_points(Path(folder), RuleBook([some_rule(**OPEN_RULE)]))
        bare = _bare(Path(folder) / "bare.sqlite3")
        award_rate(world, 0)
        for number in range(1, ROUNDS + 1):
            commits = _commit_rate(bare, number)
            awards = award_rate(world, number)
            awards_s.append(awards)
            commits_s.append(commits)
            ratios.append(round(awards / commits, 4))
        audit = world.points.audit()
        assert audit.fault is None, audit.fault
        bare.close()
        world.database.close()
    against = f"{statistics.median(awards_s):.0f} awards/s against {statistics.median(commits_s):.0f} bare commits/s"
    return [
        Figure("audit_missed", missed, "faults", goal=0, against=f"{injected} faults injected"),
        Figure("award_over", over, "awards", goal=0, against=f"{SEEDS} races of {COLLECTORS}"),
        Figure("award_over_budget", over_budget, "points", goal=0, against=f"{SEEDS} races of {COLLECTORS}"),
        Figure(
            "award_vs_commit", statistics.median(ratios), "ratio", 0.03, at_least=True, against=against, samples=ratios
        ),
    ]


def _bare(path: Path) -> sqlite3.Connection:
    """Open a file with the settings of ours and one plain table."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("CREATE TABLE row (id INTEGER PRIMARY KEY, amount INTEGER NOT NULL, at INTEGER NOT NULL)")
    return connection


def _commit_rate(connection: sqlite3.Connection, round_number: int) -> float:
    start = time.perf_counter()
    for number in range(COMMITS):
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO row (amount, at) VALUES (?, ?)", (number, round_number))
        connection.execute("COMMIT")
    return COMMITS / (time.perf_counter() - start)


def award_rate(world: PointsWorld, round_number: int) -> float:
    verdict = award_verdict()
    # A hundred members, so that most accounts exist and statements are long; each check is of another piece.
    events = [
        world.event(f"member-{number % 100}", item=round_number * AWARDS + number, device=f"device-{number % 100}")
        for number in range(AWARDS)
    ]
    start = time.perf_counter()
    for event in events:
        found = world.points.award(verdict, event)
        assert isinstance(found, Award), found
    return AWARDS / (time.perf_counter() - start)


def _inject_faults() -> tuple[int, int]:
    """Try every kind of fault in every row and column; count those that the database took, and those not found."""
    with tempfile.TemporaryDirectory(prefix="assay-faults-") as folder:
        ledger = FaultyLedger(Path(folder))
        faults = [fault for table in TABLES for column in table.columns for fault in ledger.changed(table, column)]
        for table in TABLES:
            faults += [*ledger.lost(table), *ledger.doubled(table), *ledger.swapped(table)]
        audits = [ledger.audit_with(*fault.statements) for fault in faults]
        ledger.close()
    taken = [audit for audit in audits if audit is not None]
    return len(taken), sum(audit.fault is None for audit in taken)


def _race() -> tuple[int, int]:
    """Let fifty members collect at once for one piece, then on a day's budget of seven; count what is too much."""
    over = over_budget = 0
    for _ in range(SEEDS):
        with tempfile.TemporaryDirectory(prefix="assay-race-") as folder:
            world = some_points(Path(folder), RuleBook([some_rule()]))
            over += max(0, len(collect_at_once(world, COLLECTORS, lambda _: 0)) - 2)
            world.database.close()
        with tempfile.TemporaryDirectory(prefix="assay-race-") as folder:
            world = some_points(Path(folder), RuleBook([some_rule(per_day=70)]))
            paid = sum(award.amount for award in collect_at_once(world, COLLECTORS, lambda number: number))
            over_budget += max(0, paid - 70)
            assert world.points.audit().fault is None
            world.database.close()
    return over, over_budget


def collect_at_once(world: PointsWorld, collectors: int, item_of) -> list[Award]:
    """Let members collect in threads that start together; gives what was paid."""
    events = [world.event(f"member-{number}", item_of(number)) for number in range(collectors)]
    start, paid = threading.Barrier(collectors), []

    def collect(event):
        start.wait()
        found = world.points.award(award_verdict(), event)
        if isinstance(found, Award):
            paid.append(found)

    threads = [threading.Thread(target=collect, args=(event,)) for event in events]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return paid
