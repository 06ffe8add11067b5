"""The verdict page: the only map from answers and codes to words."""

from __future__ import annotations

from dataclasses import dataclass

from provenance_schemas.ids import BlockRef, ItemId
from provenance_schemas.labels import Label
from provenance_schemas.step_kinds import Status
from verifier.answers import Answer, answer_of
from verifier.evidence import Evidence, Registered, Unavailable
from verifier.service import Verification
from verifier.verdict import Finding, Outcome
from web.presenters.catalogue import Custody, VerdictWords, Words
from web.presenters.formats import age_text, machine_text, moment_text, serial_text
from web.presenters.frame import Frame, Visit, make_frame
from web.presenters.piece import PiecePanel, present_piece
from web.presenters.timeline import TimelineRow, When, present_timeline
from web.presenters.tones import ICONS, OUTCOME_TONES, TONES, Icon, Tone, status_of


@dataclass(frozen=True, slots=True)
class Fact:
    """One line beside the verdict."""

    name: str
    text: str
    machine: str = ""
    """The same moment for a machine, where it is one."""


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check: its outcome in words, the property, and the verifier's own reason in English."""

    code: str
    property: str
    outcome: str
    tone: Tone
    icon: Icon
    advisory: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Proof:
    """All checks, and where they were read."""

    title: str
    checks: tuple[CheckRow, ...]
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Action:
    """The one thing to do next."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class VerdictPage:
    """Everything the template prints."""

    frame: Frame
    status: int
    tone: Tone
    icon: Icon
    tag: str
    headline: str
    lead: str
    action: Action
    facts: tuple[Fact, ...]
    piece: PiecePanel | None
    timeline: tuple[TimelineRow, ...]
    proof: Proof
    words: VerdictWords


def present_verdict(verification: Verification, visit: Visit) -> VerdictPage:
    """Put one verification into words."""
    words, answer = visit.words, answer_of(verification)
    said, tone = words.answers[answer], TONES[answer]
    piece = present_piece(verification, answer, visit.language)
    return VerdictPage(
        make_frame(visit, said.headline),
        status_of(answer),
        tone,
        ICONS[tone],
        said.tag.format(brand=visit.brand),
        said.headline,
        said.lead.format(brand=visit.brand),
        _action(answer, visit),
        _facts(verification.evidence, words, shows_piece=piece is not None),
        piece,
        present_timeline(verification.evidence, words) if piece else (),
        _proof(verification, words),
        words.verdict,
    )


def custody_of(evidence: Evidence) -> Custody | None:
    """Say who holds the piece on record; None where that could not be read."""
    if not isinstance(evidence.registered, Registered):
        return None
    held = evidence.registered.final
    if held.owner != held.stock_account:
        return Custody.OWNER
    return Custody.HOUSE if held.status & Status.SOLD else Custody.STOCK


def _action(answer: Answer, visit: Visit) -> Action:
    if answer is Answer.CANNOT_VERIFY:
        return Action(visit.words.verdict.again, "")
    return Action(visit.words.verdict.another, visit.link("/"))


def _facts(evidence: Evidence, words: Words, *, shows_piece: bool) -> tuple[Fact, ...]:
    said = words.verdict
    facts = []
    if isinstance(evidence.label, Label):
        facts.append(Fact(said.serial, serial_text(evidence.label.serial)))
    checked = Fact(said.checked, moment_text(evidence.checked_at, words), machine_text(evidence.checked_at))
    facts += [checked, _registry(evidence, words)]
    custody = custody_of(evidence) if shows_piece else None
    if custody:
        facts.append(Fact(said.custody, words.custody[custody]))
    return tuple(facts)


def _registry(evidence: Evidence, words: Words) -> Fact:
    said, block = words.verdict, evidence.latest
    if isinstance(block, Unavailable):
        return Fact(said.registry, said.registry_away)
    age = age_text((evidence.checked_at - block.mined_at).total_seconds(), words)
    text = said.registry_age.format(moment=moment_text(block.mined_at, words), age=age)
    return Fact(said.registry, text, machine_text(block.mined_at))


def _proof(verification: Verification, words: Words) -> Proof:
    verdict, evidence, said = verification.verdict, verification.evidence, words.verdict
    asked = verdict.policy.required | verdict.policy.advisory
    findings = [finding for finding in verdict.findings if finding.code in asked]
    passed = sum(finding.outcome is Outcome.PASSED for finding in findings)
    facts = [Fact(said.item, str(evidence.item))] if isinstance(evidence.item, ItemId) else []
    for name, block in ((said.final_block, evidence.final), (said.latest_block, evidence.latest)):
        if isinstance(block, BlockRef):
            when = When(moment_text(block.mined_at, words), machine_text(block.mined_at))
            facts.append(Fact(name, said.block.format(number=block.number, moment=when.text), when.machine))
    return Proof(
        said.proof.format(passed=passed, count=len(findings)),
        tuple(_check(f, words, advisory=f.code in verdict.policy.advisory) for f in findings),
        tuple(facts),
    )


def _check(finding: Finding, words: Words, *, advisory: bool) -> CheckRow:
    tone = OUTCOME_TONES[finding.outcome]
    return CheckRow(
        finding.code.value,
        words.checks[finding.code],
        words.outcomes[finding.outcome],
        tone,
        ICONS[tone],
        advisory,
        finding.reason,
    )
