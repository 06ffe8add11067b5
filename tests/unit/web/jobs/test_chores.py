"""Chores that come round, and the worker's sign of life."""

import pytest

from verifier.errors import UnavailableError
from web.jobs.chores import Chore, Chores
from web.jobs.heart import SILENT_MAX_S, Heart, WorkerUnavailableError


class Clock:
    now = 1_000.0

    def __call__(self):
        return self.now


def failing(error):
    def run():
        raise error

    return run


def test_a_chore_runs_at_once_and_then_when_its_time_comes():
    """Each by its own clock; a long sleep is made up for once, not many times."""
    clock, ran = Clock(), []
    chores = Chores([Chore("a", 60, lambda: ran.append("a")), Chore("b", 100, lambda: ran.append("b"))], clock)
    seen = []
    for at_s in (0, 59, 60, 100, 119, 120, 9_000, 9_001):
        clock.now = 1_000.0 + at_s
        seen.append(chores.run_due())

    assert seen == [("a", "b"), (), ("a",), ("b",), (), ("a",), ("a", "b"), ()]
    assert len(ran) == 7


@pytest.mark.parametrize("error", [UnavailableError("a database that is away"), ValueError("our bug")])
def test_a_chore_that_fails_keeps_nobody_from_theirs(error, caplog):
    """It is tried again at its next time, and the log says its name and no words of the error."""
    clock, ran = Clock(), []
    chores = Chores([Chore("vest", 60, failing(error)), Chore("b", 60, lambda: ran.append(1))], clock)
    chores.run_due()
    clock.now += 60
    chores.run_due()

    assert ran == [1, 1]
    assert "vest" in caplog.text
    assert all(str(error) not in record.getMessage() for record in caplog.records)


def test_a_worker_is_there_until_it_was_silent_too_long(tmp_path):
    """Both edges; every process of the machine hears the same file."""
    clock = Clock()
    Heart(tmp_path / "jobs", clock).beat()
    listener = Heart(tmp_path / "jobs", clock)
    clock.now += SILENT_MAX_S
    listener.ask()
    clock.now += 1
    with pytest.raises(WorkerUnavailableError, match="31 s"):
        listener.ask()


def test_where_no_worker_ever_was_there_is_none(tmp_path):
    """A site that was just installed."""
    with pytest.raises(WorkerUnavailableError, match="ever"):
        Heart(tmp_path / "jobs").ask()
