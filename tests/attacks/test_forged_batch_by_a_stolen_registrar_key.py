"""A registrar's key is stolen, and copies are registered with it: true documents, real labels, the right contract.

The weaker rule asks the right contract whether it holds the token, and it does. Ours asks who registered it, and
whether the brand disputes that key. Nor may the thief hurt the genuine pieces: by doubling their labels, or by a batch
whose files nobody can read.
"""

from __future__ import annotations

import pytest

from provenance_schemas.commitments import directory_entries
from provenance_schemas.ids import BatchId
from provenance_schemas.step_kinds import EntryKind
from tests.attacks.mount import some_world
from tests.fakes.registry import some_address
from tests.fakes.world import BOUTIQUE, CHAIN_ID, CONTRACT, put_directory
from verifier.policies import CLI, MINT_READBACK, POLICIES
from verifier.verdict import Code, Level, Outcome

THIEF = some_address("stolen registrar key")


def robbed_world():
    """The bag's world, after the thief registered batch 666 and sold its piece."""
    world = some_world()
    (copy,) = world.register(666, by=THIEF)
    world.record(copy, EntryKind.SOLD, by=BOUTIQUE)
    world.settle()
    return world, copy


def is_registered(world, item):
    """The weaker rule: the brand's own contract holds it."""
    return world.registry.words(item, world.registry.tip) is not None


def dispute(world):
    (since_s,) = {log.entry.meta.time_s for log in world.registry.logs if log.entry and log.entry.meta.actor == THIEF}
    world.registry.dispute(THIEF, since_s)
    world.settle()


def test_a_forged_batch_is_rejected_once_the_key_is_disputed():
    """Until then nothing tells it from a genuine one: that is what such a key is."""
    world, copy = robbed_world()
    assert world.verify(world.label(copy), CLI).verdict.level is Level.VERIFIED

    dispute(world)
    assert is_registered(world, copy)
    for subject in (world.label(copy), copy):
        verdict = world.verify(subject, CLI).verdict
        assert verdict.level is Level.REJECTED
        assert verdict.outcome(Code.ISSUER_TRUSTED) is Outcome.FAILED
    assert world.verify(world.bag_label, CLI).verdict.level is Level.VERIFIED


def test_a_batch_without_commitment_files_does_not_hide_who_registered_it():
    """Named by its token, the forged piece is in no label map: its own first entry says whose key it was."""
    world, _ = robbed_world()
    item = BatchId(CHAIN_ID, CONTRACT, 667).item(0)
    entries = directory_entries([world.passport(item, bytes(32)).to_bytes()], [bytes(32)])
    root = put_directory({"0": entries["0"]}, world.store)
    world.registry.register(item.batch, 1, root.digest, by=THIEF)
    world.settle()
    assert is_registered(world, item)
    assert world.verify(item, MINT_READBACK).verdict.level is Level.UNDETERMINED

    world.registry.dispute(THIEF, 1)
    world.settle()
    verdict = world.verify(item, MINT_READBACK).verdict
    assert verdict.level is Level.REJECTED
    assert verdict.outcome(Code.ISSUER_TRUSTED) is Outcome.FAILED


def test_doubles_of_genuine_labels_are_undone_by_the_dispute():
    """A thief who saw labels in a shop makes their owners' pieces look doubled, and is stopped."""
    world = some_world()
    world.register(666, by=THIEF, serials=[world.serials[world.bag.token_id]])
    world.settle()
    verdict = world.verify(world.bag_label, CLI).verdict
    assert verdict.outcome(Code.ITEM_UNIQUE) is Outcome.FAILED

    dispute(world)
    assert world.verify(world.bag_label, CLI).verdict.level is Level.VERIFIED


@pytest.mark.parametrize("count", [1, 5])
def test_batches_that_nobody_can_read_do_not_silence_the_brand_for_ever(count):
    """Until the dispute no miss and no uniqueness is proved; after it, everything is again."""
    world = some_world()
    for batch in range(666, 666 + count):
        world.registry.register(BatchId(CHAIN_ID, CONTRACT, batch), 1, b"%032d" % batch, by=THIEF)
    world.settle()
    assert {world.verify(world.bag_label, policy).verdict.level for policy in POLICIES.values()} == {Level.UNDETERMINED}

    world.registry.dispute(THIEF, 1)
    world.settle()
    assert world.verify(world.bag_label, CLI).verdict.level is Level.VERIFIED
