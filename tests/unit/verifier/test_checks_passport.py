"""The passport's checks: the recorded bytes, and about this very item."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provenance_schemas.ids import ItemId
from tests.fakes.evidence import genuine_world, some_evidence
from verifier.checks.passport import check_passport_match, check_passport_valid
from verifier.evidence import Absent, Malformed, Unavailable
from verifier.verdict import Outcome

GONE = Unavailable("gone")
PASSPORT = some_evidence().passport
BAG = genuine_world().bag


@pytest.mark.parametrize(
    ("passport", "match", "valid"),
    [
        (PASSPORT, Outcome.PASSED, Outcome.PASSED),
        (Malformed("/commitment: is missing"), Outcome.PASSED, Outcome.FAILED),
        (GONE, Outcome.UNKNOWN, Outcome.UNKNOWN),
    ],
)
def test_lost_bytes_are_unknown_and_recorded_bytes_that_are_no_passport_fail(passport, match, valid):
    """Wrong bytes never get this far: what is malformed here is malformed on chain."""
    evidence = some_evidence(passport=passport)

    assert check_passport_match(evidence).outcome is match
    assert check_passport_valid(evidence).outcome is valid


@pytest.mark.parametrize(
    "other",
    [
        ItemId(BAG.chain_id + 1, BAG.contract, BAG.token_id),
        ItemId(BAG.chain_id, genuine_world().registry.contract.lower(), BAG.token_id + 1),
        ItemId(BAG.chain_id, BAG.contract, BAG.token_id + 1),
    ],
    ids=["chain", "contract", "token"],
)
def test_a_passport_of_another_item_fails(other):
    """All three parts of the name count: chain, contract and token."""
    evidence = some_evidence(passport=replace(PASSPORT, item=other))
    assert check_passport_valid(evidence).outcome is Outcome.FAILED


@pytest.mark.parametrize("item", [GONE, Absent()])
def test_a_passport_without_an_item_is_neither(item):
    assert check_passport_valid(some_evidence(item=item)).outcome is Outcome.UNKNOWN
