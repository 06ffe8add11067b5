"""Somebody sends the request that pays again, changed, shared, or fifty times at once.

The weaker rule looks whether points were paid and then pays: between the two, everybody else looks too. Ours decides
and pays in one transaction, under an id that pays once for ever.
"""

from __future__ import annotations

import threading
from collections import Counter

import pytest

from loyalty.errors import IdempotencyError
from loyalty.events import EventKind
from loyalty.results import Award, Declined, Reason
from tests.fakes.points import award_verdict, some_item, some_points

AT_ONCE = 10


class WeakPoints:
    """The weaker rule: look, then pay."""

    def __init__(self, together):
        self.together = together
        self.paid = []

    def award(self, event):
        is_paid = any((event.member, event.item) == (other.member, other.item) for other in self.paid)
        self.together.wait()
        if not is_paid:
            self.paid.append(event)


@pytest.fixture
def world(tmp_path):
    world = some_points(tmp_path)
    yield world
    assert world.points.audit().fault is None
    world.database.close()


def at_once(works):
    found = []
    threads = [threading.Thread(target=lambda work=work: found.append(work())) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_a_race_of_new_scans_by_one_member_pays_once(world):
    """Ten browser tabs, each with a scan of its own, of one piece."""
    weak, events = WeakPoints(threading.Barrier(AT_ONCE)), [world.event("mallory", 0) for _ in range(AT_ONCE)]
    at_once([lambda event=event: weak.award(event) for event in events])
    assert len(weak.paid) == AT_ONCE

    found = at_once([lambda event=event: world.points.award(award_verdict(), event) for event in events])

    assert Counter(map(type, found)) == {Award: 1, Declined: AT_ONCE - 1}
    assert {one.reason for one in found if isinstance(one, Declined)} == {Reason.ALREADY_COLLECTED}
    assert world.points.balance("mallory").pending == 10


def test_a_replayed_request_pays_nothing_more(world):
    """As often as one likes, and years later."""
    event = world.event("mallory", 0)
    first = world.points.award(award_verdict(), event)
    for days in (0, 1, 400, 4000):
        world.clock.pass_days(days)
        again = world.points.award(award_verdict(), event)
        assert (again.id, again.repeated) == (first.id, True)

    assert world.points.audit().awards == 1


def test_a_request_whose_piece_was_exchanged_is_refused(world):
    """One scan, sent again for a dearer piece."""
    world.check("mallory", 0, source="stolen-scan")
    with pytest.raises(IdempotencyError):
        world.check("mallory", 1, source="stolen-scan")

    assert world.points.balance("mallory").pending == 10


def test_a_scan_handed_to_friends_pays_one_of_them(world):
    found = [world.check(member, 0, source="shared") for member in ("mallory", "friend", "other")]

    assert isinstance(found[0], Award)
    assert [one.reason for one in found[1:]] == [Reason.SCAN_USED] * 2


def test_a_claim_raced_by_two_pays_one_first_owner(world):
    """Two who hold the same card."""
    events = [world.event(member, 0, kind=EventKind.CLAIM, claimant=True) for member in ("owner", "mallory")]
    found = at_once([lambda event=event: world.points.award(award_verdict(), event) for event in events])

    assert Counter(map(type, found)) == {Award: 1, Declined: 1}


def test_taking_points_back_twice_takes_them_once(world):
    """The other way round: a replayed reversal must not hurt a member."""
    first, second = world.check("ana", 0), world.check("ana", some_item(1))
    for _ in range(2):
        world.points.reverse(first.id, "mistake", "case-1")

    assert world.points.balance("ana").pending == second.amount
