"""The worker: whatever a job does, the next one has its turn."""

from __future__ import annotations

import logging

import pytest

from mint.errors import InputError, LedgerUnavailableError
from mint.lock import FolderLock
from tests.fakes.database import some_database
from verifier.errors import ChainUnavailableError
from web.jobs.queue import Jobs, JobState, NewJob
from web.jobs.thread import WorkerThread
from web.jobs.worker import JobLaterError, JobRefusedError, Worker

NOW = 1_800_000_000


@pytest.fixture
def jobs():
    return Jobs(some_database(), lambda: NOW)


def worker_of(jobs, handler, folder):
    return Worker(jobs, {"claim": handler}, FolderLock(folder))


def raising(error):
    def handler(job):
        raise error

    return handler


def test_a_job_is_done_once(jobs, tmp_path):
    """Its result is kept, and there is nothing left to do."""
    job = jobs.add(NewJob("claim", "one", {"to": "here"}))
    seen = []
    worker = worker_of(jobs, lambda job: seen.append(job.payload) or {"held": True}, tmp_path)

    assert [worker.run_once(), worker.run_once()] == [True, False]
    assert seen == [{"to": "here"}]
    assert (jobs.find(job.id).state, jobs.find(job.id).result) == (JobState.DONE, {"held": True})


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (JobRefusedError("used"), JobState.REFUSED),
        (ChainUnavailableError("away"), JobState.WAITING),
        (LedgerUnavailableError("away"), JobState.WAITING),
        (JobLaterError(NOW + 3_600, "tomorrow"), JobState.WAITING),
        (InputError("never right"), JobState.FAILED),
        (ValueError("our bug"), JobState.FAILED),
    ],
)
def test_what_a_handler_raises_decides_how_a_job_goes_on(jobs, tmp_path, error, state):
    """Refused for good, waiting for the world, or put aside for staff; the worker lives."""
    job = jobs.add(NewJob("claim", "one"))
    worker = worker_of(jobs, raising(error), tmp_path)

    assert worker.run_once()
    assert state is jobs.find(job.id).state


@pytest.mark.parametrize(("again_at", "due_at"), [(NOW + 40_000, NOW + 40_000), (NOW - 5, NOW + 2)])
def test_a_job_that_waits_for_a_known_moment_is_left_alone_till_then(jobs, tmp_path, again_at, due_at):
    """A reward of tomorrow's budget asks nobody meanwhile; a moment that is past is no reason to hurry."""
    job = jobs.add(NewJob("claim", "one"))
    worker_of(jobs, raising(JobLaterError(again_at, "the day's points are given")), tmp_path).run_once()

    assert due_at == jobs.find(job.id).due_at


def test_a_job_that_nobody_knows_is_put_aside(jobs, tmp_path):
    """An older worker must not swallow what a newer page asks for."""
    job = jobs.add(NewJob("register", "one"))

    worker_of(jobs, raising(ValueError()), tmp_path).run_once()

    assert (jobs.find(job.id).state, jobs.find(job.id).note) == (JobState.FAILED, "UnknownJobError")


def test_a_fault_is_logged_without_its_words(jobs, tmp_path, caplog):
    """A message may name a piece, and a piece its owner."""
    jobs.add(NewJob("claim", "one"))
    with caplog.at_level(logging.ERROR):
        worker_of(jobs, raising(ValueError("owned by Ada")), tmp_path).run_once()

    assert "ValueError" in caplog.text
    assert "Ada" not in caplog.text


def test_one_worker_works_at_a_time(jobs, tmp_path):
    """A second process finds the lock taken and leaves the job alone."""
    jobs.add(NewJob("claim", "one"))
    second = worker_of(jobs, lambda job: {}, tmp_path)

    with FolderLock(tmp_path)():
        assert not second.run_once()
    assert second.run_once()


def test_a_job_cut_by_a_crash_is_done_by_the_next_worker(jobs, tmp_path):
    """The lock went with the process that died; the job did not."""
    job = jobs.add(NewJob("claim", "one"))
    with pytest.raises(KeyboardInterrupt):
        worker_of(jobs, raising(KeyboardInterrupt()), tmp_path).run_once()
    assert JobState.RUNNING is jobs.find(job.id).state

    assert worker_of(jobs, lambda job: {}, tmp_path).run_once()
    assert (jobs.find(job.id).state, jobs.find(job.id).attempts) == (JobState.DONE, 2)


def test_a_thread_works_until_it_is_told_to_stop(jobs, tmp_path):
    """Two jobs, then the word to stop from the second."""
    for key in "ab":
        jobs.add(NewJob("claim", key))
    done = []

    def handler(job):
        done.append(job.id)
        if len(done) == 2:
            thread.stop(0)
        return {}

    thread = WorkerThread(worker_of(jobs, handler, tmp_path))
    thread.work()

    assert len(done) == 2
    assert jobs.count(JobState.DONE) == 2
