"""Judging: pure, whole, and never the worse for evidence that was lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from itertools import combinations

import pytest

from tests.fakes import evidence as fakes
from tests.fakes.world import some_world
from verifier.evidence import Evidence, History, Registered, Unavailable
from verifier.judge import CHECKS, judge
from verifier.policies import CLI, INTAKE, MINT_READBACK, PHONE, POLICIES
from verifier.ports import ScanFacts
from verifier.verdict import Code, Level, Outcome

GONE = Unavailable("gone")
EACH = pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
LOSSES = (
    "brand",
    "final",
    "latest",
    "code_hash",
    "candidates",
    "item",
    "registered",
    "history",
    "actors",
    "passport",
    "scans",
)


def some_evidence(**changes: object) -> Evidence:
    """Give the evidence of a genuine piece on a site that keeps a scan log."""
    return fakes.some_evidence(**{"scans": ScanFacts(3, ())} | changes)


def losses(evidence: Evidence) -> Iterator[dict[str, object]]:
    """Every single fact that can be lost, one at a time."""
    for name in LOSSES:
        yield {name: GONE}
    if isinstance(evidence.registered, Registered):
        yield {"registered": replace(evidence.registered, latest=GONE)}
    if isinstance(evidence.history, History) and evidence.history.pending:
        yield {"history": History(evidence.history.final)}
    for cid in evidence.documents:
        yield {"documents": {**evidence.documents, cid: GONE}}
        yield {"documents": {other: found for other, found in evidence.documents.items() if other != cid}}
    yield {"documents": {}}
    for actor in evidence.actors:
        yield {"actors": {other: word for other, word in evidence.actors.items() if other != actor}}
    yield {"actors": {}}


def test_a_genuine_piece_is_verified():
    assert judge(some_evidence(), CLI).level is Level.VERIFIED
    assert judge(some_evidence(), PHONE).level is Level.VERIFIED


def test_every_code_is_checked_once():
    """A report that left one out would leave it UNKNOWN for ever."""
    verdict = judge(some_evidence(), CLI)
    assert sorted(finding.code for finding in verdict.findings) == sorted(Code)
    assert len(CHECKS) == len(Code)


def test_the_same_evidence_gives_the_same_verdict():
    """Evidence is stored with a scan, so that the verdict can be drawn again."""
    assert judge(some_evidence(), INTAKE) == judge(some_evidence(), INTAKE)


@EACH
def test_no_single_lost_fact_rejects_a_genuine_piece(policy):
    """Each fact in turn, each document, each actor: a caution or no answer, never a rejection."""
    for loss in losses(some_evidence()):
        assert judge(some_evidence(**loss), policy).level is not Level.REJECTED, loss


@EACH
def test_no_two_lost_facts_reject_a_genuine_piece(policy):
    """Nor any two of them at once."""
    for first, second in combinations(losses(some_evidence()), 2):
        assert judge(some_evidence(**first | second), policy).level is not Level.REJECTED, (first, second)


def test_everything_lost_is_undetermined():
    """Nothing but the label in hand."""
    evidence = some_evidence(**dict.fromkeys(LOSSES, GONE), documents={})
    assert {judge(evidence, policy).level for policy in POLICIES.values()} == {Level.UNDETERMINED}


@pytest.mark.parametrize("name", LOSSES)
def test_each_lost_fact_is_missed_by_some_check(name):
    """A fact that nobody misses is not checked by anybody."""
    before, after = judge(some_evidence(), MINT_READBACK), judge(some_evidence(**{name: GONE}), MINT_READBACK)
    worse = [code for code in Code if before.outcome(code) is Outcome.PASSED is not after.outcome(code)]
    assert worse


def test_every_fact_of_the_evidence_is_in_the_enumeration():
    """A new fact must be added to it, or be no fact of the world."""
    ours = {"checked_at", "label", "documents", "possession"}
    assert {field.name for field in fields(Evidence)} == ours | set(LOSSES)


def bad_worlds():
    """A stolen piece, an unsold one, a doubled one, a disputed step: what a loss must not repair."""
    stolen = some_world()
    stolen.registry.report(stolen.bag, 20)
    doubled = some_world()
    doubled.register(78, serials=[doubled.serials[doubled.bag.token_id]])
    doubled.settle()
    disputed = some_world()
    disputed.registry.dispute(disputed.chain.registry.entries(disputed.bag, 99)[1].meta.actor, 1)
    disputed.settle()
    unsold = some_world()
    return {
        "stolen": (stolen, stolen.bag_label),
        "doubled": (doubled, doubled.bag_label),
        "disputed": (disputed, disputed.bag_label),
        "unsold": (unsold, unsold.label(unsold.scarf)),
    }


@pytest.mark.parametrize("name", ["stolen", "doubled", "disputed", "unsold"])
def test_no_lost_fact_verifies_a_piece_that_is_not(name):
    """Losing what speaks against a piece makes it unknown, never right."""
    world, label = bad_worlds()[name]
    evidence = world.verify(label, CLI).evidence
    for policy in POLICIES.values():
        before = judge(evidence, policy).level
        if before is Level.VERIFIED:
            continue
        for loss in losses(evidence):
            assert judge(replace(evidence, **loss), policy).level is not Level.VERIFIED, loss
