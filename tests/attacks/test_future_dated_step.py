"""A service is recorded with a date of next year, or dated back before the sale, to look better cared for.

The weaker rule shows the date the document gives. Ours compares it with the second clock, that of the block: nothing
happens long after it was recorded, and the story does not run backwards.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from provenance_schemas.step_kinds import EntryKind
from provenance_schemas.steps import parse_step
from tests.attacks.mount import some_world
from tests.fakes.world import WORKSHOP
from verifier.policies import CLI, INTAKE
from verifier.verdict import Code, Level, Outcome

OFFSETS = {"next year": timedelta(days=365), "in two days": timedelta(days=2), "a year before": timedelta(days=-365)}


def date_shown(world, digest):
    """The weaker rule: what the document says is when it happened."""
    return parse_step(world.store.blocks[digest]).happened_at


@pytest.mark.parametrize("offset", OFFSETS.values(), ids=OFFSETS)
def test_a_date_that_the_chain_contradicts_is_a_caution(offset):
    """The document is valid in every other way."""
    world = some_world()
    claimed = (world.now + offset).replace(microsecond=0)
    digest = world.record(world.bag, EntryKind.SERVICED, by=WORKSHOP, happened_at=claimed)
    world.settle()
    assert date_shown(world, digest) == claimed

    verdict = world.verify(world.bag_label, CLI).verdict
    assert verdict.level is Level.CAUTION
    assert verdict.outcome(Code.HISTORY_ORDERED) is Outcome.FAILED
    assert verdict.outcome(Code.DOCUMENTS_VALID) is Outcome.PASSED
    assert world.verify(world.bag_label, INTAKE).verdict.level is Level.REJECTED


@pytest.mark.parametrize("offset", [timedelta(hours=12), timedelta(hours=-24)])
def test_a_clock_a_little_off_is_forgiven(offset):
    """Time zones, scanners, paperwork that comes late."""
    world = some_world()
    world.record(world.bag, EntryKind.SERVICED, by=WORKSHOP, happened_at=(world.now + offset).replace(microsecond=0))
    world.settle()

    assert world.verify(world.bag_label, CLI).verdict.level is Level.VERIFIED
