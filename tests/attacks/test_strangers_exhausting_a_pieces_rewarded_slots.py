"""Strangers before a shop window, or with a picture from a sale's page, scan a piece until its owner gets nothing.

The weaker rule pays the first three members who come. Ours keeps one slot of the three for whoever claims the piece;
and a stranger can neither use up the claim's own award nor, in a day, the campaign.
"""

from __future__ import annotations

import pytest

from loyalty.results import Award, Declined, Reason
from loyalty.rulebook import RuleBook
from tests.fakes.points import some_points, some_rule

SLOTS = 3
STRANGERS = 20


@pytest.fixture
def world(tmp_path):
    world = some_points(tmp_path)
    yield world
    assert world.points.audit().fault is None
    world.database.close()


def first_come(members):
    """The weaker rule: whoever is first."""
    return members[:SLOTS]


def test_the_owners_slot_is_kept(world):
    """Twenty strangers first; the owner claims the piece a month later and checks it."""
    strangers = [f"stranger-{number}" for number in range(STRANGERS)]
    assert "owner" not in first_come([*strangers, "owner"])
    found = [world.check(member, 0) for member in strangers]
    world.clock.pass_days(30)
    claim, check = world.claim("owner", 0), world.check("owner", 0, claimant=True)

    assert [type(one) for one in found[:3]] == [Award, Award, Declined]
    assert {one.reason for one in found[2:]} == {Reason.SLOTS_TAKEN}
    assert isinstance(claim, Award)
    assert isinstance(check, Award)


def test_an_owner_who_was_a_stranger_first_is_not_paid_twice(world):
    """The kept slot is for the claimant, not for a second award to the same member."""
    world.check("owner", 0)
    world.claim("owner", 0)

    assert world.check("owner", 0, claimant=True) == Declined(Reason.ALREADY_COLLECTED)


def test_no_more_than_three_are_paid_though_many_claim_to_be_its_owner(world):
    """A piece that was sold on: each owner is a claimant in turn, and three slots stay three."""
    found = [world.check(f"owner-{number}", 0, claimant=True) for number in range(4)]

    assert [type(one) for one in found] == [Award, Award, Award, Declined]


def test_strangers_cannot_spend_a_claims_budget(tmp_path):
    """Checks and claims are paid from campaigns of their own."""
    rules = RuleBook(
        [
            some_rule(per_day=20),
            some_rule(id="claim", on="claim", once_per=["item"], limits="", amount=9, campaign="ownership", per_day=20),
        ]
    )
    world = some_points(tmp_path, rules)
    for number in range(STRANGERS):
        world.check(f"stranger-{number}", number)

    assert world.check("late", 99).reason is Reason.DAY_SPENT
    assert isinstance(world.claim("owner", 0), Award)
    world.database.close()


def test_a_campaign_drained_today_pays_again_tomorrow(tmp_path):
    """The weaker campaign is empty after one night of strangers; ours releases half of it a day."""
    funds = 100
    world = some_points(tmp_path, RuleBook([some_rule(per_day=50)]), funds=funds)
    weakly_left = max(0, funds - STRANGERS * 10)
    for number in range(STRANGERS):
        world.check(f"stranger-{number}", number)
    world.clock.pass_days(1)

    assert weakly_left == 0
    assert [type(world.check(f"customer-{number}", 50 + number)) for number in range(6)] == [Award] * 5 + [Declined]
    world.database.close()
