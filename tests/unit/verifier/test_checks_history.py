"""The history's checks: complete, in order, by actors whom nobody disputes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from provenance_schemas.event_hash import event_hash
from provenance_schemas.step_kinds import EntryKind
from tests.fakes.evidence import disputing, document_of, entry_of, some_evidence, with_document
from verifier.checks.history import check_history_authorised, check_history_complete, check_history_ordered
from verifier.evidence import History, Malformed, Unavailable
from verifier.limits import HAPPENED_AFTER_RECORDED_MAX_S, HAPPENED_BACKWARDS_MAX_S
from verifier.verdict import Outcome

PASSED, FAILED, UNKNOWN = Outcome.PASSED, Outcome.FAILED, Outcome.UNKNOWN
GONE = Unavailable("gone")
ALL = (check_history_complete, check_history_ordered, check_history_authorised)
SERVICED = entry_of(some_evidence(), EntryKind.SERVICED)


def happening(kind, moment):
    """Give one step's document another time."""
    document = document_of(kind)
    event = document.event | {"eventTime": moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")}
    return replace(document, event=event | {"eventID": event_hash(event)})


@pytest.mark.parametrize("check", ALL)
def test_a_genuine_history_passes(check):
    assert check(some_evidence()).outcome is PASSED


@pytest.mark.parametrize("check", ALL)
def test_without_a_history_nothing_is_said_of_it(check):
    """Whoever hides a log gets no answer, not a bad one."""
    assert check(some_evidence(history=GONE)).outcome is UNKNOWN


# ---- history.ordered


@pytest.mark.parametrize(("late_s", "outcome"), [(0, PASSED), (1, FAILED)])
def test_a_step_does_not_happen_long_after_it_was_recorded(late_s, outcome):
    """A scanner's clock may be a day ahead; a date of next year is a lie."""
    recorded_s = SERVICED.meta.time_s + HAPPENED_AFTER_RECORDED_MAX_S + late_s
    genuine = document_of(EntryKind.SERVICED)
    moment = genuine.happened_at + timedelta(seconds=recorded_s - genuine.happened_at.timestamp())

    evidence = with_document(EntryKind.SERVICED, happening(EntryKind.SERVICED, moment))
    # Later steps may not fall behind the one moved, so it is made the last.
    entries = [e for e in evidence.history.final if e.kind != EntryKind.AUTHENTICATED]
    assert check_history_ordered(replace(evidence, history=History(tuple(entries)))).outcome is outcome


@pytest.mark.parametrize(("early_s", "outcome"), [(0, PASSED), (1, FAILED)])
def test_time_runs_back_within_its_tolerance_only(early_s, outcome):
    """Paperwork arrives out of order, but not by more than two days."""
    sold = document_of(EntryKind.SOLD).happened_at
    moment = sold - timedelta(seconds=HAPPENED_BACKWARDS_MAX_S + early_s)
    documents = with_document(EntryKind.SERVICED, happening(EntryKind.SERVICED, moment))
    entries = [e for e in documents.history.final if e.kind != EntryKind.AUTHENTICATED]

    assert check_history_ordered(replace(documents, history=History(tuple(entries)))).outcome is outcome


def test_small_steps_back_do_not_add_up():
    """Each step is within tolerance of the one before it, the third is not of the first."""
    evidence = some_evidence()
    first = document_of(EntryKind.INSPECTED).happened_at
    for number, kind in enumerate([EntryKind.RECEIVED, EntryKind.SOLD], start=1):
        moment = first - timedelta(seconds=number * HAPPENED_BACKWARDS_MAX_S * 0.6)
        cid = entry_of(evidence, kind).document
        evidence = replace(evidence, documents={**evidence.documents, cid: happening(kind, moment)})

    assert check_history_ordered(evidence).outcome is FAILED


@pytest.mark.parametrize("lost", [GONE, None, Malformed("no kind")])
def test_a_document_that_cannot_be_read_leaves_the_order_open(lost):
    """Lost, never looked for, or malformed: it tells no time."""
    assert check_history_ordered(with_document(EntryKind.SOLD, lost)).outcome is UNKNOWN


def test_a_proven_disorder_stays_proven_when_another_document_is_lost():
    """Else a brand could hide a future date behind a missing file."""
    moment = document_of(EntryKind.SERVICED).happened_at + timedelta(days=400)
    evidence = with_document(EntryKind.SERVICED, happening(EntryKind.SERVICED, moment))
    cid = entry_of(evidence, EntryKind.SOURCED).document

    lost = replace(evidence, documents={**evidence.documents, cid: GONE})
    assert check_history_ordered(lost).outcome is FAILED


# ---- history.authorised


@pytest.mark.parametrize(
    ("since_s", "outcome"),
    [(SERVICED.meta.time_s, FAILED), (SERVICED.meta.time_s + 1, PASSED), (0, PASSED), (1, FAILED)],
)
def test_a_step_is_disputed_from_the_second_named(since_s, outcome):
    """Both sides of the edge; zero means never."""
    evidence = disputing(some_evidence(), SERVICED.meta.actor, since_s)
    assert check_history_authorised(evidence).outcome is outcome


def test_a_voided_step_of_a_disputed_actor_no_longer_counts():
    """That is what voiding is for."""
    evidence = disputing(some_evidence(), SERVICED.meta.actor, SERVICED.meta.time_s)
    entries = evidence.history.final
    void = replace(
        entries[-1],
        meta=replace(entries[-1].meta, kind=EntryKind.VOIDED),
        voids=SERVICED.number,
        number=entries[-1].number + 1,
    )

    voided = replace(evidence, history=History((*entries, void)))
    assert check_history_authorised(voided).outcome is PASSED


def test_a_void_of_the_other_lane_voids_nothing_here():
    """Entry 2 of the batch and entry 2 of the item are two entries."""
    evidence = disputing(some_evidence(), SERVICED.meta.actor, SERVICED.meta.time_s)
    batch_entry = entry_of(evidence, EntryKind.SHIPPED)
    void = replace(batch_entry, meta=replace(batch_entry.meta, kind=EntryKind.VOIDED), voids=SERVICED.number)

    voided = replace(evidence, history=History((*evidence.history.final, void)))
    assert check_history_authorised(voided).outcome is FAILED


def test_whether_an_actor_is_disputed_must_be_known_for_each():
    evidence = some_evidence()
    without = {actor: word for actor, word in evidence.actors.items() if actor != SERVICED.meta.actor}

    assert check_history_authorised(replace(evidence, actors=GONE)).outcome is UNKNOWN
    assert check_history_authorised(replace(evidence, actors=without)).outcome is UNKNOWN


def test_a_proven_dispute_stays_proven_when_another_actor_was_not_read():
    evidence = disputing(some_evidence(), SERVICED.meta.actor, 1)
    sold_by = entry_of(evidence, EntryKind.SOLD).meta.actor
    actors = {actor: word for actor, word in evidence.actors.items() if actor != sold_by}

    assert check_history_authorised(replace(evidence, actors=actors)).outcome is FAILED
