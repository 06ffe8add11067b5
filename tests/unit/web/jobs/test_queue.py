"""The queue: one wish is one job, and its end forgets what it was done with."""

from __future__ import annotations

import pytest

from tests.fakes.database import some_database
from web.jobs.queue import PAYLOAD_MAX_BYTES, JobPayloadError, Jobs, JobState, NewJob, wait_of
from web.store.people import Role, add_person

pytestmark = pytest.mark.usefixtures("each_engine")

NOW = 1_800_000_000


class Moment:
    """A clock that stands."""

    def __init__(self) -> None:
        self.now_s = NOW

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock():
    return Moment()


@pytest.fixture
def jobs(clock):
    return Jobs(some_database(), clock)


def some_person(jobs, name="Ada"):
    with jobs.database.writing() as connection:
        return add_person(connection, name, Role.MEMBER, "en", NOW).id


def test_the_same_wish_is_one_job(jobs):
    """A double click, or a form that was sent again."""
    first = jobs.add(NewJob("claim", "one", {"to": "here"}))

    assert first == jobs.add(NewJob("claim", "one", {"to": "elsewhere"}))
    assert first.id != jobs.add(NewJob("claim", "two")).id
    assert first.id != jobs.add(NewJob("report", "one")).id


def test_a_wish_that_is_done_is_not_taken_up_again(jobs):
    """Whoever asks once more is shown what became of it."""
    job = jobs.add(NewJob("claim", "one"))
    jobs.done(jobs.take(), {"piece": 7})

    again = jobs.add(NewJob("claim", "one"))

    assert (job.id, JobState.DONE, {"piece": 7}) == (again.id, again.state, again.result)


@pytest.mark.parametrize("end", ["refused", "failed"])
def test_a_wish_that_came_to_nothing_may_be_asked_again(jobs, end):
    """The piece was not sold yet; tomorrow it is."""
    job = jobs.add(NewJob("claim", "one"))
    taken = jobs.take()
    jobs.refused(taken, "not_sold", "") if end == "refused" else jobs.failed_by(taken, ValueError())

    again = jobs.add(NewJob("claim", "one"))

    assert again.id != job.id
    assert again.state is JobState.WAITING


def test_what_is_done_or_refused_forgets_its_payload_and_what_failed_keeps_it(jobs):
    """Staff can start a failed job again; nobody needs the others' signatures any more."""
    done, refused, failed = (jobs.add(NewJob("claim", key, {"signature": "ab"})) for key in "abc")
    jobs.done(done, {})
    jobs.refused(refused, "used", "why")
    jobs.failed_by(failed, ValueError("with a secret"))

    left = {jobs.find(job.id).state: jobs.find(job.id).payload for job in (done, refused, failed)}

    assert left == {JobState.DONE: {}, JobState.REFUSED: {}, JobState.FAILED: {"signature": "ab"}}
    assert jobs.find(failed.id).note == "ValueError"


def test_a_job_waits_longer_each_time_and_never_more_than_a_minute(jobs, clock):
    """A ledger that is away for a day is asked some 1,400 times, not a million."""
    job = jobs.add(NewJob("claim", "one"))
    jobs.put_off(jobs.take(), TimeoutError())

    assert jobs.take() is None
    clock.now_s += wait_of(1)
    assert job.id == jobs.take().id
    assert [wait_of(n) for n in range(1, 8)] == [2, 4, 8, 16, 32, 60, 60]
    assert wait_of(10**9) == 60


def test_a_job_whose_worker_died_is_taken_again_at_once_and_then_less_often(jobs, clock):
    """A kill -9 costs nothing; a job that kills its worker each time leaves the others their turn."""
    deadly = jobs.add(NewJob("claim", "deadly"))
    assert deadly.id == jobs.take().id
    assert deadly.id == jobs.take().id
    other = jobs.add(NewJob("claim", "other"))

    assert other.id == jobs.take().id
    clock.now_s += wait_of(1)
    jobs.done(other, {})
    assert deadly.id == jobs.take().id


def test_jobs_are_done_in_the_order_they_were_asked(jobs, clock):
    """First come, first served."""
    asked, taken = [], []
    for key in "abc":
        asked.append(jobs.add(NewJob("claim", key)).id)
        clock.now_s += 1
    while job := jobs.take():
        taken.append(job.id)
        jobs.done(job, {})

    assert asked == taken


def test_a_payload_has_a_limit(jobs):
    """Photos go into files."""
    with pytest.raises(JobPayloadError):
        jobs.add(NewJob("register", "big", {"photo": "x" * PAYLOAD_MAX_BYTES}))

    assert jobs.take() is None


def test_a_failed_job_is_started_again_by_hand(jobs):
    """And only a failed one."""
    job = jobs.add(NewJob("claim", "one"))
    assert not jobs.retry(job.id)
    jobs.failed_by(jobs.take(), ValueError())

    assert jobs.retry(job.id)
    assert JobState.WAITING is jobs.find(job.id).state


def test_a_person_finds_their_own_jobs_and_takes_them_along(jobs):
    """Listed by person and by what they are about; the export names no payload."""
    ada, bob = some_person(jobs), some_person(jobs, "Bob")
    mine = jobs.add(NewJob("claim", "a", {"to": "x"}, ada, "piece"))
    jobs.add(NewJob("claim", "b", {}, bob, "other"))

    assert (mine,) == jobs.of_person(ada)
    assert (mine,) == jobs.of_subject("piece")
    assert [{"id": mine.id, "kind": "claim", "state": "waiting", "created_at": NOW}] == jobs.export(ada)
    assert jobs.count(JobState.WAITING) == 2
