"""The status checks: a bad bit at either block counts, a good one needs both."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from provenance_schemas.step_kinds import NO_LONGER_CLEAR, Status
from tests.fakes.evidence import some_evidence
from verifier.checks.scans import check_possession_shown, check_scan_pattern_plausible
from verifier.checks.status import check_sale_recorded, check_status_clear, status_bits
from verifier.evidence import Absent, Registered, Unavailable
from verifier.limits import CHAIN_FRESH_MAX_S
from verifier.verdict import Outcome

PASSED, FAILED, UNKNOWN = Outcome.PASSED, Outcome.FAILED, Outcome.UNKNOWN
GONE = Unavailable("gone")
WORDS = some_evidence().registered.final
CLEAR, SOLD = 0, Status.SOLD


def with_bits(final, latest, *, lane="state", age_s=5):
    """Set the status bits of one lane's word at each block; None: the latest was not read."""
    at = {
        bits: replace(WORDS, **{"state": 0, "batch_state": 0, lane: bits})
        for bits in (final, latest)
        if bits is not None
    }
    registered = Registered(at[final], GONE if latest is None else at[latest])
    evidence = some_evidence(registered=registered)
    return replace(evidence, checked_at=evidence.latest.mined_at + timedelta(seconds=age_s))


@pytest.mark.parametrize("lane", ["state", "batch_state"])
@pytest.mark.parametrize("bit", [bit for bit in Status if bit & NO_LONGER_CLEAR])
@pytest.mark.parametrize(("final", "latest"), [(True, True), (True, False), (False, True), (True, None)])
def test_a_bad_status_counts_at_either_block_on_either_lane(lane, bit, final, latest):
    """Reported a second ago, or withdrawn a second ago: not clear. And however little else was read."""
    evidence = with_bits(bit if final else CLEAR, None if latest is None else bit if latest else CLEAR, lane=lane)

    assert check_status_clear(evidence).outcome is FAILED
    assert status_bits(evidence) & NO_LONGER_CLEAR == bit


@pytest.mark.parametrize(
    ("latest", "outcome"), [(CLEAR, PASSED), (Status.SOLD | Status.CLAIMED, PASSED), (None, UNKNOWN)]
)
def test_clear_needs_both_blocks(latest, outcome):
    """A theft reported in the newest block is in no other."""
    assert check_status_clear(with_bits(CLEAR, latest)).outcome is outcome


@pytest.mark.parametrize("registered", [GONE, Absent()])
@pytest.mark.parametrize("check", [check_status_clear, check_sale_recorded])
def test_without_an_item_there_is_no_status(registered, check):
    assert check(some_evidence(registered=registered)).outcome is UNKNOWN


@pytest.mark.parametrize(
    ("final", "latest", "outcome"),
    [
        (SOLD, SOLD, PASSED),
        (SOLD, CLEAR, PASSED),
        (SOLD, None, PASSED),
        (CLEAR, CLEAR, FAILED),
        (CLEAR, SOLD, UNKNOWN),
        (CLEAR, None, UNKNOWN),
    ],
)
def test_a_sale_is_read_at_the_final_block_and_denied_only_at_both(final, latest, outcome):
    """A sale of a minute ago is not final yet, and no reason to call the piece unsold."""
    assert check_sale_recorded(with_bits(final, latest)).outcome is outcome


@pytest.mark.parametrize(("age_s", "outcome"), [(CHAIN_FRESH_MAX_S, FAILED), (CHAIN_FRESH_MAX_S + 1, UNKNOWN)])
def test_a_node_that_stopped_cannot_deny_a_sale(age_s, outcome):
    """Yesterday it was not sold yet."""
    assert check_sale_recorded(with_bits(CLEAR, CLEAR, age_s=age_s)).outcome is outcome


@pytest.mark.parametrize("check", [check_possession_shown, check_scan_pattern_plausible])
def test_what_this_evidence_does_not_hold_is_unknown(check):
    """No scan log, no proof of possession: never a soft pass."""
    assert check(some_evidence()).outcome is UNKNOWN
