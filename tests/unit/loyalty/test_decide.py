"""The decision, by enumeration: every question with every answer, at both sides of every bound."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from loyalty.decide import DAY_S, Effects, Facts, again_at, decide
from loyalty.results import Reason
from tests.fakes.points import START_S, some_rule

RULE = some_rule(per_day=100)
GOOD = Facts(
    recorded_at=START_S,
    doubt=None,
    staff=False,
    claimant=False,
    once_used=False,
    item_members=0,
    item_strangers=0,
    member_day=0,
    device_day=0,
    day_spent=0,
    campaign_balance=10,
)
DOUBTS = (Reason.NOT_GENUINE, Reason.CANNOT_VERIFY, Reason.UNUSUAL_ACTIVITY, Reason.NOT_SOLD)
BAD = {
    Reason.STAFF: [{"staff": True}],
    Reason.NOT_GENUINE: [{"doubt": Reason.NOT_GENUINE}],
    Reason.CANNOT_VERIFY: [{"doubt": Reason.CANNOT_VERIFY}],
    Reason.UNUSUAL_ACTIVITY: [{"doubt": Reason.UNUSUAL_ACTIVITY}],
    Reason.NOT_SOLD: [{"doubt": Reason.NOT_SOLD}],
    Reason.ALREADY_COLLECTED: [{"once_used": True}],
    Reason.SLOTS_TAKEN: [{"item_members": 2, "item_strangers": 2}, {"item_members": 3, "item_strangers": 0}],
    Reason.MEMBER_DAY: [{"member_day": 5}, {"member_day": 6}],
    Reason.DEVICE_DAY: [{"device_day": 5}],
    Reason.DAY_SPENT: [{"day_spent": 91}, {"day_spent": 100}],
    Reason.CAMPAIGN_EMPTY: [{"campaign_balance": 9}, {"campaign_balance": 0}],
}
ORDER = list(BAD)
AT_THE_BOUND = [
    {"member_day": 4},
    {"device_day": 4},
    {"day_spent": 90},
    {"campaign_balance": 10},
    {"item_members": 1, "item_strangers": 1},
    {"item_members": 2, "item_strangers": 1},
    {"item_members": 2, "item_strangers": 2, "claimant": True},
]


def outcome(**changes):
    return decide(RULE, replace(GOOD, **changes)).outcome


@pytest.mark.parametrize("facts", AT_THE_BOUND)
def test_up_to_each_bound_it_pays(facts):
    """The last award before a bound, and the kept slot for the claimant."""
    expected = Effects(10, START_S + DAY_S, START_S + 730 * DAY_S, facts.get("day_spent", 0) + 10)

    assert expected == outcome(**facts)


@pytest.mark.parametrize(("reason", "facts"), [(reason, facts) for reason, all_ in BAD.items() for facts in all_])
def test_at_each_bound_it_stops_with_its_reason(reason, facts):
    assert reason is outcome(**facts)


def test_of_several_reasons_the_first_in_order_is_given():
    """All pairs: what a customer reads does not hang on chance."""
    doubts = set(DOUBTS)
    for first, second in product(ORDER, repeat=2):
        if ORDER.index(first) < ORDER.index(second) and not {first, second} <= doubts:
            assert first is outcome(**BAD[second][0] | BAD[first][0]), (first, second)


def test_every_subset_of_bars_stops_it():
    """Points are paid in exactly one of all 2^8 cases: when nothing is in the way."""
    bars = [BAD[reason][0] for reason in ORDER if reason not in DOUBTS[1:]]
    for chosen in product([False, True], repeat=len(bars)):
        facts = {name: value for bar, taken in zip(bars, chosen, strict=True) if taken for name, value in bar.items()}
        assert isinstance(outcome(**facts), Effects) is not any(chosen)


def test_the_trace_ends_with_the_question_that_decided():
    decision = decide(RULE, replace(GOOD, member_day=5))

    assert [step.held for step in decision.trace] == [True] * 5 + [False]
    assert decision.trace[-1].reason is Reason.MEMBER_DAY


@pytest.mark.parametrize("reason", Reason)
def test_only_the_days_bounds_are_worth_waiting_for(reason):
    """They end at midnight, UTC."""
    midnight = (START_S // DAY_S + 1) * DAY_S
    expected = midnight if reason in {Reason.MEMBER_DAY, Reason.DEVICE_DAY, Reason.DAY_SPENT} else None

    assert expected == again_at(reason, START_S)


def test_facts_have_one_spelling():
    assert GOOD.text() == (
        '{"campaign_balance":10,"claimant":false,"day_spent":0,"device_day":0,"doubt":null,"item_members":0,'
        f'"item_strangers":0,"member_day":0,"once_used":false,"recorded_at":{START_S},"staff":false}}'
    )
