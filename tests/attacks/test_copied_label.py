"""A forger photographs a genuine label and prints it a thousand times.

What is printed can be copied: no rule over the record tells the copy from the original, and we never say that it
does. Existing systems print "authentic" here. Ours certifies the record, asks for the piece to be compared with its
marks, and knows that neither the scans nor the holder were looked at.
"""

from __future__ import annotations

from provenance_schemas.step_kinds import EntryKind
from tests.fakes.world import some_world
from verifier.policies import CLI, INTAKE, PHONE
from verifier.verdict import Code, Level, Outcome


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
    """A phone's scan waits for the scan log, a reseller for the holder: a bare label gets a caution at most."""
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
