"""A crash between any two statements leaves nothing: the ledger is as it was, and the same request then succeeds."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from sqlalchemy import select

from loyalty.points import Points
from loyalty.results import Award, Reversal
from loyalty.rulebook import shipped_rules
from loyalty.tables import METADATA
from tests.fakes.points import award_verdict, some_points

pytestmark = pytest.mark.usefixtures("each_engine")

STATEMENTS_MAX = 60


class PowerCutError(Exception):
    """The process ended here."""


class FailingDatabase:
    """A database whose process ends at the n-th statement of a writing transaction, or just before it commits."""

    def __init__(self, database):
        self._database = database
        self.statements_left = None

    @property
    def engine(self):
        return self._database.engine

    def reading(self):
        return self._database.reading()

    @contextmanager
    def writing(self):
        with self._database.writing() as connection:
            yield FailingConnection(connection, self)
            self.spend()

    def spend(self):
        if self.statements_left is not None:
            if not self.statements_left:
                raise PowerCutError
            self.statements_left -= 1


class FailingConnection:
    """Counts what goes through it, on either way to the driver."""

    def __init__(self, real, database):
        self._real = real
        self._database = database

    @property
    def connection(self):
        return self

    def cursor(self):
        return FailingCursor(self._real.connection.cursor(), self._database)

    def exec_driver_sql(self, sql, values):
        self._database.spend()
        return self._real.exec_driver_sql(sql, values)


class FailingCursor:
    def __init__(self, real, database):
        self._real = real
        self._database = database

    def execute(self, sql, values):
        self._database.spend()
        self._real.execute(sql, values)

    def fetchall(self):
        return self._real.fetchall()

    def close(self):
        self._real.close()


@pytest.fixture
def world(tmp_path):
    world = some_points(tmp_path)
    yield world
    world.database.close()


def first_award(world, points):
    event = world.event("ana", 0, source="scan")
    return lambda: points.award(award_verdict(), event)


def later_award(world, points):
    world.check("ana", 1)
    return first_award(world, points)


def funding(_world, points):
    return lambda: points.fund("discovery", 5, "more")


def vesting(world, points):
    world.check()
    world.clock.pass_days(1)
    return points.vest_due


def expiry(world, points):
    world.check()
    world.clock.pass_days(1)
    world.points.settle_due()
    world.clock.pass_days(730)
    return points.expire_due


def reversal(world, points):
    award = world.check().id
    return lambda: points.reverse(award, Reversal.RETURNED, "case")


def dump(world):
    """Every row of every table."""
    with world.database.reading() as connection:
        return [tuple(row) for table in METADATA.sorted_tables for row in connection.execute(select(table))]


@pytest.mark.parametrize("story", [first_award, later_award, funding, vesting, expiry, reversal])
def test_a_crash_between_any_two_statements_leaves_nothing(world, story):
    """Each statement in turn is the last; then the request comes again, and goes through once."""
    database = FailingDatabase(world.database)
    points = Points(database, shipped_rules(), world.clock)
    work = story(world, points)
    before = dump(world)
    for statements in range(STATEMENTS_MAX):
        database.statements_left = statements
        try:
            answer = work()
        except PowerCutError:
            assert dump(world) == before
        else:
            break
    database.statements_left = None

    assert statements >= 8
    assert dump(world) != before
    assert isinstance(answer, Award | int)
    assert world.points.audit().fault is None
