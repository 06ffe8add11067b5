"""A carrier records one malformed document, or one about something else, on a whole batch: every piece has it now.

The weaker rule rejects a piece one of whose documents is invalid, so a single actor ruins four thousand of them. Ours
keeps the pieces genuine with one step unconfirmed, and lets the brand void the step for all of them at once.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from provenance_schemas.content_id import ContentId
from provenance_schemas.errors import DocumentError
from provenance_schemas.step_kinds import EntryKind
from provenance_schemas.steps import parse_step
from tests.attacks.mount import some_world
from tests.fakes.world import BOUTIQUE, CARRIER
from verifier.policies import CLI, INTAKE
from verifier.verdict import Code, Level, Outcome


def is_valid(data):
    """The weaker rule: every document must be valid, or the piece is rejected."""
    try:
        return bool(parse_step(data))
    except DocumentError:
        return False


def ruined_world(data):
    """Every piece of batch 77 shipped with this document, one of them sold beside the bag."""
    world = some_world()
    world.record(world.scarf, EntryKind.SOLD, by=BOUTIQUE)
    cid = ContentId.of(data)
    world.store.put(cid, data)
    world.registry.batch_step(world.bag.batch, EntryKind.SHIPPED, cid.digest, by=CARRIER)
    world.settle()
    return world


def as_plain_step(log):
    """Tell a voiding as a step of the batch whose document has the digest that was folded."""
    if log.entry is None or log.entry.voids is None:
        return log
    name, words = "BatchStepRecorded(uint256,bytes32,uint256)", (log.entry.digest, log.words[-1])
    return replace(log, name=name, words=words)


@pytest.mark.parametrize("data", [b"", b"{}", b"\xff\xfe", b"[" * 1000, b"\0" * 300_000])
def test_one_bad_document_rejects_no_piece(data):
    """Neither the bag nor its neighbours."""
    world = ruined_world(data)
    assert not is_valid(data)

    for item in (world.bag, world.scarf):
        verdict = world.verify(world.label(item), CLI).verdict
        assert verdict.level is Level.CAUTION
        assert verdict.outcome(Code.ITEM_RECORDED) is Outcome.PASSED


def test_voiding_it_once_clears_every_piece():
    """Entry 4 of the batch: registration, sourced, shipped, and this one."""
    world = ruined_world(b"{}")
    assert world.verify(world.bag_label, INTAKE).verdict.level is Level.REJECTED
    world.void(world.bag.batch, 4)
    world.settle()

    for item in (world.bag, world.scarf):
        assert world.verify(world.label(item), CLI).verdict.level is Level.VERIFIED


def test_a_lying_node_cannot_bring_the_voided_document_back():
    """It tells the voiding as a plain step, with the same digest: the fold would be the same."""
    world = ruined_world(b"{}")
    world.void(world.bag.batch, 4)
    world.settle()
    world.node.tell = lambda logs: [as_plain_step(log) for log in logs]

    assert world.verify(world.bag_label, INTAKE).verdict.level is Level.UNDETERMINED
