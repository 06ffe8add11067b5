"""An insider registers one piece twice, to sell its papers a second time: both tokens are true, both labels open.

The weaker rule looks at one token, and it is in order. Ours looks through every registration for a second one with
the same commitment; the proof that none was left out is one word on chain.
"""

from __future__ import annotations

import pytest

from provenance_schemas.labels import label_commitment
from provenance_schemas.step_kinds import EntryKind
from tests.attacks.mount import some_world
from tests.fakes.world import BOUTIQUE, GTIN, HOUSE
from verifier.policies import CLI, POLICIES
from verifier.verdict import Code, Level, Outcome


def token_is_in_order(world, item):
    """The weaker rule: registered, with a passport that names it."""
    return world.registry.words(item, world.registry.tip) is not None


def doubled_world(how):
    """The bag's commitment on a second token: in a new batch, or by a replaced label on another piece."""
    world = some_world()
    serial = world.serials[world.bag.token_id]
    if how == "a second registration":
        (second,) = world.register(78, serials=[serial])
        world.record(second, EntryKind.SOLD, by=BOUTIQUE)
    else:
        second = world.scarf
        world.record(second, EntryKind.LABEL_REPLACED, by=HOUSE, commitment=label_commitment(GTIN, serial))
    world.settle()
    return world, second


@pytest.mark.parametrize("how", ["a second registration", "a replaced label"])
def test_neither_of_two_tokens_with_one_label_is_confirmed(how):
    """Whichever the label is taken for."""
    world, second = doubled_world(how)
    assert token_is_in_order(world, world.bag)
    assert token_is_in_order(world, second)

    for policy in POLICIES.values():
        verdict = world.verify(world.bag_label, policy).verdict
        assert verdict.level is Level.REJECTED
        assert verdict.outcome(Code.ITEM_UNIQUE) is Outcome.FAILED


def test_the_double_is_found_from_the_token_too():
    """The brand's own check after a registration asks by token: a double never gets past it."""
    world, second = doubled_world("a second registration")

    for item in (world.bag, second):
        assert world.verify(item, CLI).verdict.outcome(Code.ITEM_UNIQUE) is Outcome.FAILED


@pytest.mark.parametrize("hidden", [0, 1])
def test_hiding_either_registration_proves_nothing(hidden):
    """Then the lane does not replay, and neither token is called the only one."""
    world, _ = doubled_world("a second registration")
    registrations = [log for log in world.registry.logs if log.issuance]
    world.node.tell = lambda logs: [log for log in logs if log is not registrations[hidden]]

    assert world.verify(world.bag_label, CLI).verdict.level is Level.UNDETERMINED


def test_hiding_the_doubles_commitment_file_proves_nothing():
    """The insider takes its files off the net: that the batch has none is not known then."""
    world, _ = doubled_world("a second registration")
    del world.store.blocks[world.roots[78].digest]

    verdict = world.verify(world.bag_label, CLI).verdict
    assert verdict.level is Level.UNDETERMINED
    assert verdict.outcome(Code.ITEM_UNIQUE) is Outcome.UNKNOWN


def test_other_pieces_are_not_touched():
    world, _ = doubled_world("a second registration")
    (other,) = world.register(79)
    world.record(other, EntryKind.SOLD, by=BOUTIQUE)
    world.settle()

    assert world.verify(world.label(other), CLI).verdict.level is Level.VERIFIED
