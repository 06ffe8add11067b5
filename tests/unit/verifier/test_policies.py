"""What must hold between the codes of one policy, whatever the table says."""

from __future__ import annotations

import pytest

from verifier.policies import BUNDLE, BUNDLE_LABEL, CLI, INTAKE, MINT_READBACK, PHONE, POLICIES, TOKEN
from verifier.verdict import Code

EACH = pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
NEEDS = {
    Code.ITEM_COMMITTED: {Code.ITEM_RECORDED, Code.PASSPORT_MATCH, Code.HISTORY_COMPLETE},
    Code.PASSPORT_VALID: {Code.PASSPORT_MATCH},
    Code.DOCUMENTS_VALID: {Code.DOCUMENTS_MATCH},
    Code.HISTORY_ORDERED: {Code.HISTORY_COMPLETE},
    Code.HISTORY_AUTHORISED: {Code.HISTORY_COMPLETE},
    Code.STATUS_CLEAR: {Code.CHAIN_FINAL, Code.CHAIN_FRESH},
    Code.SALE_RECORDED: {Code.CHAIN_FINAL},
}
"""A code, and what it would be worthless without."""
AS_OF_A_BLOCK = (BUNDLE, BUNDLE_LABEL)
"""Their answer names its block and its age, so it rests on no fresh chain."""


@EACH
def test_a_property_is_never_asked_without_what_it_rests_on(policy):
    """A status read from a stale node, a valid document that is not the recorded one: proofs of nothing."""
    asked = policy.required | policy.advisory
    granted = {Code.CHAIN_FRESH} if policy in AS_OF_A_BLOCK else set()
    for code in policy.required & NEEDS.keys():
        assert NEEDS[code] - granted <= policy.required, code
    for code in policy.advisory & NEEDS.keys():
        assert NEEDS[code] <= asked, code


@EACH
def test_every_policy_requires_the_contract_the_item_and_its_passport(policy):
    """Without these a verdict is about nothing in particular."""
    base = {Code.ISSUER_TRUSTED, Code.ITEM_RECORDED, Code.ITEM_UNIQUE, Code.PASSPORT_MATCH, Code.PASSPORT_VALID}
    assert base | {Code.HISTORY_COMPLETE, Code.CHAIN_FINAL} <= policy.required


def test_every_code_is_asked_for_by_somebody():
    """A code that no policy names would be computed, stored and never looked at."""
    asked = frozenset().union(*(policy.required | policy.advisory for policy in POLICIES.values()))
    assert asked == set(Code)


def test_the_command_line_asks_what_a_phone_asks_but_for_the_scan_log():
    """Two ways to look at one piece must not differ in anything else."""
    assert CLI.required == PHONE.required
    assert PHONE.advisory - CLI.advisory == {Code.SCAN_PATTERN_PLAUSIBLE}


def test_intake_never_asks_less_than_a_phone():
    """A reseller who takes a piece in is stricter: whatever warns a customer stops him or still warns him."""
    assert PHONE.required <= INTAKE.required
    assert PHONE.advisory <= INTAKE.required | INTAKE.advisory


def test_the_makers_own_check_leaves_nothing_to_advice_and_asks_for_no_label():
    """What was just written is all right or it is not; the label is not printed yet."""
    assert not MINT_READBACK.advisory
    assert not MINT_READBACK.required & {Code.LABEL_WELL_FORMED, Code.ITEM_COMMITTED}


def test_a_bundle_asks_what_a_token_asks_but_for_the_age_of_the_chain():
    """Its answer is as of a block; a label opening adds what only a label can show, and nothing else."""
    assert BUNDLE.required == TOKEN.required - {Code.CHAIN_FRESH}
    assert BUNDLE.advisory == TOKEN.advisory
    assert BUNDLE_LABEL.required - BUNDLE.required == {Code.LABEL_WELL_FORMED, Code.ITEM_COMMITTED}
    assert BUNDLE_LABEL.advisory == BUNDLE.advisory
