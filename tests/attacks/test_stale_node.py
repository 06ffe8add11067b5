"""A seller points the buyer to a node that stopped before the theft was reported, or before the piece was sold.

The weaker rule asks the newest block the node has: everything in it is true, and old. Ours compares its time with the
clock; what such a node proves of absence or of a clear status counts for nothing.
"""

from __future__ import annotations

import pytest

from provenance_schemas.step_kinds import EntryKind, Status
from tests.fakes.rpc_node import world_over_rpc
from tests.fakes.world import BOUTIQUE, some_world
from verifier.limits import CHAIN_FRESH_MAX_S
from verifier.policies import AWARD, CLI, PHONE
from verifier.verdict import Code, Level, Outcome

LONG_S = 10 * CHAIN_FRESH_MAX_S


def status_at_the_newest_block(world, item, behind):
    """The weaker rule."""
    return world.registry.words(item, world.registry.tip - behind).status


def test_a_node_that_stopped_before_the_theft_gets_no_positive_answer():
    """For the stopped node the piece is clear, provably so, as of then."""
    world = some_world()
    world.registry.report(world.bag, EntryKind.REPORTED_STOLEN, 1)
    world.registry.mine(after_s=LONG_S)
    with world_over_rpc(world) as (node, parts):
        node.behind = 2
        assert not status_at_the_newest_block(world, world.bag, 2) & Status.STOLEN

        for policy in (PHONE, CLI, AWARD):
            verdict = world.verify(world.bag_label, policy, **parts).verdict
            assert verdict.level is Level.UNDETERMINED
            assert verdict.outcome(Code.CHAIN_FRESH) is Outcome.UNKNOWN


@pytest.mark.parametrize("subject", ["label", "token"])
def test_a_node_that_stopped_before_the_registration_proves_no_absence(subject):
    """A genuine piece of this week is not there yet for a node of last week."""
    world = some_world()
    world.registry.mine(after_s=LONG_S)
    (piece,) = world.register(78)
    world.registry.mine(after_s=LONG_S)
    with world_over_rpc(world) as (node, parts):
        node.behind = 2
        assert world.registry.words(piece, node.tip) is None

        asked = world.label(piece) if subject == "label" else piece
        verdict = world.verify(asked, CLI, **parts).verdict
    assert verdict.level is Level.UNDETERMINED
    assert verdict.outcome(Code.ITEM_RECORDED) is Outcome.UNKNOWN


def test_a_node_that_stopped_before_the_sale_calls_no_piece_unsold():
    """A buyer would be told that his own piece still belongs in the shop."""
    world = some_world()
    world.record(world.scarf, EntryKind.SOLD, by=BOUTIQUE)
    world.registry.mine(after_s=LONG_S)
    with world_over_rpc(world) as (node, parts):
        node.behind = 2
        assert not status_at_the_newest_block(world, world.scarf, 2) & Status.SOLD

        verdict = world.verify(world.label(world.scarf), AWARD, **parts).verdict
    assert verdict.level is Level.UNDETERMINED
    assert verdict.outcome(Code.SALE_RECORDED) is Outcome.UNKNOWN
