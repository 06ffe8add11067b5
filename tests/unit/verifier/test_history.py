"""Replaying a history: whoever hides, adds, swaps or changes one entry is found out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance_schemas.content_id import RAW, ContentId
from provenance_schemas.folding import Meta, void_digest
from provenance_schemas.ids import BatchId
from provenance_schemas.step_kinds import EntryKind
from tests.fakes.documents import CONTRACT
from tests.fakes.registry import GUARDIAN, FakeRegistry, some_address
from verifier.history import (
    Entry,
    Lane,
    ReplayError,
    documented_steps,
    number_entries,
    replay,
    voided_numbers,
)

BATCH = BatchId(1, CONTRACT, 77)
ITEM = BATCH.item(1)
ACTOR = some_address("actor")
OTHER = some_address("other")


def digest(name):
    return ContentId.of(name.encode()).digest


def full_registry():
    """Write every kind of entry there is, on both lanes."""
    registry = FakeRegistry(1, CONTRACT)
    registry.register(BATCH, 3, digest("passports"))
    registry.batch_step(BATCH, EntryKind.SOURCED, digest("sourced"), by=ACTOR)
    registry.step(ITEM, EntryKind.MANUFACTURED, digest("made"), by=ACTOR)
    registry.batch_step(BATCH, EntryKind.SHIPPED, digest("shipped"), by=OTHER)
    registry.step(ITEM, EntryKind.INSPECTED, digest("inspected"), by=ACTOR)
    registry.set_claim_key(ITEM, some_address("new key"))
    registry.step(ITEM, EntryKind.SOLD, digest("sold"), by=OTHER)
    registry.claim(ITEM, some_address("buyer"), some_address("new key"))
    registry.void(ITEM, 2, digest("why"), by=GUARDIAN)
    registry.report(ITEM, EntryKind.REPORTED_LOST, 5)
    registry.report(ITEM, EntryKind.REPORT_WITHDRAWN, 7)
    registry.transfer(ITEM, OTHER)
    registry.transfer(ITEM, some_address("third"))
    registry.void(BATCH, 2, digest("batch why"), by=GUARDIAN)
    registry.step(ITEM, EntryKind.REVOKED, digest("revoked"), by=GUARDIAN)
    return registry


REGISTRY = full_registry()
WORDS = REGISTRY.words(ITEM, REGISTRY.tip)
ENTRIES = number_entries(REGISTRY.entries(ITEM, REGISTRY.tip))
POSITIONS = range(len(ENTRIES))


def assert_refused(entries, words=WORDS):
    with pytest.raises(ReplayError):
        replay(ITEM, words, number_entries(entries))


def test_a_complete_history_replays():
    """Every kind of entry, both lanes, up to the words and the owner."""
    replay(ITEM, WORDS, ENTRIES)


@pytest.mark.parametrize("position", POSITIONS)
def test_a_hidden_entry_is_found_out(position):
    """Each in turn; the newest as much as the first."""
    assert_refused(ENTRIES[:position] + ENTRIES[position + 1 :])


@pytest.mark.parametrize("position", POSITIONS)
def test_an_entry_told_twice_is_found_out(position):
    assert_refused((*ENTRIES[: position + 1], *ENTRIES[position:]))


@pytest.mark.parametrize("position", POSITIONS[:-1])
def test_two_entries_in_the_other_order_are_found_out(position):
    """Within a lane and across: how the lanes interleave is folded too."""
    first, second = ENTRIES[position], ENTRIES[position + 1]
    swapped = [
        *ENTRIES[:position],
        replace(second, block_number=first.block_number),
        replace(first, block_number=second.block_number),
        *ENTRIES[position + 2 :],
    ]
    assert_refused(swapped)


@pytest.mark.parametrize("position", POSITIONS[1:])
def test_an_entry_told_on_the_other_lane_is_found_out(position):
    entry = ENTRIES[position]
    moved = replace(entry, lane=Lane.ITEM if entry.lane is Lane.BATCH else Lane.BATCH)
    assert_refused([*ENTRIES[:position], moved, *ENTRIES[position + 1 :]])


def changes_of(entry: Entry) -> list[dict[str, object]]:
    """List every way to tell an entry otherwise; `number` and the block's place are set by the reader."""
    meta = entry.meta
    changes: list[dict[str, object]] = [
        {"meta": replace(meta, actor=some_address("liar"))},
        {"meta": replace(meta, time_s=meta.time_s + 1)},
        {"digest": digest("liar")},
        {"document": None if entry.document else ContentId(RAW, entry.digest)},
        {"voids": None if entry.voids else 1},
        {"reason": None if entry.reason is not None else 0},
        {"from_": None if entry.from_ else OTHER},
        {"to": None if entry.to else OTHER},
    ]
    changes += [{"meta": replace(meta, kind=kind)} for kind in EntryKind if kind != meta.kind]
    if entry.document:
        changes.append({"document": ContentId(RAW, digest("liar"))})
        changes.append({"document": ContentId(RAW, digest("liar")), "digest": digest("liar")})
    if entry.voids:
        changes.append({"voids": entry.voids + 1})
        changes.append({"voids": 1, "digest": void_digest(1, entry.document.digest)})
    if entry.reason is not None:
        changes.append({"reason": entry.reason + 1})
    if entry.to:
        changes += [{"to": some_address("liar")}, {"from_": some_address("liar")}]
    return changes


@pytest.mark.parametrize("position", POSITIONS)
def test_an_entry_told_otherwise_is_found_out(position):
    """Each field of each entry, one at a time: actor, time, kind, digest and all that is derived from it."""
    for change in changes_of(ENTRIES[position]):
        changed = replace(ENTRIES[position], **change)
        if changed.kind == ENTRIES[position].kind == EntryKind.REGISTERED and "meta" in change:
            continue  # the registrar is held by the word, its time by the batch: the next test
        entries = [*ENTRIES[:position], changed, *ENTRIES[position + 1 :]]
        with pytest.raises(ReplayError):
            replay(ITEM, WORDS, entries)


@pytest.mark.parametrize("change", [{"actor": OTHER}, {"time_s": WORDS.registered_at + 1}, {"kind": 1}])
def test_a_registration_told_otherwise_is_found_out(change):
    first = replace(ENTRIES[0], meta=replace(ENTRIES[0].meta, **change))
    assert_refused([first, *ENTRIES[1:]])


def test_a_voiding_told_as_a_plain_step_is_found_out():
    """The same digest, kind and fold: only what the entry says it is differs, and a voided step would come back."""
    (void,) = [e for e in ENTRIES if e.voids is not None and e.lane is Lane.ITEM]
    plain = replace(void, voids=None, document=ContentId(RAW, void.digest))

    assert_refused([plain if entry is void else entry for entry in ENTRIES])


def test_a_step_whose_document_is_the_hash_of_a_voiding_voids_nothing():
    """An actor may choose such a digest; a lying node would then tell the step as a voiding of entry 1."""
    registry = full_registry()
    why = ContentId.of(b"why")
    registry.step(ITEM, EntryKind.SERVICED, void_digest(1, why.digest), by=ACTOR)
    entries = number_entries(registry.entries(ITEM, registry.tip))
    words = registry.words(ITEM, registry.tip)
    replay(ITEM, words, entries)

    assert_refused([*entries[:-1], replace(entries[-1], voids=1, document=why)], words)


def test_an_added_entry_is_found_out_wherever_it_is_put():
    """At the end, in the middle, in a block that is not final."""
    forged = Entry(
        Lane.ITEM, Meta(ACTOR, EntryKind.SERVICED, 1), digest("forged"), 0, 9, ContentId(RAW, digest("forged"))
    )
    for entry in ENTRIES:
        assert_refused([*ENTRIES, replace(forged, block_number=entry.block_number)])
    assert_refused([*ENTRIES, replace(forged, block_number=10**6)])


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(ENTRIES), max_size=len(ENTRIES) + 2))
def test_no_other_selection_of_entries_replays(entries):
    """Any subset, any repetition, in any order that is not the true one."""
    if number_entries(entries) == ENTRIES:
        return
    assert_refused(entries)


@pytest.mark.parametrize(
    "change",
    [
        {"state": WORDS.state ^ 1 << 200},
        {"batch_state": WORDS.batch_state ^ 1 << 200},
        {"state": WORDS.state ^ 1},
        {"owner": OTHER},
        {"stock_account": OTHER},
        {"count": 4},
        {"registered_at": WORDS.registered_at + 1},
        {"passports": digest("others")},
        {"claim_root": digest("others")},
    ],
)
def test_the_same_entries_do_not_replay_to_other_words(change):
    """Each stored word is held by the replay."""
    assert_refused(ENTRIES, replace(WORDS, **change))


@pytest.mark.parametrize("name", ["chain_id", "contract"])
def test_a_history_replays_on_its_own_chain_and_contract_only(name):
    """The registration folds both, so a history cannot be replayed elsewhere."""
    other = replace(ITEM, **{name: 2 if name == "chain_id" else OTHER})
    with pytest.raises(ReplayError, match="registration"):
        replay(other, WORDS, ENTRIES)


def test_each_lane_is_numbered_from_one():
    """As voiding counts them; sorted as the chain holds them, however they came."""
    numbered = number_entries(reversed(REGISTRY.entries(ITEM, REGISTRY.tip)))

    assert numbered == ENTRIES
    for lane in Lane:
        numbers = [entry.number for entry in ENTRIES if entry.lane is lane]
        assert numbers == list(range(1, len(numbers) + 1))


def test_a_voided_entry_needs_no_document_and_its_voiding_does():
    """One on each lane: entry 2 of the item, entry 2 of the batch."""
    assert voided_numbers(ENTRIES) == {(Lane.ITEM, 2), (Lane.BATCH, 2)}
    kinds = [EntryKind(entry.kind) for entry in documented_steps(ENTRIES)]

    assert kinds == [
        EntryKind.MANUFACTURED,
        EntryKind.SHIPPED,
        EntryKind.SOLD,
        EntryKind.VOIDED,
        EntryKind.VOIDED,
        EntryKind.REVOKED,
    ]
