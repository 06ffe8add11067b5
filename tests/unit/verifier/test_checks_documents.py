"""The documents' checks: the recorded bytes, and about this item, this kind, this actor."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provenance_schemas.step_kinds import DOCUMENTED, EntryKind
from tests.fakes.evidence import document_of, entry_of, genuine_world, some_evidence, with_document
from tests.fakes.world import BOUTIQUE
from verifier.checks.documents import check_documents_match, check_documents_valid
from verifier.evidence import Absent, History, Malformed, Unavailable
from verifier.verdict import Outcome

PASSED, FAILED, UNKNOWN = Outcome.PASSED, Outcome.FAILED, Outcome.UNKNOWN
GONE = Unavailable("gone")
WORLD = genuine_world()
KINDS = [EntryKind(entry.kind) for entry in some_evidence().history.final if entry.kind in DOCUMENTED]


def outcomes(evidence):
    return check_documents_match(evidence).outcome, check_documents_valid(evidence).outcome


def test_all_documents_there_and_right_pass():
    assert outcomes(some_evidence()) == (PASSED, PASSED)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("document", "expected"),
    [(GONE, (UNKNOWN, UNKNOWN)), (None, (UNKNOWN, UNKNOWN)), (Malformed("bad"), (PASSED, FAILED))],
    ids=["lost", "not looked for", "malformed"],
)
def test_each_document_counts(kind, document, expected):
    """One lost document leaves both open; one that is recorded and malformed is a proof."""
    assert outcomes(with_document(kind, document)) == expected


@pytest.mark.parametrize("changes", [{"history": GONE}, {"item": GONE}, {"item": Absent()}])
def test_without_history_or_item_nothing_is_valid(changes):
    assert check_documents_valid(some_evidence(**changes)).outcome is UNKNOWN


def test_without_a_history_no_document_is_known_to_match():
    assert check_documents_match(some_evidence(history=GONE)).outcome is UNKNOWN


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": WORLD.scarf},
        {"subject": WORLD.bag.batch},
        {"kind": EntryKind.AUTHENTICATED},
    ],
    ids=["another piece", "the whole batch", "another kind"],
)
def test_a_step_of_something_else_fails(changes):
    """A true document moved to another piece, lane or kind is a false one."""
    document = replace(document_of(EntryKind.SERVICED), **changes)
    assert outcomes(with_document(EntryKind.SERVICED, document)) == (PASSED, FAILED)


def test_a_batch_step_is_about_the_batch_and_not_about_the_item():
    document = replace(document_of(EntryKind.SHIPPED), subject=WORLD.bag)
    assert outcomes(with_document(EntryKind.SHIPPED, document)) == (PASSED, FAILED)


def test_a_document_that_names_another_recorder_than_the_chain_fails():
    """Any workshop could else write in the house's name."""
    genuine = document_of(EntryKind.SERVICED)
    document = replace(genuine, recorder=replace(genuine.recorder, account=BOUTIQUE))

    assert outcomes(with_document(EntryKind.SERVICED, document)) == (PASSED, FAILED)


def test_a_proven_fault_comes_before_a_missing_document():
    """Withholding another file must not cover it."""
    evidence = with_document(EntryKind.SERVICED, Malformed("bad"))
    lost = {**evidence.documents, entry_of(evidence, EntryKind.SOURCED).document: GONE}

    assert outcomes(replace(evidence, documents=lost)) == (UNKNOWN, FAILED)


def voiding(kind, document, *, voids=None):
    """Void one step of the item, whose own document is `document`."""
    evidence = with_document(kind, document)
    target = entry_of(evidence, kind)
    told = WORLD.step_document(
        WORLD.bag, EntryKind.VOIDED, target.meta.actor, voids_entry=target.number if voids is None else voids
    )
    void = replace(target, meta=replace(target.meta, kind=EntryKind.VOIDED), voids=target.number, number=99)
    return replace(
        evidence,
        history=History((*evidence.history.final, void)),
        documents={**evidence.documents, void.document: told},
    )


@pytest.mark.parametrize("document", [GONE, None, Malformed("bad")])
def test_a_voided_step_needs_no_document_any_more(document):
    """So one bad document does not spoil a piece for ever. The voiding itself needs its own."""
    evidence = voiding(EntryKind.SERVICED, document)
    own = evidence.history.final[-1]
    cid = replace(own.document, digest=bytes(32))
    evidence = replace(
        evidence,
        history=History((*evidence.history.final[:-1], replace(own, document=cid))),
        documents={**evidence.documents, cid: evidence.documents[own.document]},
    )

    assert outcomes(evidence) == (PASSED, PASSED)


def test_a_voiding_document_names_the_entry_that_the_chain_voids():
    """Else the reason given for one entry would hide another."""
    assert check_documents_valid(voiding(EntryKind.SERVICED, None, voids=1)).outcome is FAILED
