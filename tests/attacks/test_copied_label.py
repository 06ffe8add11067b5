"""A forger photographs a genuine label and prints it a thousand times.

What is printed can be copied: no rule over the record tells the copy from the original, and we never say that it
does. Existing systems print "authentic" here. Ours certifies the record, asks for the piece to be compared with its
marks, and looks at how the label is used: copies in circulation are in more places than one piece can be.
"""

from __future__ import annotations

import pytest

from provenance_schemas.step_kinds import EntryKind
from tests.fakes.scans import ScanSite
from tests.fakes.world import some_world
from verifier.limits import SCAN_NETWORKS_A_DAY_MAX
from verifier.policies import AWARD, CLI, INTAKE, PHONE
from verifier.verdict import Code, Level, Outcome, Verdict


def is_authentic(verification) -> bool:
    """The weaker rule: the label is good, so the thing in the hand is."""
    return verification.verdict.outcome(Code.ITEM_COMMITTED) is Outcome.PASSED


def test_a_copy_of_a_label_is_the_label():
    """The same bytes: the record is the same, and no more than the record is certified."""
    world = some_world()
    copy = world.bag_label.lower()
    original, copied = world.verify(world.bag_label, CLI), world.verify(copy, CLI)
    assert is_authentic(copied)

    assert original.verdict == copied.verdict
    assert original.verdict.outcome(Code.POSSESSION_SHOWN) is Outcome.UNKNOWN


def test_where_scans_or_possession_are_asked_for_a_label_alone_is_not_enough():
    """A phone's scan asks the scan log, a reseller the holder too: without them there is a caution at most."""
    world = some_world()
    for policy in (PHONE, INTAKE):
        assert world.verify(world.bag_label, policy).verdict.level is Level.CAUTION


def test_the_record_says_what_to_compare():
    """At least three marks of the piece itself, in the passport that the chain commits to."""
    world = some_world()
    passport = world.verify(world.bag_label, CLI).evidence.passport

    assert len(passport.product.marks) >= 3
    assert all(mark.text for mark in passport.product.marks)


def test_copies_end_when_the_owner_reports_the_piece_or_the_label_is_replaced():
    """Every copy of a label lives and dies with it."""
    world = some_world()
    world.registry.report(world.bag, EntryKind.REPORTED_STOLEN, 1)
    assert world.verify(world.bag_label, CLI).verdict.level is Level.REJECTED

    world = some_world()
    new = world.replace_label(world.bag, "new")
    world.settle()
    assert world.verify(world.bag_label, CLI).verdict.level is Level.REJECTED
    assert world.verify(new, CLI).verdict.level is Level.VERIFIED


def test_copies_of_the_label_of_an_unsold_piece_say_so():
    """A thousand bags with the label of one that is still in the shop."""
    world = some_world()
    verdict = world.verify(world.label(world.scarf), CLI).verdict

    assert verdict.level is Level.CAUTION
    assert verdict.outcome(Code.SALE_RECORDED) is Outcome.FAILED


def some_copies(count: int, country: str, first: int = 0) -> list[tuple[str, str]]:
    """Buyers of copies: each at home, each with an address and a country."""
    return [(f"203.0.{number}.7", country) for number in range(first, first + count)]


@pytest.mark.parametrize(
    "buyers",
    [some_copies(SCAN_NETWORKS_A_DAY_MAX + 1, "FR"), [*some_copies(2, "FR"), *some_copies(2, "JP", first=50)]],
    ids=["a market", "two continents in a minute"],
)
def test_copies_in_circulation_are_seen_by_how_the_label_is_used(buyers):
    """Over the whole site: each buyer scans once, and the next one is warned. The record alone stays verified."""
    shop = ScanSite()
    for address, country in buyers:
        assert shop.scan(address, country).status_code == 204
    shop.started()
    warned = shop.look(Accept="application/json").json
    record_alone = shop.site.world.verify(shop.site.label, CLI)
    assert record_alone.verdict.level is Level.VERIFIED
    assert is_authentic(record_alone)

    assert (warned["policy"], warned["answer"]) == ("PHONE", "unusual_activity")
    assert Verdict(AWARD, shop.verified().verdict.findings).level is Level.CAUTION  # so that no copy earns points


def test_one_buyer_less_is_a_life_of_a_piece():
    """The other side of the edge: a family, a shop, an expert."""
    shop = ScanSite()
    for address, country in some_copies(SCAN_NETWORKS_A_DAY_MAX, "FR"):
        shop.scan(address, country)
    shop.started()

    assert shop.look(Accept="application/json").json["answer"] == "verified"
