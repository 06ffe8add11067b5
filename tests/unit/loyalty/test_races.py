"""Many who collect at once, with real threads on one file: never an award, nor a point, too many."""

from __future__ import annotations

import threading
from collections import Counter

import pytest

from loyalty.results import Award, Declined, Reason
from loyalty.rulebook import RuleBook
from tests.bench.award import collect_at_once
from tests.fakes.points import award_verdict, some_points, some_rule

pytestmark = pytest.mark.usefixtures("each_engine")

COLLECTORS = 12
SEEDS = 2


@pytest.fixture
def world(tmp_path):
    world = some_points(tmp_path, RuleBook([some_rule(per_day=70)]))
    yield world
    assert world.points.audit().fault is None
    world.database.close()


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_race_for_one_piece_pays_two_strangers(world, seed):
    """Three slots, one of them kept."""
    assert len(collect_at_once(world, COLLECTORS, lambda _: seed)) == 2


def test_a_race_for_a_days_budget_pays_what_is_released(world):
    """Seventy points, ten an award, everybody at another piece."""
    assert sum(award.amount for award in collect_at_once(world, COLLECTORS, lambda number: number)) == 70


def test_one_request_sent_many_times_at_once_is_paid_once(world):
    """A double tap, or a phone that tries again: one award, told to all."""
    event, found, start = world.event(), [], threading.Barrier(COLLECTORS)

    def collect():
        start.wait()
        found.append(world.points.award(award_verdict(), event))

    threads = [threading.Thread(target=collect) for _ in range(COLLECTORS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({award.id for award in found if isinstance(award, Award)}) == 1
    assert Counter(award.repeated for award in found) == {False: 1, True: COLLECTORS - 1}
    assert world.points.balance("ana").pending == 10


def test_one_scan_shared_by_many_pays_one(world):
    """Whoever is first; the others read that it was used."""
    events = [world.event(f"m{number}", 0, source="shared") for number in range(COLLECTORS)]
    found, start = [], threading.Barrier(COLLECTORS)

    def collect(event):
        start.wait()
        found.append(world.points.award(award_verdict(), event))

    threads = [threading.Thread(target=collect, args=(event,)) for event in events]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Counter(type(one) for one in found) == {Award: 1, Declined: COLLECTORS - 1}
    assert {one.reason for one in found if isinstance(one, Declined)} == {Reason.SCAN_USED}
