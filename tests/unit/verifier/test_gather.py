"""Gathering: whatever part of the world is away, it is said in the evidence and never against the item."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provenance_schemas.content_id import DAG_PB, ContentId
from provenance_schemas.ids import BatchId, ItemId
from provenance_schemas.step_kinds import EntryKind
from tests.fakes.chain import FakeChain
from tests.fakes.registry import CODE_HASH, REGISTRAR, some_address
from tests.fakes.world import (
    BOUTIQUE,
    CHAIN_ID,
    CONTRACT,
    HOUSE,
    MAKER,
    WORKSHOP,
    put_directory,
    some_serial,
    some_world,
)
from verifier.evidence import Absent, History, Malformed, Registered, Unavailable
from verifier.limits import CANDIDATES_MAX
from verifier.policies import CLI, INTAKE, MINT_READBACK, POLICIES
from verifier.verdict import Code, Level, Outcome

BATCH_90 = BatchId(CHAIN_ID, CONTRACT, 90)


@pytest.fixture
def world():
    return some_world()


def levels(world, **parts):
    """Verify the bag by label and by token, under every policy."""
    return {
        world.verify(subject, policy, **parts).verdict.level
        for subject in (world.bag_label, world.bag)
        for policy in POLICIES.values()
    }


def test_a_genuine_piece_has_all_its_evidence(world):
    evidence = world.verify(world.bag_label, CLI).evidence

    assert evidence.item == world.bag
    assert [candidate.item for candidate in evidence.candidates] == [world.bag]
    assert isinstance(evidence.registered, Registered)
    assert len(evidence.history.final) == 10
    assert len(evidence.documents) == 8
    assert evidence.passport.item == world.bag
    assert evidence.code_hash == CODE_HASH
    assert world.verify(world.bag_label, CLI).verdict.level is Level.VERIFIED
    assert world.verify(world.bag, MINT_READBACK).verdict.level is Level.VERIFIED


# ---- parts of the world that are away


def test_a_dead_node_is_no_answer(world):
    world.chain.reachable = False

    assert levels(world) == {Level.UNDETERMINED}
    assert isinstance(world.verify(world.bag_label, CLI).evidence.final, Unavailable)


@pytest.mark.parametrize("part", ["items", "actors", "final", "latest"])
def test_a_node_that_answers_in_part_never_rejects(world, part):
    """Words of items, of actors, at the final block, at the latest: each silent in turn."""
    world.chain.unreadable = {part}

    assert Level.REJECTED not in levels(world)
    assert world.verify(world.bag_label, CLI).verdict.level is Level.UNDETERMINED


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_each_lost_block_is_a_caution_or_no_answer(world, policy):
    """Every block of every document and directory, one at a time: never a rejection, never better than before."""
    before = world.verify(world.bag_label, policy).verdict.level
    needed = 0
    for digest, block in list(world.store.blocks.items()):
        del world.store.blocks[digest]
        level = world.verify(world.bag_label, policy).verdict.level
        world.store.blocks[digest] = block

        assert level is not Level.REJECTED
        assert level is before or level in {Level.UNDETERMINED, Level.CAUTION}
        needed += level is not before
    assert needed or policy.name == "PHONE"  # there a missing scan log already makes it a caution


@pytest.mark.parametrize("damage", [b"", b"{}", b"\xff" * 40])
def test_each_damaged_block_is_a_caution_or_no_answer(world, damage):
    """A store that checks nothing serves other bytes for one block: they reach no parser."""

    class Damaging:
        def __init__(self, digest):
            self.digest = digest

        def get(self, cid, *, size_max_bytes):
            if cid.digest == self.digest:
                return damage
            return world.store.get(cid, size_max_bytes=size_max_bytes)

    for digest in list(world.store.blocks):
        for policy in (CLI, INTAKE, MINT_READBACK):
            verdict = world.verify(world.bag_label, policy, content=Damaging(digest)).verdict
            assert verdict.level is not Level.REJECTED


def test_without_any_content_there_is_no_answer(world):
    world.store.reachable = False
    assert levels(world) == {Level.UNDETERMINED}


@pytest.mark.parametrize("position", range(10))
def test_each_hidden_entry_is_no_answer(world, position):
    """Whichever log a node leaves out, the history does not replay."""
    world.chain.hide_entry(position)

    evidence = world.verify(world.bag_label, CLI).evidence
    assert isinstance(evidence.history, Unavailable)
    assert levels(world) == {Level.UNDETERMINED}


def test_without_a_source_of_events_there_is_no_answer(world):
    assert levels(world, histories=()) == {Level.UNDETERMINED}


def test_after_a_source_that_lies_the_next_is_asked(world):
    """An index that hides an entry costs a second question, nothing else."""
    liar = FakeChain(world.registry)
    liar.hide_entry(3)

    verification = world.verify(world.bag_label, CLI, histories=(liar, world.chain))
    assert verification.verdict.level is Level.VERIFIED


def test_more_entries_than_our_limit_are_no_answer(world, monkeypatch):
    """A history that is never-ending says nothing of the item. The limit is lowered: it is 4,096 entries."""
    monkeypatch.setattr("verifier.gather.ENTRIES_MAX", 9)
    assert levels(world) == {Level.UNDETERMINED}


# ---- the contract


@pytest.mark.parametrize(("code_hash", "found"), [(bytes(32), bytes(32)), (None, Absent())])
def test_words_of_another_contract_are_not_read(world, code_hash, found):
    """Not even looked at: its storage may mean anything."""
    world.chain.code_hash = code_hash
    evidence = world.verify(world.bag_label, CLI).evidence

    assert evidence.code_hash == found
    assert isinstance(evidence.registered, Unavailable)
    assert levels(world) == {Level.REJECTED}


def test_another_contract_at_the_latest_block_is_no_answer(world):
    """Its words are not taken for the newest status."""

    class Replaced(FakeChain):
        def read(self, items, actors, at):
            state = super().read(items, actors, at)
            return replace(state, code_hash=bytes(32)) if at.number == self.tip else state

    evidence = world.verify(world.bag_label, CLI, chain=Replaced(world.registry)).evidence
    assert isinstance(evidence.registered.latest, Unavailable)
    assert Level.REJECTED not in levels(world, chain=Replaced(world.registry))
    assert world.verify(world.bag_label, CLI, chain=Replaced(world.registry)).verdict.level is Level.UNDETERMINED


# ---- two blocks


def test_entries_in_newer_blocks_are_pending(world):
    world.record(world.bag, EntryKind.SERVICED, by=WORKSHOP)
    evidence = world.verify(world.bag_label, CLI).evidence

    assert len(evidence.history.final) == 10
    assert [entry.kind for entry in evidence.history.pending] == [EntryKind.SERVICED]
    assert world.verify(world.bag_label, CLI).verdict.level is Level.VERIFIED


def test_a_hidden_pending_entry_is_found_out(world):
    """The latest words count it, so leaving it out is no way to say that nothing is pending."""
    world.record(world.bag, EntryKind.SERVICED, by=WORKSHOP)
    world.chain.hide_entry(10)

    assert isinstance(world.verify(world.bag_label, CLI).evidence.history, Unavailable)


def test_pending_entries_that_nothing_proves_are_not_told(world):
    """Where the latest words were not read, a source could invent them."""
    world.chain.unreadable = {"latest"}
    forged = world.registry.entries(world.bag, 99)[-1]
    world.chain.tell = lambda entries: [*entries, replace(forged, block_number=world.registry.tip)]

    evidence = world.verify(world.bag_label, CLI).evidence
    assert evidence.history == History(evidence.history.final)
    assert len(evidence.history.final) == 10


def test_a_registration_that_is_not_final_is_no_absence(world):
    """By label and by token: it will be there in a minute."""
    (new,) = world.register(78)
    for subject in (world.label(new), new):
        verification = world.verify(subject, CLI)
        assert verification.verdict.level is Level.UNDETERMINED
        assert verification.verdict.outcome(Code.ITEM_RECORDED) is Outcome.UNKNOWN


def test_a_label_that_is_not_final_is_no_absence(world):
    label = world.replace_label(world.bag, "new")
    assert world.verify(label, CLI).verdict.level is Level.UNDETERMINED


def test_what_was_never_registered_is_a_proven_absence(world):
    """At the final block and at the latest one."""
    unheard_of = ItemId(CHAIN_ID, CONTRACT, 5 << 32)
    for subject in (world.label_of(some_serial("nobody's")), world.bag.batch.item(3), unheard_of):
        verdict = world.verify(subject, CLI).verdict
        assert verdict.outcome(Code.ITEM_RECORDED) is Outcome.FAILED
        assert verdict.level is Level.REJECTED


@pytest.mark.parametrize("subject", ["label", "token"])
def test_an_absence_at_the_final_block_alone_is_none(world, subject):
    """The latest block must be read too."""
    world.chain.unreadable = {"latest"}
    asked = world.label_of(some_serial("nobody's")) if subject == "label" else world.bag.batch.item(3)

    assert world.verify(asked, CLI).verdict.level is Level.UNDETERMINED


def test_a_miss_with_a_batch_unread_is_no_absence(world):
    """The label may be in the batch whose files nobody gives."""
    world.register(78)
    world.settle()
    del world.store.blocks[world.roots[78].digest]

    assert world.verify(world.label_of(some_serial("nobody's")), CLI).verdict.level is Level.UNDETERMINED
    assert levels(world) == {Level.UNDETERMINED}


def test_a_batch_unread_whose_registrar_is_disputed_hides_nothing(world):
    """Else one stolen key could silence a whole brand with a batch whose files nobody ever had."""
    thief = some_address("thief")
    world.register(78, by=thief)
    world.registry.dispute(thief, 1)
    world.settle()
    del world.store.blocks[world.roots[78].digest]

    assert world.verify(world.bag_label, CLI).verdict.level is Level.VERIFIED
    assert world.verify(world.label_of(some_serial("nobody's")), CLI).verdict.level is Level.REJECTED


# ---- several items for one label


def test_of_two_items_the_one_that_is_not_disputed_is_meant(world):
    """The forged one came first here: a thief who saw the label before it was registered."""
    thief = some_address("thief")
    serial = some_serial("seen early")
    world.register(78, by=thief, serials=[serial])
    (genuine,) = world.register(79, serials=[serial])
    world.record(genuine, EntryKind.SOLD, by=BOUTIQUE)
    world.registry.dispute(thief, 1)
    world.settle()

    verification = world.verify(world.label_of(serial), CLI)
    assert verification.evidence.item == genuine
    assert verification.verdict.level is Level.VERIFIED


def test_disputed_doubles_never_crowd_out_one_that_is_not(world):
    """More than we look at, all disputed, and behind them a double that is not: it counts."""
    thief = some_address("thief")
    serial = world.serials[world.bag.token_id]
    for batch in range(100, 101 + CANDIDATES_MAX):
        world.register(batch, by=thief, serials=[serial])
    world.registry.dispute(thief, 1)
    world.settle()
    assert world.verify(world.bag_label, CLI).verdict.level is Level.VERIFIED

    world.register(300, serials=[serial])
    world.settle()
    verification = world.verify(world.bag_label, CLI)
    assert verification.verdict.outcome(Code.ITEM_UNIQUE) is Outcome.FAILED
    assert len(verification.evidence.candidates) == CANDIDATES_MAX


def test_a_token_is_held_against_its_own_commitment(world):
    """Named by its token there is no label: the passport's commitment is looked for."""
    world.register(78, serials=[world.serials[world.bag.token_id]])
    world.settle()

    assert world.verify(world.bag, MINT_READBACK).verdict.outcome(Code.ITEM_UNIQUE) is Outcome.FAILED


# ---- the passport


def test_a_directory_that_names_no_passport_is_a_proof(world):
    """Its blocks match what is recorded: nobody can have one for this piece."""
    root = put_directory({"0": {"1.json": b"{}"}}, world.store)
    world.registry.register(BATCH_90, 1, root.digest)
    world.settle()

    assert isinstance(world.verify(BATCH_90.item(0), MINT_READBACK).evidence.passport, Malformed)


def test_bytes_recorded_as_a_directory_that_are_none_are_a_proof(world):
    """They match their name too."""
    cid = ContentId.of(b"\xff no directory", DAG_PB)
    world.store.put(cid, b"\xff no directory")
    world.registry.register(BATCH_90, 1, cid.digest)
    world.settle()

    verification = world.verify(BATCH_90.item(0), MINT_READBACK)
    assert isinstance(verification.evidence.passport, Malformed)
    assert verification.verdict.level is Level.REJECTED


# ---- reading what is needed, once


def test_a_voided_steps_document_is_not_asked_for(world):
    """It may be gone for good."""
    entry = next(e for e in world.registry.entries(world.bag, 99) if e.kind == EntryKind.SERVICED)
    world.void(world.bag, 6)
    world.settle()
    del world.store.blocks[entry.document.digest]

    assert world.verify(world.bag_label, CLI).verdict.level is Level.VERIFIED
    assert entry.document not in world.store.asked


def test_every_actor_of_the_history_is_looked_at(world):
    evidence = world.verify(world.bag_label, CLI).evidence
    assert {REGISTRAR, MAKER, BOUTIQUE, WORKSHOP, HOUSE} <= evidence.actors.keys()


def test_a_reorganisation_under_a_verification_is_no_answer(world):
    """The block that was read is gone: the node does not know it any more."""

    class Reorganising(FakeChain):
        def tips(self):
            tips = super().tips()
            self.registry.rewind(self.registry.tip - 3)
            self.registry.mine(4)
            return tips

    verdict = world.verify(world.bag_label, CLI, chain=Reorganising(world.registry)).verdict
    assert verdict.level is Level.UNDETERMINED


def test_a_store_may_raise_only_its_ports_error(world):
    """What else it raises is a bug of ours, and must be seen as one."""

    class Broken:
        def get(self, cid, *, size_max_bytes):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        world.verify(world.bag_label, CLI, content=Broken())
