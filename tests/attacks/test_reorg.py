"""A seller sells between two blocks: what was recorded is undone, and what replaces it says otherwise.

The weaker rule takes the newest block for the truth. Ours takes positive facts from a final block, and negative ones
from the newest too.
"""

from __future__ import annotations

from provenance_schemas.step_kinds import EntryKind, Status
from tests.attacks.mount import some_world
from tests.fakes.world import BOUTIQUE, some_serial
from verifier.policies import CLI
from verifier.verdict import Code, Level, Outcome


def newest_words(world, item):
    """The weaker rule: whatever the newest block holds is so."""
    return world.registry.words(item, world.registry.tip)


def test_a_sale_that_can_still_be_undone_is_not_confirmed():
    """In the newest block the scarf is sold; two blocks later it never was."""
    world = some_world()
    fork = world.registry.tip
    label = world.label(world.scarf)
    world.record(world.scarf, EntryKind.SOLD, by=BOUTIQUE)
    assert newest_words(world, world.scarf).status & Status.SOLD

    verdict = world.verify(label, CLI).verdict
    assert verdict.level is Level.CAUTION
    assert verdict.outcome(Code.SALE_RECORDED) is Outcome.UNKNOWN

    world.registry.rewind(fork)
    world.registry.mine(3)
    assert world.verify(label, CLI).verdict.outcome(Code.SALE_RECORDED) is Outcome.FAILED


def test_a_registration_that_can_still_be_undone_is_neither_there_nor_absent():
    world = some_world()
    fork = world.registry.tip
    (piece,) = world.register(78)
    assert newest_words(world, piece) is not None

    assert world.verify(world.label(piece), CLI).verdict.level is Level.UNDETERMINED
    world.registry.rewind(fork)
    world.registry.mine(3)
    assert world.verify(world.label(piece), CLI).verdict.level is Level.REJECTED


def test_one_verifier_follows_a_reorganisation():
    """Its label map holds the batch that was undone: it must forget it, and find the one that took its place."""
    world = some_world()
    verifier = world.verifier()
    fork = world.registry.tip
    (undone,) = world.register(78)
    world.settle()
    assert verifier.verify_label(world.label(undone), CLI).verdict.level is Level.CAUTION

    world.registry.rewind(fork)
    (instead,) = world.register(79, serials=[some_serial("instead")])
    world.settle()
    assert verifier.verify_label(world.label(undone), CLI).verdict.level is Level.REJECTED
    assert verifier.verify_label(world.label(instead), CLI).verdict.level is Level.CAUTION
    assert verifier.verify_label(world.bag_label, CLI).verdict.level is Level.VERIFIED


def test_a_report_of_the_newest_block_counts_at_once():
    """Waiting for finality would give the thief a quarter of an hour."""
    world = some_world()
    world.registry.report(world.bag, EntryKind.REPORTED_STOLEN, 1)

    assert world.verify(world.bag_label, CLI).verdict.level is Level.REJECTED
