"""The law of the verdict, by enumeration.

A level is drawn from two sets: the outcomes among required codes and those among advisory codes. That it is so, and
what follows, is checked over every combination for every policy of up to seven codes. For the fixed policies, whose
combinations are 3^18, every combination in which at most four codes are not PASSED is checked: four are enough to
put any of the outcomes into both sets, through every code that could do it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product

import pytest

from verifier.errors import NotVerifiedError
from verifier.policies import CLI, POLICIES
from verifier.verdict import NEVER_FAILS, Code, Finding, Level, Outcome, Policy, Verdict, failed, passed, unknown

PASSED, FAILED, UNKNOWN = Outcome.PASSED, Outcome.FAILED, Outcome.UNKNOWN
Outcomes = dict[Code, Outcome]
CAN_FAIL = [code for code in Code if code not in NEVER_FAILS]
DEVIATING_MAX = 4
FINDINGS = {
    (code, outcome): Finding(code, outcome, "")
    for code in Code
    for outcome in Outcome
    if outcome is not FAILED or code not in NEVER_FAILS
}


def level_of(policy: Policy, outcomes: Outcomes) -> Level:
    return Verdict(policy, tuple(FINDINGS[found] for found in outcomes.items())).level


def possible(code: Code) -> tuple[Outcome, ...]:
    return (PASSED, UNKNOWN) if code in NEVER_FAILS else (PASSED, FAILED, UNKNOWN)


def small_policies() -> Iterator[Policy]:
    """Every split of up to seven codes, at least one of them required; one of them can never fail."""
    codes = [Code.CHAIN_FRESH, *CAN_FAIL[:6]]
    for count in range(1, len(codes) + 1):
        for required in range(1, count + 1):
            for names in (codes[:count], codes[-count:]):
                yield Policy(f"{required} of {count}", frozenset(names[:required]), frozenset(names[required:]))


def all_outcomes(policy: Policy) -> Iterator[Outcomes]:
    codes = sorted(policy.required | policy.advisory)
    for outcomes in product(*(possible(code) for code in codes)):
        yield dict(zip(codes, outcomes, strict=True))


def near_outcomes(policy: Policy) -> Iterator[Outcomes]:
    """Every combination with at most four codes that are not PASSED."""
    codes = sorted(policy.required | policy.advisory)
    best = dict.fromkeys(codes, PASSED)
    for count in range(DEVIATING_MAX + 1):
        for deviating in combinations(codes, count):
            for outcomes in product(*(possible(code)[1:] for code in deviating)):
                yield best | dict(zip(deviating, outcomes, strict=True))


def assert_lawful(policy: Policy, outcomes: Outcomes) -> None:
    """Hold one combination to the four sentences of the law."""
    level = level_of(policy, outcomes)
    required = [outcomes[code] for code in policy.required]
    advisory = [outcomes[code] for code in policy.advisory]

    assert (level is Level.VERIFIED) == all(outcome is PASSED for outcome in required + advisory)
    assert (level is Level.REJECTED) == any(outcome is FAILED for outcome in required)
    if level is Level.CAUTION:
        assert all(outcome is PASSED for outcome in required)
    if level is Level.UNDETERMINED:
        assert UNKNOWN in required


def assert_losing_is_safe(policy: Policy, outcomes: Outcomes) -> None:
    """Lose each finding in turn, as UNKNOWN and as not reported at all."""
    before = level_of(policy, outcomes)
    for code in outcomes:
        without = {other: outcome for other, outcome in outcomes.items() if other is not code}
        for after in (level_of(policy, without | {code: UNKNOWN}), level_of(policy, without)):
            assert after is before or after not in {Level.VERIFIED, Level.REJECTED}


def test_every_combination_of_a_small_policy_is_lawful():
    """All splits of one to seven codes, all their outcomes: nothing is sampled."""
    for policy in small_policies():
        for outcomes in all_outcomes(policy):
            assert_lawful(policy, outcomes)


def test_losing_a_finding_never_makes_a_small_verdict_better_or_a_rejection():
    """The monotone law, over the same complete enumeration."""
    for policy in small_policies():
        if len(policy.required | policy.advisory) <= 5:
            for outcomes in all_outcomes(policy):
                assert_losing_is_safe(policy, outcomes)


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_a_fixed_policy_is_lawful_with_up_to_four_codes_not_passed(policy):
    """Every code of every fixed policy, in every company it could have in the two sets."""
    for outcomes in near_outcomes(policy):
        assert_lawful(policy, outcomes)


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_losing_a_finding_never_makes_a_fixed_verdict_better_or_a_rejection(policy):
    """The monotone law with up to two codes not passed, each code lost in turn."""
    for outcomes in near_outcomes(policy):
        if sum(outcome is not PASSED for outcome in outcomes.values()) <= 2:
            assert_losing_is_safe(policy, outcomes)


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_nothing_found_at_all_is_undetermined(policy):
    """No finding is no proof: neither answer is given."""
    assert Verdict(policy, ()).level is Level.UNDETERMINED


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_a_code_that_is_not_asked_for_changes_nothing(policy):
    """A failed check that the audience does not ask for is in the report, not in the level."""
    asked = policy.required | policy.advisory
    best = dict.fromkeys(asked, PASSED)
    for code in set(CAN_FAIL) - asked:
        assert level_of(policy, best | {code: FAILED}) is Level.VERIFIED


@pytest.mark.parametrize("code", sorted(NEVER_FAILS))
def test_a_code_about_evidence_never_fails(code):
    """Lost or corrupted evidence proves nothing against an item: no finding can say that it does."""
    with pytest.raises(ValueError, match="never fails"):
        failed(code, "the bytes are gone")


@pytest.mark.parametrize("code", CAN_FAIL)
def test_every_other_code_can_fail(code):
    """The guard above stops only what it should."""
    assert failed(code, "proved").outcome is FAILED


def test_two_findings_for_one_code_are_refused():
    """Else the later one would win, and a PASSED could cover a FAILED."""
    with pytest.raises(ValueError, match="reports once"):
        Verdict(CLI, (failed(Code.ITEM_UNIQUE, "a double"), passed(Code.ITEM_UNIQUE, "fine")))


def test_a_policy_that_requires_nothing_is_refused():
    """Everything would be VERIFIED under it."""
    with pytest.raises(ValueError, match="requires nothing"):
        Policy("EMPTY", frozenset(), frozenset({Code.ITEM_UNIQUE}))


def test_a_code_is_required_or_advisory_never_both():
    """Else one failure would be a rejection and a caution at once."""
    with pytest.raises(ValueError, match="as required and as advisory"):
        Policy("BOTH", frozenset({Code.ITEM_UNIQUE}), frozenset({Code.ITEM_UNIQUE}))


def test_a_verdict_has_no_truth_value():
    """`if verdict:` would be true for a rejection."""
    with pytest.raises(TypeError, match="no truth value"):
        bool(Verdict(CLI, ()))


@pytest.mark.parametrize("level", Level)
def test_require_passes_its_own_level_and_no_other(level):
    """A gate names what it wants; CAUTION is not good enough for VERIFIED, nor VERIFIED for CAUTION."""
    policy = Policy("ONE", frozenset({Code.ITEM_UNIQUE}), frozenset({Code.SALE_RECORDED}))
    found = {
        Level.VERIFIED: (passed, passed),
        Level.CAUTION: (passed, unknown),
        Level.UNDETERMINED: (unknown, passed),
        Level.REJECTED: (failed, passed),
    }[level]
    verdict = Verdict(policy, (found[0](Code.ITEM_UNIQUE, "why"), found[1](Code.SALE_RECORDED, "why")))

    verdict.require(level)
    for other in set(Level) - {level}:
        with pytest.raises(NotVerifiedError):
            verdict.require(other)


def test_a_refusal_names_the_level_and_the_doubtful_codes():
    """Whoever is refused learns what to look at, and nothing that was not asked for."""
    policy = Policy("TWO", frozenset({Code.ITEM_UNIQUE, Code.STATUS_CLEAR}), frozenset())
    findings = (
        passed(Code.STATUS_CLEAR, "clear"),
        failed(Code.ITEM_UNIQUE, "a double"),
        failed(Code.SALE_RECORDED, "not asked for"),
    )
    with pytest.raises(NotVerifiedError) as refusal:
        Verdict(policy, findings).require(Level.VERIFIED)

    assert refusal.value.level is Level.REJECTED
    assert refusal.value.codes == (Code.ITEM_UNIQUE,)
