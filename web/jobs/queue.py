"""The queue of jobs, in the site's own database.

    WAITING -> RUNNING -> DONE, or REFUSED with a code; or back to WAITING while the world is away; or FAILED

A job is added in the same transaction as whatever it belongs to. What is asked for never waits for the ledger; a page
that asks the registry first, as the one for claim codes does, says so when it is away.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import Any, Final

from sqlalchemy import Connection, Select, and_, func, insert, select, update

from loyalty.adapters.sql_database import Database
from web.errors import WebError
from web.store.jobs_tables import JOB

PAYLOAD_MAX_BYTES: Final = 64 * 1024
LIST_MAX: Final = 200
WAIT_MIN_S: Final = 2
WAIT_MAX_S: Final = 60
_DOUBLINGS_MAX: Final = 6
_KIND_MAX: Final = 32
_SUBJECT_MAX: Final = 64
_NOTE_MAX: Final = 200
_NOTHING: Final = "{}"


class JobPayloadError(WebError):
    """A payload is larger than 64 KiB. Nothing was added: our bug, it should name what is big."""

    def __init__(self, kind: str, size_bytes: int) -> None:
        super().__init__(f"the payload of a {kind} job has {size_bytes} bytes, at most {PAYLOAD_MAX_BYTES}")
        self.kind = kind
        self.size_bytes = size_bytes


@unique
class JobState(StrEnum):
    """How far a job has come. Append only: it is in the table."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"
    """It cannot be done, and the result says why. Nothing was changed."""
    FAILED = "failed"
    """Our fault; staff look at it and start it again."""


OPEN: Final = (JobState.WAITING, JobState.RUNNING)
_SPENT: Final = (JobState.REFUSED, JobState.FAILED)


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job to add. `key` names the wish: the same one is not taken up twice while it is open or done."""

    kind: str
    key: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    """JSON, without any secret."""
    person_id: str | None = None
    subject: str = ""
    """What it is about, in at most 64 characters, to be found by."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it stands."""

    id: str
    kind: str
    subject: str
    person_id: str | None
    payload: dict[str, Any]
    """Empty once it was done or refused."""
    state: JobState
    result: dict[str, Any]
    note: str
    """Why it waits or failed, for staff: the name of an error."""
    attempts: int
    created_at: int
    changed_at: int
    due_at: int

    @property
    def is_open(self) -> bool:
        """Whether something is still to come."""
        return self.state in OPEN


class Jobs:
    """The queue. Every method is one transaction; `add_within` joins the caller's."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self.database = database
        self.clock = clock

    def now_s(self) -> int:
        """Give the moment, in unix seconds."""
        return int(self.clock())

    # ---- asking for work

    def add(self, new: NewJob) -> Job:
        """Add a job, or give the one that has its key. Raises JobPayloadError, DatabaseUnavailableError."""
        with self.database.writing() as connection:
            return self.add_within(connection, new)

    def add_within(self, connection: Connection, new: NewJob) -> Job:
        """Add a job in a transaction that is open. A refused or failed one gives its key free."""
        assert 0 < len(new.kind) <= _KIND_MAX, new.kind
        assert len(new.subject) <= _SUBJECT_MAX, new.kind
        payload = json.dumps(dict(new.payload), ensure_ascii=False)
        if len(payload.encode()) > PAYLOAD_MAX_BYTES:
            raise JobPayloadError(new.kind, len(payload.encode()))
        key, now_s = hashlib.sha256(f"{new.kind}\0{new.key}".encode()).hexdigest(), self.now_s()
        known = connection.execute(select(JOB).where(JOB.c.key == key)).mappings().one_or_none()
        if known is not None and known["state"] not in _SPENT:
            return _job(known)
        if known is not None:
            freed = secrets.token_hex(32)
            connection.execute(update(JOB).where(JOB.c.id == known["id"]).values(key=freed))
        values = {
            "id": secrets.token_hex(16),
            "kind": new.kind,
            "key": key,
            "subject": new.subject,
            "person_id": new.person_id,
            "payload": payload,
            "state": JobState.WAITING.value,
            "result": _NOTHING,
            "note": "",
            "attempts": 0,
            "created_at": now_s,
            "changed_at": now_s,
            "due_at": now_s,
        }
        connection.execute(insert(JOB).values(values))
        return _job(values)

    # ---- looking

    def find(self, job_id: str) -> Job | None:
        """Find a job; None when there is none."""
        return next(iter(self._select(select(JOB).where(JOB.c.id == job_id))), None)

    def of_person(self, person_id: str, *, limit: int = 50) -> tuple[Job, ...]:
        """List what a person asked for, the newest first."""
        return self._select(_newest(select(JOB).where(JOB.c.person_id == person_id), limit))

    def of_subject(self, subject: str, *, limit: int = 50) -> tuple[Job, ...]:
        """List what was asked for about one thing, the newest first."""
        return self._select(_newest(select(JOB).where(JOB.c.subject == subject), limit))

    def newest(self, kinds: Sequence[str], *, limit: int = 50) -> tuple[Job, ...]:
        """List jobs of some kinds, the newest first."""
        return self._select(_newest(select(JOB).where(JOB.c.kind.in_(kinds)), limit))

    def failed(self, *, limit: int = 50) -> tuple[Job, ...]:
        """List what staff should look at, the newest first."""
        return self._select(_newest(select(JOB).where(JOB.c.state == JobState.FAILED.value), limit))

    def export(self, person_id: str) -> list[dict[str, Any]]:
        """Give what the queue keeps of a person, as JSON values."""
        jobs = self.of_person(person_id, limit=LIST_MAX)
        return [
            {"id": job.id, "kind": job.kind, "state": job.state.value, "created_at": job.created_at} for job in jobs
        ]

    def count(self, state: JobState) -> int:
        """Count the jobs in a state."""
        with self.database.reading() as connection:
            return connection.execute(select(func.count()).where(JOB.c.state == state.value)).scalar_one()

    def _select(self, query: Select[Any]) -> tuple[Job, ...]:
        with self.database.reading() as connection:
            return tuple(_job(row) for row in connection.execute(query).mappings())

    # ---- working; for `Worker`, which lets nobody else work at the same time

    def take(self) -> Job | None:
        """Take the next due job, also one that a dead worker left running: nobody else can be at it.

        What was tried before is left alone for a while if this worker dies too, so that it blocks nobody for ever.
        """
        now_s = self.now_s()
        is_due = and_(JOB.c.state.in_([state.value for state in OPEN]), JOB.c.due_at <= now_s)
        with self.database.writing() as connection:
            query = select(JOB).where(is_due).order_by(JOB.c.due_at, JOB.c.number).limit(1)
            row = connection.execute(query).mappings().one_or_none()
            if row is None:
                return None
            attempts = row["attempts"]
            values = {
                "state": JobState.RUNNING.value,
                "attempts": attempts + 1,
                "changed_at": now_s,
                "due_at": now_s + (wait_of(attempts) if attempts else 0),
            }
            connection.execute(update(JOB).where(JOB.c.id == row["id"]).values(values))
            return _job({**row, **values})

    def done(self, job: Job, result: Mapping[str, Any]) -> None:
        """Close a job that was done, and forget what it was done with."""
        text = json.dumps(dict(result), ensure_ascii=False)
        self._close(job, JobState.DONE, payload=_NOTHING, result=text, note="")

    def refused(self, job: Job, code: str, detail: str) -> None:
        """Close a job that cannot be done."""
        text = json.dumps({"code": code, "detail": detail}, ensure_ascii=False)
        self._close(job, JobState.REFUSED, payload=_NOTHING, result=text, note="")

    def failed_by(self, job: Job, error: Exception) -> None:
        """Put a job aside for staff; what it is to be done with is kept."""
        self._close(job, JobState.FAILED, note=type(error).__name__[:_NOTE_MAX])

    def put_off(self, job: Job, error: Exception, not_before: int = 0) -> None:
        """Let a job wait for the world to come back, longer each time; at least until `not_before`, in unix seconds."""
        due_at = max(self.now_s() + wait_of(job.attempts), not_before)
        self._close(job, JobState.WAITING, note=type(error).__name__[:_NOTE_MAX], due_at=due_at)

    def retry(self, job_id: str) -> bool:
        """Start a failed job again; False when it is none."""
        is_failed = and_(JOB.c.id == job_id, JOB.c.state == JobState.FAILED.value)
        now_s = self.now_s()
        with self.database.writing() as connection:
            again = update(JOB).where(is_failed).values(state=JobState.WAITING.value, due_at=now_s, changed_at=now_s)
            return connection.execute(again).rowcount == 1

    def _close(self, job: Job, state: JobState, **values: object) -> None:
        with self.database.writing() as connection:
            connection.execute(
                update(JOB).where(JOB.c.id == job.id).values(state=state.value, changed_at=self.now_s(), **values)
            )


def wait_of(attempts: int) -> int:
    """Say how long a job waits after so many tries, in seconds: 2, 4, 8, up to a minute."""
    return min(WAIT_MAX_S, WAIT_MIN_S << min(max(attempts, 1) - 1, _DOUBLINGS_MAX))


def _newest(query: Select[Any], limit: int) -> Select[Any]:
    return query.order_by(JOB.c.number.desc()).limit(min(limit, LIST_MAX))


def _job(row: Mapping[Any, Any]) -> Job:
    return Job(
        row["id"],
        row["kind"],
        row["subject"],
        row["person_id"],
        json.loads(row["payload"]),
        JobState(row["state"]),
        json.loads(row["result"]),
        row["note"],
        row["attempts"],
        row["created_at"],
        row["changed_at"],
        row["due_at"],
    )
