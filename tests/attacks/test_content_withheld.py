"""Documents are taken off the net: by an insider to hide a double, by a rival to ruin a piece's name.

The weaker rule calls a piece whose papers are missing forged, or shows what is left as all there is. Ours says that it
cannot verify, or that one step is unconfirmed.
"""

from __future__ import annotations

import pytest

from provenance_schemas.step_kinds import EntryKind
from tests.attacks.mount import some_world
from tests.fakes.world import some_serial
from verifier.answers import Answer, answer_of
from verifier.policies import CLI, INTAKE
from verifier.verdict import Code, Level, Outcome


def has_all_papers(world, digests):
    """The weaker rule: a genuine piece has its papers."""
    return all(digest in world.store.blocks for digest in digests)


def documents_of(world, *kinds):
    entries = world.registry.entries(world.bag, world.registry.tip)
    return [entry.digest for entry in entries if entry.kind in kinds]


@pytest.mark.parametrize("kind", [EntryKind.SOURCED, EntryKind.SERVICED, EntryKind.SOLD])
def test_a_missing_step_document_is_a_caution(kind):
    """The record stands; one step of it cannot be read."""
    world = some_world()
    (digest,) = documents_of(world, kind)
    del world.store.blocks[digest]
    assert not has_all_papers(world, [digest])

    verification = world.verify(world.bag_label, CLI)
    assert verification.verdict.level is Level.CAUTION
    assert verification.verdict.outcome(Code.DOCUMENTS_MATCH) is Outcome.UNKNOWN
    assert answer_of(verification) is Answer.STEP_UNCONFIRMED
    assert world.verify(world.bag_label, INTAKE).verdict.level is Level.UNDETERMINED


def test_a_missing_batch_directory_is_no_answer():
    """Neither passport nor label can be looked up. A genuine label is not called invented."""
    world = some_world()
    del world.store.blocks[world.roots[77].digest]

    verification = world.verify(world.bag_label, CLI)
    assert verification.verdict.level is Level.UNDETERMINED
    assert verification.verdict.outcome(Code.ITEM_RECORDED) is Outcome.UNKNOWN


def test_an_invented_label_gains_nothing_by_it():
    """It is not found either way; only the proof that it does not exist is missing."""
    world = some_world()
    invented = world.label_of(some_serial("invented"))
    assert world.verify(invented, CLI).verdict.level is Level.REJECTED
    del world.store.blocks[world.roots[77].digest]

    assert world.verify(invented, CLI).verdict.level is Level.UNDETERMINED


def test_a_stolen_piece_stays_stolen_without_its_papers():
    """The report is on chain; only what the reader knows the piece by must be there."""
    world = some_world()
    world.registry.report(world.bag, EntryKind.REPORTED_STOLEN, 1)
    for digest in documents_of(world, *EntryKind):
        world.store.blocks.pop(digest, None)

    assert world.verify(world.bag_label, CLI).verdict.level is Level.REJECTED


def test_the_papers_come_back_and_so_does_the_answer():
    """Nothing of the outage is remembered against the piece, by the same verifier."""
    world = some_world()
    verifier = world.verifier()
    honest, world.gateway.lie = world.gateway.lie, lambda cid, block: None
    clock = verifier.access(world.brand).labels
    assert verifier.verify_label(world.bag_label, CLI).verdict.level is Level.UNDETERMINED

    world.gateway.lie = honest
    clock._clock = lambda: float("inf")
    assert verifier.verify_label(world.bag_label, CLI).verdict.level is Level.VERIFIED
