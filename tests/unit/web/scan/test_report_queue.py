"""Reports that are kept together: soon, once, in bounds, and not lost where the database is away for a moment."""

from __future__ import annotations

import dataclasses
import logging
import multiprocessing
import threading

import pytest

from loyalty.adapters.sql_database import Database, DatabaseUnavailableError
from tests.fakes.database import some_database
from tests.unit.web.scan.test_scan_log import NOW_S, SOMEBODY, some_scan
from web.scan.report_queue import _AT_ONCE, _WAITING_MAX, ReportQueue
from web.scan.scan_log import Report, SqlScanLog
from web.store.scan_tables import SCAN

REPORT = Report(some_scan(), SOMEBODY, NOW_S)


class FakeLog:
    """Keeps what it is given, or is away."""

    def __init__(self) -> None:
        self.kept: list[list[Report]] = []
        self.away = False
        self.poison: Report | None = None
        self.was_asked = threading.Event()

    def record_all(self, reports):
        self.was_asked.set()
        if self.away:
            raise DatabaseUnavailableError("away")
        if self.poison in reports:
            raise ValueError("a serial, a name")
        self.kept.append(list(reports))
        return len(reports)


@pytest.fixture
def log():
    return FakeLog()


@pytest.fixture
def still(log):
    """A queue whose thread sleeps through the test."""
    return ReportQueue(log, pause_s=3_600.0)


def test_what_waits_is_kept_together(log, still):
    """One transaction for everybody who looked just now."""
    assert all(still.put(REPORT) for _ in range(30))
    still.flush()

    assert [len(part) for part in log.kept] == [30]


def test_a_flood_is_kept_in_parts_of_a_size(log, still):
    """So that no transaction holds the database for long."""
    for _ in range(_AT_ONCE + 1):
        still.put(REPORT)
    still.flush()

    assert [len(part) for part in log.kept] == [_AT_ONCE, 1]


def test_too_many_are_not_taken(log, still):
    """Memory is bounded; the one who reports writes for himself then."""
    assert all(still.put(REPORT) for _ in range(_WAITING_MAX))
    assert not still.put(REPORT)
    still.flush()

    assert still.put(REPORT)


def test_what_was_not_kept_still_waits(log, still):
    """A database that is away for a moment loses nothing."""
    still.put(REPORT)
    log.away = True
    with pytest.raises(DatabaseUnavailableError):
        still.flush()
    log.away = False
    still.flush()

    assert [len(part) for part in log.kept] == [1]


def test_nobody_has_to_ask(log):
    """The thread of the queue keeps a report by itself."""
    ReportQueue(log, pause_s=0.0).put(REPORT)

    assert log.was_asked.wait(10)


def test_the_thread_outlives_a_database_that_is_away(log):
    """The next report finds it at work."""
    log.away = True
    queue = ReportQueue(log, pause_s=0.0)
    queue.put(REPORT)
    assert log.was_asked.wait(10)
    log.away = False
    log.was_asked.clear()
    queue.put(dataclasses.replace(REPORT, at_s=NOW_S + 1))

    assert log.was_asked.wait(10)


def test_a_report_that_cannot_be_kept_takes_no_other_with_it(log, still, caplog):
    """It is lost alone; the log names the error's class, and nothing of what was in it."""
    others = [dataclasses.replace(REPORT, at_s=NOW_S + later) for later in (1, 2)]
    log.poison = REPORT
    for report in (others[0], REPORT, others[1]):
        still.put(report)
    with caplog.at_level(logging.ERROR):
        still.flush()
    still.flush()

    assert [[other] for other in others] == log.kept
    assert caplog.messages == ["a scan report cannot be kept: ValueError"]


def test_the_thread_outlives_an_error_that_nobody_foresaw(log):
    """The next report finds it at work."""
    log.poison = REPORT
    queue = ReportQueue(log, pause_s=0.0)
    queue.put(REPORT)
    assert log.was_asked.wait(10)
    log.was_asked.clear()
    queue.put(dataclasses.replace(REPORT, at_s=NOW_S + 1))

    assert log.was_asked.wait(10)


@pytest.mark.process
def test_a_process_that_ends_keeps_what_waits():
    """As a server's process does when it is told to stop."""
    database = some_database()
    database.close()
    child = multiprocessing.get_context("fork").Process(target=report_and_end, args=(str(database.engine.url),))
    child.start()
    child.join(30)

    assert child.exitcode == 0
    with database.reading() as connection:
        assert len(connection.execute(SCAN.select()).all()) == 1


def report_and_end(url):
    assert ReportQueue(SqlScanLog(Database.open(url)), pause_s=3_600.0).put(REPORT)
