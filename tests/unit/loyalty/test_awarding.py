"""Awards: the gate on the verdict, one payment a fact, and every bound held by the ledger itself."""

from __future__ import annotations

from itertools import product

import pytest

from loyalty.errors import EventError, IdempotencyError, WrongPolicyError
from loyalty.events import AwardEvent, EventKind
from loyalty.results import Award, Declined, Reason
from loyalty.rulebook import RuleBook
from tests.fakes.points import DAY_S, START_S, award_verdict, some_item, some_points, some_rule
from verifier.policies import AWARD, POLICIES
from verifier.verdict import NEVER_FAILS, Code, Level, Outcome

pytestmark = pytest.mark.usefixtures("each_engine")

MIDNIGHT = (START_S // DAY_S + 1) * DAY_S


@pytest.fixture
def world(tmp_path):
    world = some_points(tmp_path)
    yield world
    assert world.points.audit().fault is None
    world.database.close()


def world_of(tmp_path, **changes):
    return some_points(tmp_path, RuleBook([some_rule(**changes)]), funds=changes.pop("funds", 1000))


def reason(found):
    assert isinstance(found, Declined), found
    return found.reason


def test_a_check_pays_what_the_rule_says(world):
    """The award names its rule, when it vests and when it expires; the points are pending until then."""
    found = world.check("ana", 0)

    assert Award(3, 10, "first-check", START_S, START_S + DAY_S, START_S + 730 * DAY_S, repeated=False) == found
    assert (world.points.balance("ana").pending, world.points.balance("ana").available) == (10, 0)


def test_a_claim_pays_more_and_waits_for_the_return_window(world):
    found = world.claim("ana", 0)

    assert (found.amount, found.vests_at) == (200, START_S + 30 * DAY_S)


def test_no_verdict_pays_but_verified(world):
    """By enumeration: every code of the policy with every outcome; one alone that is not PASSED is enough."""
    for code, outcome in product(AWARD.required | AWARD.advisory, (Outcome.FAILED, Outcome.UNKNOWN)):
        if outcome is Outcome.FAILED and code in NEVER_FAILS:
            continue
        verdict = award_verdict({code: outcome})
        assert verdict.level is not Level.VERIFIED
        assert isinstance(world.points.award(verdict, world.event()), Declined)

    assert world.points.balance("ana").pending == 0


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ({Code.SALE_RECORDED: Outcome.FAILED}, Reason.NOT_SOLD),
        ({Code.SALE_RECORDED: Outcome.FAILED, Code.STATUS_CLEAR: Outcome.FAILED}, Reason.NOT_GENUINE),
        ({Code.SALE_RECORDED: Outcome.UNKNOWN}, Reason.CANNOT_VERIFY),
        ({Code.STATUS_CLEAR: Outcome.FAILED}, Reason.NOT_GENUINE),
        ({Code.CHAIN_FRESH: Outcome.UNKNOWN}, Reason.CANNOT_VERIFY),
        ({Code.SCAN_PATTERN_PLAUSIBLE: Outcome.FAILED}, Reason.UNUSUAL_ACTIVITY),
        ({Code.SCAN_PATTERN_PLAUSIBLE: Outcome.UNKNOWN}, Reason.CANNOT_VERIFY),
    ],
)
def test_a_doubt_has_its_reason(world, outcomes, expected):
    """A page says why; and we accuse nobody of an unusual scan that nobody saw."""
    assert expected is reason(world.points.award(award_verdict(outcomes), world.event()))


@pytest.mark.parametrize("name", [name for name in POLICIES if name != "AWARD"])
def test_a_verdict_for_another_audience_is_refused(world, name):
    """PHONE accepts an unsold piece with a caution, TOKEN looks at no label: neither may pay."""
    with pytest.raises(WrongPolicyError, match=name):
        world.points.award(award_verdict(policy=POLICIES[name]), world.event())


def test_the_same_request_again_gives_the_same_award_and_posts_nothing(world):
    """A phone that lost the answer asks again."""
    event = world.event()
    first, again = (world.points.award(award_verdict(), event) for _ in range(2))

    assert (first.id, first.amount, True) == (again.id, again.amount, again.repeated)
    assert world.points.balance("ana").pending == 10


def test_what_was_paid_is_given_again_though_the_piece_was_reported_since(world):
    event = world.event()
    first = world.points.award(award_verdict(), event)
    again = world.points.award(award_verdict({Code.STATUS_CLEAR: Outcome.FAILED}), event)

    assert (first.id, True) == (again.id, again.repeated)


def test_the_same_scan_for_something_else_is_refused(world):
    """Same id, other body: neither paid again nor passed over in silence."""
    world.check("ana", 0, source="one-scan")
    with pytest.raises(IdempotencyError) as caught:
        world.check("ana", some_item(1), source="one-scan")

    assert caught.value.transfer == 3


def test_an_answer_that_was_lost_is_given_again_to_another_device(world):
    """The first answer brings the browser its name; where it never came, the second request has another one."""
    first = world.check("ana", 0, source="one-scan", device="phone")
    again = world.check("ana", 0, source="one-scan", device="another")

    assert (first.id, True) == (again.id, again.repeated)


def test_a_scan_that_paid_one_member_pays_no_other(world):
    world.check("ana", 0, source="one-scan")

    assert Reason.SCAN_USED is reason(world.check("ben", 1, source="one-scan"))


def test_a_scan_and_a_claim_may_have_the_same_id(world):
    assert isinstance(world.check("ana", 0, source="7"), Award)
    assert isinstance(world.claim("ana", 0, source="7"), Award)


def test_a_member_is_paid_once_for_a_piece(world):
    world.check("ana", 0)
    world.clock.pass_days(400)

    assert Reason.ALREADY_COLLECTED is reason(world.check("ana", 0))
    assert isinstance(world.check("ana", 1), Award)


def test_a_piece_is_claimed_once_for_all(world):
    """Whoever claims it later, after a resale or with another card, is not paid: the first owner was."""
    world.claim("ana", 0)

    assert Reason.ALREADY_COLLECTED is reason(world.claim("ben", 0))


def test_staff_earn_nothing(world):
    assert Reason.STAFF is reason(world.check(staff=True))


def test_where_no_rule_pays_nothing_is_paid(tmp_path):
    world = world_of(tmp_path)

    assert Reason.NO_RULE is reason(world.claim())


def test_the_days_bounds_end_at_midnight(world):
    """The sixth piece of a day waits, by member and by device."""
    assert all(isinstance(world.check("ana", item), Award) for item in range(5))

    assert Declined(Reason.MEMBER_DAY, MIDNIGHT) == world.check("ana", 5)
    assert Declined(Reason.DEVICE_DAY, MIDNIGHT) == world.check("ben", 5, device="phone-of-ana")
    world.clock.now_s = MIDNIGHT - 1
    assert Declined(Reason.MEMBER_DAY, MIDNIGHT) == world.check("ana", 5)
    world.clock.now_s = MIDNIGHT
    assert isinstance(world.check("ana", 5), Award)


def test_a_campaign_is_released_day_by_day(tmp_path):
    """Thirty points a day: whoever comes fourth comes again tomorrow, to the point."""
    world = world_of(tmp_path, per_day=35)
    assert all(isinstance(world.check(f"m{number}", number), Award) for number in range(3))

    assert Declined(Reason.DAY_SPENT, MIDNIGHT) == world.check("m3", 3)
    world.clock.now_s = MIDNIGHT
    assert isinstance(world.check("m3", 3), Award)


def test_an_empty_campaign_stops_exactly(tmp_path):
    """Its floor is zero: 25 points pay two awards of ten, and the five stay."""
    world = some_points(tmp_path, RuleBook([some_rule()]), funds=25)
    found = [world.check(f"m{number}", number) for number in range(3)]

    assert [one.amount for one in found[:2]] == [10, 10]
    assert Reason.CAMPAIGN_EMPTY is reason(found[2])
    world.points.fund("discovery", 5, "again")
    assert isinstance(world.check("m3", 3), Award)


def test_a_declined_request_may_be_made_again(tmp_path):
    """A decline writes nothing: the same scan is paid once the campaign has points."""
    world = some_points(tmp_path, RuleBook([some_rule()]), funds=0)
    event = world.event()
    assert Reason.CAMPAIGN_EMPTY is reason(world.points.award(award_verdict(), event))
    assert world.points.audit().transfers == 0
    world.points.fund("discovery", 10, "first")

    assert isinstance(world.points.award(award_verdict(), event), Award)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("member", ""),
        ("member", "a" * 65),
        ("member", "ana\n"),
        ("source", "a:b"),
        ("device", "é"),
        ("happened_at", -1),
        ("happened_at", 2**40),
    ],
)
def test_an_event_from_outside_has_its_form(field, value):
    """Nothing that could be read as two fields, or be very long, reaches the ledger."""
    fields = {
        "kind": EventKind.CHECK,
        "member": "a",
        "item": some_item(0),
        "source": "s",
        "device": "d",
        "happened_at": 0,
    }
    with pytest.raises(EventError) as caught:
        AwardEvent(**fields | {field: value})

    assert field == caught.value.field
