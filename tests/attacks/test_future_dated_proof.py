"""A seller's node shows a block of tomorrow, or of next year: "this is newer than anything you have".

The weaker rule takes the newest head it is shown. Ours holds the newest block's time against its own clock: a block
from the future proves nothing, neither that a piece is clear nor that it is absent.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from provenance_schemas.step_kinds import EntryKind
from tests.attacks.mount import some_world
from tests.fakes.world import some_serial
from verifier.policies import CLI
from verifier.service import Verifier
from verifier.verdict import Code, Level, Outcome

AHEAD = {"two minutes": 120, "a day": 86_400, "a year": 31_536_000}


def newest(heads):
    """The weaker rule: of two heads the later one is right."""
    return max(heads, key=lambda head: head.mined_at)


@pytest.mark.parametrize("ahead_s", AHEAD.values(), ids=AHEAD)
def test_a_head_from_the_future_proves_nothing(ahead_s):
    """Mined by the seller on a chain of his own, onto a true block, so that the theft is never in it."""
    world = some_world()
    clock = datetime.fromtimestamp(world.registry.time_s, UTC)
    true_head = world.registry.blocks[-1]
    world.registry.mine(3, after_s=ahead_s)
    assert newest([true_head, world.registry.blocks[-1]]) is world.registry.blocks[-1]

    verifier = Verifier(world.trust, lambda _: world.access(), now=lambda: clock)
    for label in (world.bag_label, world.label_of(some_serial("invented"))):
        verdict = verifier.verify_label(label, CLI).verdict
        assert verdict.level is Level.UNDETERMINED
        assert verdict.outcome(Code.CHAIN_FRESH) is Outcome.UNKNOWN


def test_a_theft_reported_in_a_block_that_is_a_little_ahead_still_counts():
    """Clocks differ by seconds; a report is not lost for it."""
    world = some_world()
    world.registry.report(world.bag, EntryKind.REPORTED_STOLEN, 1)
    clock = datetime.fromtimestamp(world.registry.time_s, UTC) - timedelta(seconds=30)
    verifier = Verifier(world.trust, lambda _: world.access(), now=lambda: clock)

    assert verifier.verify_label(world.bag_label, CLI).verdict.level is Level.REJECTED
