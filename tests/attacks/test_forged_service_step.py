"""A reseller wants a service by the house in the history: he copies a true service document, or writes one himself.

The weaker rule shows every document that is recorded and whose bytes match. Ours holds it against the piece, the kind
and the actor who signed: a document that says otherwise than the chain is a false one.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from provenance_schemas.step_kinds import EntryKind
from provenance_schemas.steps import Recorder
from tests.attacks.mount import some_world
from tests.fakes.registry import some_address
from tests.fakes.world import BOUTIQUE, HOUSE, WORKSHOP
from tests.fakes.world import some_world as plain_world
from verifier.policies import CLI, INTAKE
from verifier.verdict import Code, Level, Outcome

RESELLER = some_address("a reseller who may record services")


def is_recorded(world, digest):
    """The weaker rule: the digest is on chain, and the bytes are there."""
    entries = world.registry.entries(world.bag, world.registry.tip)
    return digest in {entry.digest for entry in entries} and digest in world.store.blocks


def forgeries(world):
    """Documents of a service that the house never made."""
    service = (EntryKind.SERVICED, RESELLER)
    return {
        "in the house's name": world.step_document(world.bag, *service, recorder=Recorder("Maison Éclat", HOUSE)),
        "a true one of another piece": world.step_document(world.scarf, *service),
        "a true one of the batch": world.step_document(world.bag.batch, EntryKind.INSPECTED, RESELLER),
        "of another kind": world.step_document(world.bag, EntryKind.AUTHENTICATED, RESELLER),
        "the workshop's own, once more": world.step_document(world.bag, EntryKind.SERVICED, WORKSHOP),
    }


FORGERIES = tuple(forgeries(plain_world()))


@pytest.mark.parametrize("name", FORGERIES)
def test_a_document_that_says_otherwise_than_the_chain_is_false(name):
    """The piece stays genuine, with a warning; a reseller who asks for a clean history refuses it."""
    world = some_world()
    digest = world.put_step(forgeries(world)[name])
    world.registry.step(world.bag, EntryKind.SERVICED, digest, by=RESELLER)
    world.settle()
    assert is_recorded(world, digest)

    verdict = world.verify(world.bag_label, CLI).verdict
    assert verdict.level is Level.CAUTION
    assert verdict.outcome(Code.DOCUMENTS_MATCH) is Outcome.PASSED
    assert verdict.outcome(Code.DOCUMENTS_VALID) is Outcome.FAILED
    assert world.verify(world.bag_label, INTAKE).verdict.level is Level.REJECTED


def test_a_step_that_only_a_node_tells_is_in_no_history():
    """Without the chain there is no step: a forged event does not replay."""
    world = some_world()
    digest = world.put_step(world.step_document(world.bag, EntryKind.SERVICED, HOUSE))
    true = world.registry.logs[-1]
    forged = replace(true, words=(digest, true.words[-1]), log_index=9)
    world.node.tell = lambda logs: [*logs, forged]

    verification = world.verify(world.bag_label, CLI)
    assert verification.verdict.level is Level.UNDETERMINED
    assert verification.verdict.outcome(Code.HISTORY_COMPLETE) is Outcome.UNKNOWN


def test_an_honest_step_of_another_actor_is_fine():
    """He who signs in his own name may say what he did."""
    world = some_world()
    world.record(world.bag, EntryKind.SERVICED, by=BOUTIQUE)
    world.settle()

    assert world.verify(world.bag_label, CLI).verdict.level is Level.VERIFIED
