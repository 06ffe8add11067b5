"""A workshop's key is stolen, or the workshop itself is crooked: it records steps that never happened.

The weaker rule asks whether the actor was allowed to write, and it was. Ours also asks whether the brand disputes it:
from the second named on its steps are doubtful, the piece itself is not.
"""

from __future__ import annotations

import pytest

from provenance_schemas.step_kinds import EntryKind
from tests.attacks.mount import some_world
from tests.fakes.registry import REGISTRAR, some_address
from tests.fakes.world import BOUTIQUE, CARRIER, HOUSE, WORKSHOP
from verifier.policies import AWARD, CLI, INTAKE
from verifier.verdict import Code, Level, Outcome


def was_allowed(actor) -> bool:
    """The weaker rule: the contract took the step, so whoever wrote it may."""
    return bool(actor)


def time_of(world, kind):
    (entry,) = [e for e in world.registry.entries(world.bag, 99) if e.kind == kind]
    return entry.meta.time_s


@pytest.mark.parametrize(
    ("actor", "kind"),
    [
        (WORKSHOP, EntryKind.SERVICED),
        (CARRIER, EntryKind.SHIPPED),
        (BOUTIQUE, EntryKind.SOLD),
        (HOUSE, EntryKind.AUTHENTICATED),
    ],
)
def test_a_disputed_step_is_a_caution_and_no_intake(actor, kind):
    """For a customer the piece is genuine with one step unconfirmed; a reseller does not take it in."""
    world = some_world()
    since_s = time_of(world, kind)
    world.registry.dispute(actor, since_s)
    world.settle()
    assert was_allowed(actor)

    verdict = world.verify(world.bag_label, CLI).verdict
    assert verdict.level is Level.CAUTION
    assert verdict.outcome(Code.HISTORY_AUTHORISED) is Outcome.FAILED
    assert verdict.outcome(Code.ISSUER_TRUSTED) is Outcome.PASSED
    assert world.verify(world.bag_label, INTAKE).verdict.level is Level.REJECTED
    assert world.verify(world.bag_label, AWARD).verdict.outcome(Code.ISSUER_TRUSTED) is Outcome.PASSED


def test_what_the_actor_wrote_before_stays():
    """A dispute names the second from which it counts; earlier work is not undone."""
    world = some_world()
    world.registry.dispute(WORKSHOP, time_of(world, EntryKind.SERVICED) + 1)
    world.settle()

    assert world.verify(world.bag_label, CLI).verdict.level is Level.VERIFIED


def test_voiding_the_step_settles_the_matter():
    """The guardian takes the false step back: nothing doubtful is left."""
    world = some_world()
    world.registry.dispute(WORKSHOP, time_of(world, EntryKind.SERVICED))
    world.void(world.bag, 6)
    world.settle()

    assert world.verify(world.bag_label, CLI).verdict.level is Level.VERIFIED


def test_a_disputed_actor_cannot_put_its_own_label_on_a_piece():
    """The genuine label stays good, the thief's is not confirmed; nobody is called a forger by mistake."""
    world = some_world()
    thief = some_address("stolen house key")
    label = world.replace_label(world.bag, "the thief's", by=thief)
    world.settle()
    assert world.verify(label, CLI).verdict.level is Level.VERIFIED

    world.registry.dispute(thief, 1)
    world.settle()
    assert world.verify(world.bag_label, CLI).verdict.level is Level.CAUTION
    assert world.verify(label, CLI).verdict.level is Level.UNDETERMINED


def test_only_a_disputed_registration_rejects():
    """A step can be doubted away, the origin cannot."""
    world = some_world()
    world.registry.dispute(REGISTRAR, 1)
    world.settle()

    assert world.verify(world.bag_label, CLI).verdict.level is Level.REJECTED
