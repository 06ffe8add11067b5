"""The database, what waits in it, and the points."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from sqlalchemy import select, text
from sqlalchemy.engine import make_url

from loyalty.adapters.migrating import head_of, version_of
from loyalty.adapters.sql_database import Database
from loyalty.merkle import is_consistent
from loyalty.points import Points
from loyalty.rulebook import shipped_rules
from loyalty.tables import MIGRATIONS as POINTS_MIGRATIONS
from loyalty.tables import VERSION_TABLE as POINTS_VERSION_TABLE
from mint.checkpoint_folder import CheckpointFolder
from mint.records import Records
from verifier.checkpoints import Checkpoint
from verifier.errors import UnavailableError
from web.doctor.lines import Check, Line, fail, ok, warn
from web.jobs.heart import Heart
from web.jobs.queue import JobState
from web.settings import Settings
from web.store.jobs_tables import JOB
from web.store.schema import FOLDER, VERSION_TABLE

FREE_MIN_BYTES: Final = 200 << 20
FREE_LOW_BYTES: Final = 2 << 30
WAL_MAX_BYTES: Final = 256 << 20
OLD_S: Final = 900
CLOCK_MAX_S: Final = 5
_POINTS_TIME_MAX_S: Final = 120.0
_STUCK: Final = "SELECT state, what, created_at FROM intent WHERE state NOT IN ('confirmed', 'failed') ORDER BY id"
_SERVE: Final = "assay serve"


def work_checks(settings: Settings) -> list[Check]:
    """List the checks of what is kept, and what waits."""
    return [
        Check("disk", lambda: look_at_disk(settings.data), f"df {settings.data}"),
        Check("database", lambda: _database(settings), _SERVE),
        Check("jobs", lambda: _jobs(settings), _SERVE),
        Check("outbox", lambda: _outbox(settings.data), "assay mint resume"),
        Check("worker", lambda: _worker(settings), "assay worker"),
        Check("points", lambda: _points(settings), "assay points audit", _POINTS_TIME_MAX_S),
    ]


def look_at_disk(folder: Path) -> Iterator[Line]:
    """Say how much room is left, and whether a write-ahead log grows without end."""
    free = shutil.disk_usage(folder).free
    said = f"{free / (1 << 30):.1f} GB free"
    if free < FREE_MIN_BYTES:
        yield fail("disk", f"{said}: nothing can be written soon", f"df -h {folder}")
    elif free < FREE_LOW_BYTES:
        yield warn("disk", f"{said}: make room", f"df -h {folder}")
    else:
        yield ok("disk", said)
    for log in sorted(folder.rglob("*.sqlite3-wal")):
        size = log.stat().st_size
        if size > WAL_MAX_BYTES:
            do = "end what reads for hours, and restart the site: systemctl restart assay-web"
            yield warn("disk", f"{log.name} has {size >> 20} MB: a reader holds it open", do)


def opened(settings: Settings) -> Database:
    """Open the site's database, and make nothing. Raises UnavailableError."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        raise UnavailableError("there is no site database yet: the site makes it at its first start")
    return Database.open(settings.database_url)


def _database(settings: Settings) -> Iterator[Line]:
    with closing(opened(settings)) as database:
        schemas = {"site": (FOLDER, VERSION_TABLE), "points": (POINTS_MIGRATIONS, POINTS_VERSION_TABLE)}
        for name, (folder, table) in schemas.items():
            stands, newest = version_of(database, table), head_of(folder)
            if stands == newest:
                yield ok("database", f"{database.dialect}, tables of the {name} at {stands}")
            else:
                said = f"tables of the {name} stand at {stands}, this program wants {newest}"
                yield fail(
                    "database", said, "start the site of this version: it migrates; else install the newer program"
                )
        if database.dialect != "sqlite":
            yield from _database_clock(database)


def _database_clock(database: Database) -> Iterator[Line]:
    with database.reading() as connection:
        there_s = float(connection.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())
    apart_s = abs(there_s - time.time())
    if apart_s > CLOCK_MAX_S:
        yield warn("clock", f"the database's clock is {apart_s:.0f} s from this machine's", "timedatectl status")
    else:
        yield ok("clock", f"{apart_s:.1f} s from the database's")


def _jobs(settings: Settings) -> Iterator[Line]:
    undone = [JobState.WAITING.value, JobState.RUNNING.value, JobState.FAILED.value]
    query = select(JOB.c.state, JOB.c.kind, JOB.c.created_at).where(JOB.c.state.in_(undone))
    with closing(opened(settings)) as database, database.reading() as connection:
        rows = connection.execute(query).all()
    failed = Counter(str(row[1]) for row in rows if row[0] == JobState.FAILED.value)
    if failed:
        said = ", ".join(f"{count} {kind}" for kind, count in sorted(failed.items()))
        yield fail(
            "jobs",
            f"failed, and waiting for staff: {said}",
            "look at each in the console, /console, and start it again",
        )
    waiting = [int(row[2]) for row in rows if row[0] != JobState.FAILED.value]
    oldest_s = time.time() - min(waiting) if waiting else 0.0
    if oldest_s > OLD_S:
        yield warn(
            "jobs", f"{len(waiting)} open, the oldest for {oldest_s / 60:.0f} min", "journalctl -u assay-worker -n 50"
        )
    elif not failed:
        yield ok("jobs", f"{len(waiting)} open, none failed")


def _outbox(data: Path) -> Iterator[Line]:
    with closing(Records.open(data)) as records:
        rows = records.book.database.rows(_STUCK)
    if not rows:
        yield ok("outbox", "no transaction is under way")
        return
    states = Counter(str(row["state"]) for row in rows)
    said = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    yield warn(
        "outbox",
        f"under way: {said}; the oldest is a {rows[0]['what']} of {rows[0]['created_at']}",
        "assay mint resume",
    )


def _worker(settings: Settings) -> Iterator[Line]:
    Heart(settings.jobs_folder).ask()
    yield ok("worker", "it lives")


def _points(settings: Settings) -> Iterator[Line]:
    with closing(opened(settings)) as database:
        points = Points(database, shipped_rules(), time.time)
        audit = points.audit()
        if audit.fault is not None:
            do = "stop the site, keep a copy, and restore the last backup: assay restore FILE --into FOLDER"
            yield fail("points", str(audit.fault), do)
            return
        yield ok("points", f"{audit.transfers} transfers add up, {audit.outstanding} points with members")
        checkpoint = CheckpointFolder(settings.data / "checkpoints").last()
        if checkpoint is not None:
            yield _descends(points, checkpoint)


def _descends(points: Points, checkpoint: Checkpoint) -> Line:
    """Hold the ledger's head against what the brand signed last."""
    name, head = f"checkpoint {checkpoint.sequence}", points.head()
    if checkpoint.points is None:
        return ok("points", f"{name} names no points")
    size, root = checkpoint.points.size, checkpoint.points.root
    if size <= head.size:
        path = points.growth(size, head.size).path
        if is_consistent(size, root, head.size, head.root, path):
            return ok("points", f"the log of {head.size} descends from {name}, of {size}")
    do = "rows that were signed for are gone: stop the site, and restore the last backup"
    return fail("points", f"the log of {head.size} does not descend from {name}, of {size}", do)
