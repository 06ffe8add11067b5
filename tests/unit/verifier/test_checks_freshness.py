"""The chain's checks: the words are of a final block, and the chain is moving."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.fakes.evidence import some_evidence
from verifier.checks.freshness import check_chain_final, check_chain_fresh
from verifier.evidence import Absent, Unavailable
from verifier.limits import CHAIN_FINAL_LAG_MAX_S, CHAIN_FRESH_MAX_S, CHAIN_FRESH_MIN_S
from verifier.verdict import Outcome

GONE = Unavailable("gone")


@pytest.mark.parametrize(
    ("age_s", "outcome"),
    [
        (CHAIN_FRESH_MIN_S - 1, Outcome.UNKNOWN),
        (CHAIN_FRESH_MIN_S, Outcome.PASSED),
        (CHAIN_FRESH_MAX_S, Outcome.PASSED),
        (CHAIN_FRESH_MAX_S + 1, Outcome.UNKNOWN),
    ],
)
def test_a_head_is_fresh_within_its_window(age_s, outcome):
    """Both edges, both sides: a stale node and a clock from the future prove nothing."""
    evidence = some_evidence(checked_at=some_evidence().latest.mined_at + timedelta(seconds=age_s))
    assert check_chain_fresh(evidence).outcome is outcome


@pytest.mark.parametrize(("age_s", "outcome"), [(900, Outcome.PASSED), (901, Outcome.UNKNOWN)])
def test_a_slower_chain_says_so_in_the_trust_file(age_s, outcome):
    """Its own window takes the place of the usual one."""
    evidence = some_evidence()
    registry = replace(evidence.brand.registry, fresh_max_s=900)
    evidence = replace(
        evidence,
        brand=replace(evidence.brand, registry=registry),
        checked_at=evidence.latest.mined_at + timedelta(seconds=age_s),
    )
    assert check_chain_fresh(evidence).outcome is outcome


@pytest.mark.parametrize(
    ("lag_s", "outcome"),
    [(0, Outcome.PASSED), (CHAIN_FINAL_LAG_MAX_S, Outcome.PASSED), (CHAIN_FINAL_LAG_MAX_S + 1, Outcome.UNKNOWN)],
)
def test_a_final_block_far_behind_is_the_nodes_own_choice(lag_s, outcome):
    """Any old block is true: read there, a replaced label is still in force."""
    evidence = some_evidence()
    latest = replace(evidence.latest, mined_at=evidence.final.mined_at + timedelta(seconds=lag_s))

    assert check_chain_final(replace(evidence, latest=latest)).outcome is outcome


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({}, Outcome.PASSED),
        ({"registered": Absent()}, Outcome.PASSED),
        ({"registered": GONE}, Outcome.UNKNOWN),
        ({"final": GONE}, Outcome.UNKNOWN),
        ({"latest": GONE}, Outcome.UNKNOWN),
    ],
)
def test_words_count_as_final_only_where_they_were_read(changes, outcome):
    """A proven absence is read at a final block too."""
    assert check_chain_final(some_evidence(**changes)).outcome is outcome


def test_a_block_that_was_not_had_is_not_fresh():
    assert check_chain_fresh(some_evidence(latest=GONE)).outcome is Outcome.UNKNOWN
