"""Whoever prepares a batch puts the passport of a dear piece at the place of a cheap one, or of another batch.

The weaker rule checks that the bytes are what the chain commits to, and they are. Ours also asks that the passport
names this very token, and opens with this very label.
"""

from __future__ import annotations

from provenance_schemas.ids import BatchId
from provenance_schemas.labels import label_commitment
from provenance_schemas.step_kinds import EntryKind
from tests.attacks.mount import some_world
from tests.fakes.world import BOUTIQUE, CHAIN_ID, CONTRACT, GTIN, some_serial
from verifier.policies import CLI, MINT_READBACK
from verifier.verdict import Code, Level, Outcome

BATCH = BatchId(CHAIN_ID, CONTRACT, 90)


def swapped_world(passports, commitments, serials):
    world = some_world()
    items = world.register(90, len(serials), serials=serials, passports=passports, commitments=commitments)
    for item in items:
        world.record(item, EntryKind.SOLD, by=BOUTIQUE)
    world.settle()
    return world, items


def passport_of(world, item, serial):
    return world.passport(item, label_commitment(GTIN, serial)).to_bytes()


SERIALS = [some_serial("dear"), some_serial("cheap")]


def test_two_passports_exchanged_within_a_batch_are_both_refused():
    """Each is a true passport, recorded on chain, at the wrong place."""
    world = some_world()
    right = [passport_of(world, BATCH.item(n), serial) for n, serial in enumerate(SERIALS)]
    world, items = swapped_world(right[::-1], None, SERIALS)

    for item in items:
        for subject, policy in ((world.label(item), CLI), (item, MINT_READBACK)):
            verdict = world.verify(subject, policy).verdict
            assert verdict.outcome(Code.PASSPORT_MATCH) is Outcome.PASSED
            assert verdict.outcome(Code.PASSPORT_VALID) is Outcome.FAILED
            assert verdict.level is Level.REJECTED


def test_the_passport_of_another_batch_is_refused():
    """The bag's own, put into a new batch: its commitment even opens with the bag's label."""
    world = some_world()
    bags = passport_of(world, world.bag, world.serials[world.bag.token_id])
    world, (item,) = swapped_world([bags], None, SERIALS[:1])

    verdict = world.verify(world.label(item), CLI).verdict
    assert verdict.outcome(Code.PASSPORT_MATCH) is Outcome.PASSED
    assert verdict.level is Level.REJECTED


def test_a_commitment_file_that_disagrees_with_the_passports_is_no_way_in():
    """The cheap piece's label is listed for the dear one: it leads there, and does not open it."""
    world = some_world()
    right = [passport_of(world, BATCH.item(n), serial) for n, serial in enumerate(SERIALS)]
    exchanged = [label_commitment(GTIN, serial) for serial in reversed(SERIALS)]
    world, (dear, _) = swapped_world(right, exchanged, SERIALS)

    verification = world.verify(world.label_of(SERIALS[1]), CLI)
    assert verification.evidence.item == dear
    assert verification.verdict.outcome(Code.PASSPORT_VALID) is Outcome.PASSED
    assert verification.verdict.outcome(Code.ITEM_COMMITTED) is Outcome.FAILED
    assert verification.verdict.level is Level.REJECTED


def test_the_makers_own_check_notices_such_a_file():
    """Before any label is printed."""
    world = some_world()
    right = [passport_of(world, BATCH.item(n), serial) for n, serial in enumerate(SERIALS)]
    exchanged = [label_commitment(GTIN, serial) for serial in reversed(SERIALS)]
    world, (dear, _) = swapped_world(right, exchanged, SERIALS)

    assert world.verify(dear, MINT_READBACK).verdict.level is not Level.VERIFIED
