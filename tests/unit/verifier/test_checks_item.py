"""The item's checks: recorded, committed to by its label, and the only one that is."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest

from provenance_schemas.content_id import RAW, ContentId
from provenance_schemas.folding import Meta
from provenance_schemas.labels import label_commitment, parse_label
from provenance_schemas.step_kinds import EntryKind
from tests.fakes.evidence import disputing, genuine_world, some_evidence, with_entries
from tests.fakes.registry import REGISTRAR
from tests.fakes.world import GTIN, HOUSE, some_serial
from verifier.checks.item import check_item_committed, check_item_recorded, check_item_unique
from verifier.evidence import Absent, Candidate, History, Malformed, Unavailable
from verifier.history import Entry, Lane
from verifier.limits import CHAIN_FRESH_MAX_S, CHAIN_FRESH_MIN_S
from verifier.verdict import Outcome

GONE = Unavailable("gone")
WORLD = genuine_world()
AT_S = WORLD.registry.time_s
STRANGER = parse_label(WORLD.label_of(some_serial("nobody's")))


def aged(evidence, age_s):
    """Judge the evidence `age_s` after the node's latest block."""
    return replace(evidence, checked_at=evidence.latest.mined_at + timedelta(seconds=age_s))


# ---- item.recorded


def test_a_registered_item_is_recorded():
    assert check_item_recorded(some_evidence()).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("age_s", "outcome"),
    [
        (CHAIN_FRESH_MIN_S - 1, Outcome.UNKNOWN),
        (CHAIN_FRESH_MIN_S, Outcome.FAILED),
        (CHAIN_FRESH_MAX_S, Outcome.FAILED),
        (CHAIN_FRESH_MAX_S + 1, Outcome.UNKNOWN),
    ],
)
@pytest.mark.parametrize("changes", [{"item": Absent()}, {"registered": Absent()}])
def test_an_absence_counts_only_where_the_chain_is_moving(changes, age_s, outcome):
    """A node that stopped yesterday proves honestly that this piece was not there yesterday."""
    assert check_item_recorded(aged(some_evidence(**changes), age_s)).outcome is outcome


@pytest.mark.parametrize("changes", [{"item": GONE}, {"registered": GONE}])
def test_an_item_that_was_not_read_is_unknown(changes):
    assert check_item_recorded(some_evidence(**changes)).outcome is Outcome.UNKNOWN


# ---- item.committed


def replacement(name, *, by=HOUSE, at_s=AT_S, subject=WORLD.bag, lost=False):
    """Make a replaced label's entry and its document, ready for `with_entries`."""
    document = WORLD.step_document(
        subject, EntryKind.LABEL_REPLACED, by, commitment=label_commitment(GTIN, some_serial(name))
    )
    cid = ContentId(RAW, hashlib.sha256(document.to_bytes()).digest())
    entry = Entry(Lane.ITEM, Meta(by, EntryKind.LABEL_REPLACED, at_s), cid.digest, 99, 0, cid, number=50 + len(name))
    return entry, {cid: GONE if lost else document}


def replaced(*replacements, label=None):
    evidence = (
        some_evidence() if label is None else some_evidence(label=parse_label(WORLD.label_of(some_serial(label))))
    )
    for entry, documents in replacements:
        evidence = with_entries([entry], documents, evidence)
    return evidence


def committed(evidence):
    return check_item_committed(evidence).outcome


def test_the_label_opens_the_passports_commitment():
    assert committed(some_evidence()) is Outcome.PASSED


def test_a_label_that_opens_nothing_of_this_item_fails():
    assert committed(some_evidence(label=STRANGER)) is Outcome.FAILED


@pytest.mark.parametrize(
    "changes",
    [
        {"label": Absent()},
        {"item": GONE},
        {"item": Absent()},
        {"passport": GONE},
        {"passport": Malformed("no commitment")},
        {"history": GONE},
    ],
)
def test_without_label_item_passport_or_history_nothing_is_opened(changes):
    """What is in force is not known without all of them: a later entry could have replaced it."""
    assert committed(some_evidence(**changes)) is Outcome.UNKNOWN


def test_the_last_label_counts_and_the_ones_before_it_are_replaced():
    """Passport, first and second new label: only the last opens."""
    history = (replacement("new"), replacement("newer"))

    assert committed(replaced(*history, label="newer")) is Outcome.PASSED
    assert committed(replaced(*history, label="new")) is Outcome.FAILED
    assert committed(replaced(*history)) is Outcome.FAILED
    assert "replaced" in check_item_committed(replaced(*history)).reason


def test_a_label_put_back_into_force_counts_again():
    """The commitment that is in force may have been there before."""
    assert (
        committed(replaced(replacement("new"), replacement("newer"), replacement("new"), label="new")) is Outcome.PASSED
    )


def test_without_the_last_replaced_labels_document_nothing_is_in_force():
    """Neither the old label nor any other can be judged: the lost document may name it."""
    lost = replacement("new", lost=True)

    assert committed(replaced(lost)) is Outcome.UNKNOWN
    assert committed(replaced(lost, label="new")) is Outcome.UNKNOWN


def test_a_later_label_makes_a_lost_document_of_an_earlier_one_harmless():
    """So a brand can repair it by replacing the label once more."""
    assert committed(replaced(replacement("new", lost=True), replacement("newer"), label="newer")) is Outcome.PASSED


def test_a_document_about_another_piece_replaces_no_label():
    """It may be a true document of that piece: nothing is in force until the brand says which."""
    other = replacement("new", subject=WORLD.scarf)

    assert committed(replaced(other, label="new")) is Outcome.UNKNOWN
    assert committed(replaced(other)) is Outcome.UNKNOWN


def test_a_disputed_actor_cannot_take_the_label_away():
    """The genuine label stays in force; the thief's own is neither genuine nor proved false."""
    stolen = replacement("stolen")
    assert committed(disputing(replaced(stolen), HOUSE, AT_S)) is Outcome.PASSED
    assert committed(disputing(replaced(stolen, label="stolen"), HOUSE, AT_S)) is Outcome.UNKNOWN
    assert committed(disputing(replaced(stolen, label="nobody's"), HOUSE, AT_S)) is Outcome.FAILED


def test_a_disputed_actors_lost_document_may_name_any_label():
    """Then a label that opens nothing we know of is not proved false; the genuine one opens all the same."""
    lost = replacement("stolen", lost=True)
    assert committed(disputing(replaced(lost), HOUSE, AT_S)) is Outcome.PASSED
    assert committed(disputing(replaced(lost, label="nobody's"), HOUSE, AT_S)) is Outcome.UNKNOWN


@pytest.mark.parametrize(("since_s", "outcome"), [(AT_S, Outcome.PASSED), (AT_S + 1, Outcome.FAILED)])
def test_a_replaced_label_is_disputed_from_the_second_named(since_s, outcome):
    """Seen with the old label: in force again, or replaced."""
    assert committed(disputing(replaced(replacement("new")), HOUSE, since_s)) is outcome


def test_whether_the_actor_is_disputed_must_be_known():
    """Without it either label could be the one in force."""
    evidence = replaced(replacement("new"), label="new")

    assert committed(replace(evidence, actors=GONE)) is Outcome.UNKNOWN
    assert committed(replace(evidence, actors={})) is Outcome.UNKNOWN


def test_while_a_label_is_being_replaced_the_old_one_is_not_confirmed():
    """A node that picks an old final block would else keep a replaced label alive."""
    entry, _ = replacement("new")
    evidence = some_evidence()
    evidence = replace(evidence, history=History(evidence.history.final, (entry,)))

    assert committed(evidence) is Outcome.UNKNOWN


# ---- item.unique

OWN = some_evidence().candidates[0]
TWIN = Candidate(WORLD.scarf, REGISTRAR, AT_S, HOUSE, AT_S + 10)


def unique(evidence):
    return check_item_unique(evidence).outcome


def test_the_only_item_with_its_commitment_is_unique():
    assert unique(some_evidence()) is Outcome.PASSED


def test_a_second_item_with_the_commitment_fails():
    """Whichever of the two is looked at."""
    assert unique(some_evidence(candidates=(OWN, TWIN))) is Outcome.FAILED
    assert unique(some_evidence(candidates=(TWIN, OWN))) is Outcome.FAILED


@pytest.mark.parametrize(
    ("actor", "since_s", "outcome"),
    [
        (REGISTRAR, AT_S, Outcome.PASSED),
        (REGISTRAR, AT_S + 1, Outcome.FAILED),
        (HOUSE, AT_S + 10, Outcome.PASSED),
        (HOUSE, AT_S + 11, Outcome.FAILED),
    ],
)
def test_a_double_made_with_a_disputed_key_does_not_count(actor, since_s, outcome):
    """Both keys that can make one, on both sides of the edge: who registered it, and who put the label on it."""
    assert unique(disputing(some_evidence(candidates=(OWN, TWIN)), actor, since_s)) is outcome


def test_a_double_whose_keys_were_not_read_is_unknown():
    evidence = some_evidence(candidates=(OWN, TWIN))

    assert unique(replace(evidence, actors=GONE)) is Outcome.UNKNOWN
    assert unique(replace(evidence, actors={REGISTRAR: evidence.actors[REGISTRAR]})) is Outcome.UNKNOWN


@pytest.mark.parametrize("changes", [{"candidates": GONE}, {"item": GONE}, {"item": Absent(), "candidates": ()}])
def test_without_item_or_candidates_uniqueness_is_unknown(changes):
    assert unique(some_evidence(**changes)) is Outcome.UNKNOWN


def test_an_item_that_its_own_commitment_files_do_not_name_is_not_called_unique():
    """Its label would find nothing; and whoever forged the files could hide a double the same way."""
    assert unique(some_evidence(candidates=())) is Outcome.UNKNOWN
