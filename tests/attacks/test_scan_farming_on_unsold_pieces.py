"""An insider photographs the labels of a whole stockroom, and has friends, or a program, scan them for points.

The weaker rule pays for a genuine record. A piece in stock has one: registered, complete, clear. Ours pays under
policy AWARD, which asks for a recorded sale; and it bounds what even sold pieces can be farmed for.
"""

from __future__ import annotations

import pytest

from loyalty.results import Award, Declined, Reason
from loyalty.rulebook import shipped_rules
from provenance_schemas.step_kinds import EntryKind
from tests.attacks.mount import some_world
from tests.fakes.points import START_S, some_points
from tests.fakes.world import BOUTIQUE
from verifier.policies import AWARD, CLI
from verifier.verdict import Code, Level, Outcome, Verdict, passed

STOCK = 40
FARMERS = 8
DAYS = 3


def with_plausible_scans(verdict):
    """Add what the site's scan log says of a label that was never scanned before."""
    found = [finding for finding in verdict.findings if finding.code is not Code.SCAN_PATTERN_PLAUSIBLE]
    return Verdict(verdict.policy, (*found, passed(Code.SCAN_PATTERN_PLAUSIBLE, "two scans in a week")))


def pays_for_a_genuine_record(verdict):
    """The weaker rule: nothing is wrong with it."""
    return Outcome.FAILED not in {verdict.outcome(code) for code in CLI.required}


@pytest.fixture
def points(tmp_path):
    points = some_points(tmp_path)
    yield points
    assert points.points.audit().fault is None
    points.database.close()


def test_a_piece_in_stock_pays_nothing(points):
    """Its record is genuine, and its scan looks like a customer's."""
    world = some_world()
    label, item = world.label(world.scarf), world.scarf
    verdict = with_plausible_scans(world.verify(label, AWARD).verdict)
    assert pays_for_a_genuine_record(world.verify(label, CLI).verdict)
    assert verdict.level is Level.REJECTED
    found = [points.points.award(verdict, points.event(f"farmer-{number}", item)) for number in range(FARMERS)]

    assert {one.reason for one in found} == {Reason.NOT_SOLD}
    assert points.points.audit().awards == 0


def test_once_it_is_sold_it_pays(points):
    """The same label, the same members: a sale is what makes the difference."""
    world = some_world()
    world.record(world.scarf, EntryKind.SOLD, by=BOUTIQUE)
    world.settle()
    verdict = with_plausible_scans(world.verify(world.label(world.scarf), AWARD).verdict)

    assert isinstance(points.points.award(verdict, points.event("ana", world.scarf)), Award)


def test_a_farm_of_scans_that_looks_like_one_is_paid_nothing(points):
    """Sold pieces too: a caution from the scan pattern does not pay, nor does a scan log that is away."""
    world = some_world()
    verdict = world.verify(world.bag_label, AWARD).verdict
    assert verdict.level is Level.CAUTION

    assert points.points.award(verdict, points.event("farmer", world.bag)) == Declined(Reason.CANNOT_VERIFY)


def test_even_a_sold_stock_cannot_be_farmed(points):
    """Eight farmers with a phone each, forty sold pieces, three days.

    The weaker rule pays every farmer for every piece. Ours pays five a day each, two strangers a piece, and never
    more than the day's release.
    """
    rule = next(rule for rule in shipped_rules().rules if rule.id == "first-check")
    weak = FARMERS * STOCK * rule.amount
    paid = 0
    for day in range(DAYS):
        points.clock.now_s = START_S + day * 86_400
        for number in range(FARMERS):
            for piece in range(STOCK):
                found = points.check(f"farmer-{number}", piece)
                paid += found.amount if isinstance(found, Award) else 0

    assert paid <= min(FARMERS * DAYS * rule.limits.member_day, 2 * STOCK) * rule.amount < weak
    assert paid <= DAYS * rule.per_day


def test_one_phone_with_many_accounts_is_one_farmer(points):
    """Accounts are free; a browser is bound by its own cap."""
    found = [points.check(f"sock-{number}", number, device="one-phone") for number in range(STOCK)]

    assert sum(isinstance(one, Award) for one in found) == 5
    assert {one.reason for one in found if isinstance(one, Declined)} == {Reason.DEVICE_DAY}
