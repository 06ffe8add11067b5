"""The issuer's check: the pinned contract, and the key that registered the item."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from provenance_schemas.step_kinds import EntryKind
from tests.fakes.evidence import disputing, entry_of, some_evidence
from tests.fakes.registry import REGISTRAR
from verifier.checks.issuer import check_issuer_trusted
from verifier.evidence import Absent, Unavailable
from verifier.verdict import Outcome

GONE = Unavailable("gone")
PASSED, FAILED = Outcome.PASSED, Outcome.FAILED
REGISTERED_AT = entry_of(some_evidence(), EntryKind.REGISTERED).meta.time_s


def outcome(evidence):
    return check_issuer_trusted(evidence).outcome


def test_the_pinned_contract_passes():
    assert outcome(some_evidence()) is Outcome.PASSED


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"code_hash": bytes(32)}, Outcome.FAILED),
        ({"code_hash": Absent()}, Outcome.FAILED),
        ({"code_hash": GONE}, Outcome.UNKNOWN),
        ({"brand": Absent()}, Outcome.UNKNOWN),
        ({"brand": GONE}, Outcome.UNKNOWN),
        ({"actors": GONE}, Outcome.UNKNOWN),
        ({"actors": {}}, Outcome.UNKNOWN),
        ({"candidates": GONE}, Outcome.PASSED),
        ({"candidates": GONE, "history": GONE}, Outcome.UNKNOWN),
        ({"candidates": (), "history": GONE}, Outcome.UNKNOWN),
        ({"history": GONE}, Outcome.PASSED),
    ],
)
def test_another_contract_fails_and_an_unread_fact_is_unknown(changes, expected):
    """The code at the pinned address is a proof either way; who registered must be known from somewhere."""
    assert outcome(some_evidence(**changes)) is expected


@pytest.mark.parametrize(("blocks_before", "expected"), [(1, Outcome.UNKNOWN), (0, Outcome.FAILED)])
def test_a_block_older_than_the_registry_proves_nothing_against_it(blocks_before, expected):
    """A node may answer at a true block in which the contract did not stand there yet."""
    evidence = some_evidence(code_hash=Absent())
    registry = replace(evidence.brand.registry, deployed_block=evidence.final.number + blocks_before)

    assert outcome(replace(evidence, brand=replace(evidence.brand, registry=registry))) is expected


@pytest.mark.parametrize(
    ("since_s", "expected"),
    [
        (REGISTERED_AT - 1, Outcome.FAILED),
        (REGISTERED_AT, Outcome.FAILED),
        (REGISTERED_AT + 1, Outcome.PASSED),
        (0, Outcome.PASSED),
    ],
)
@pytest.mark.parametrize("known_from", ["history", "candidates"])
def test_a_registration_is_disputed_from_the_second_named(since_s, expected, known_from):
    """Both sides of the edge, whichever tells who registered; zero means never disputed."""
    other = "candidates" if known_from == "history" else "history"
    evidence = disputing(some_evidence(**{other: GONE}), REGISTRAR, since_s)

    assert outcome(evidence) is expected


def test_a_dispute_of_somebody_else_does_not_touch_the_registration():
    """A disputed carrier makes a step doubtful, not the item."""
    carrier = entry_of(some_evidence(), EntryKind.SHIPPED).meta.actor
    assert outcome(disputing(some_evidence(), carrier, 1)) is Outcome.PASSED


def test_where_nothing_is_recorded_nobody_recorded_it():
    """A proven absence is for item.recorded to say; the contract is still the pinned one."""
    evidence = some_evidence(item=Absent(), candidates=(), history=GONE, registered=Absent())
    assert outcome(evidence) is Outcome.PASSED


@pytest.mark.parametrize(
    ("field", "offset_s", "expected"),
    [
        ("valid_until", 1, PASSED),
        ("valid_until", 0, FAILED),
        ("valid_until", -1, FAILED),
        ("valid_from", 1, FAILED),
        ("valid_from", 0, PASSED),
        ("valid_from", -1, PASSED),
    ],
)
@pytest.mark.parametrize("shown", ["history", "candidates"])
def test_a_registration_outside_the_brands_time_is_none_of_its_own(field, offset_s, expected, shown):
    """Its block's time is proved, by the history or by the issuance word; both edges to the second."""
    evidence = some_evidence()
    if shown == "candidates":
        evidence = replace(evidence, history=GONE)
    moment = datetime.fromtimestamp(REGISTERED_AT + offset_s, UTC)

    assert outcome(replace(evidence, brand=replace(evidence.brand, **{field: moment}))) is expected
