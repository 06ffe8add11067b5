"""The third level of a verdict: every check, where it was read, and how to do it all again without us."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from provenance_schemas.content_id import DAG_PB, ContentId
from provenance_schemas.ids import BlockRef, ItemId
from verifier.evidence import Evidence, Registered
from verifier.service import Verification
from verifier.verdict import Finding, Outcome
from web.presenters.catalogue import Words
from web.presenters.facts import Fact
from web.presenters.formats import machine_text, moment_text
from web.presenters.tones import ICONS, OUTCOME_TONES, Icon, Tone
from web.presenters.verdict_words import ProofWords


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check: its outcome in words, the property, and where it did not pass the verifier's own reason in English."""

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
    command: str
    """Verifies the same item without us; empty where no item was found. It names the token, never the label."""
    href: str
    """Leads to what can be downloaded of it; empty where no item was found."""


def present_proof(verification: Verification, words: Words) -> Proof:
    """Lay out every check that the policy asks for; a check that it does not ask for proves nothing here."""
    verdict, evidence = verification.verdict, verification.evidence
    asked = verdict.policy.required | verdict.policy.advisory
    findings = [finding for finding in verdict.findings if finding.code in asked]
    return Proof(
        _title(Counter(finding.outcome for finding in findings), words.verdict.proof),
        tuple(_check(f, words, advisory=f.code in verdict.policy.advisory) for f in findings),
        tuple(_places(evidence, words)),
        f"assay verify {evidence.item} --node URL" if isinstance(evidence.item, ItemId) else "",
        # A piece's name as it stands in the command: repeated text costs an answer of 6 KB next to nothing.
        f"/proof/{evidence.item}" if isinstance(evidence.item, ItemId) else "",
    )


def _title(counts: Counter[Outcome], said: ProofWords) -> str:
    """Name what stands against the record first: fifteen of sixteen sounds like a pass, and is none."""
    count = counts.total()
    if counts[Outcome.FAILED]:
        return said.some_failed.format(some=counts[Outcome.FAILED], count=count)
    if counts[Outcome.UNKNOWN]:
        return said.some_unknown.format(some=counts[Outcome.UNKNOWN], count=count)
    return said.all_passed.format(count=count)


def _places(evidence: Evidence, words: Words) -> list[Fact]:
    said = words.verdict.proof
    places = [Fact(said.item, str(evidence.item))] if isinstance(evidence.item, ItemId) else []
    if isinstance(evidence.registered, Registered):
        folder = ContentId(DAG_PB, evidence.registered.final.passports)
        places.append(Fact(said.passports, f"ipfs://{folder}"))
    if isinstance(evidence.final, BlockRef):
        block = evidence.final
        text = said.block.format(number=block.number, moment=moment_text(block.mined_at, words))
        places.append(Fact(said.final_block, text, machine_text(block.mined_at)))
        places.append(Fact(said.block_hash, f"0x{block.hash.hex()}"))
    return places


def _check(finding: Finding, words: Words, *, advisory: bool) -> CheckRow:
    tone = OUTCOME_TONES[finding.outcome]
    return CheckRow(
        finding.code.value,
        words.checks[finding.code],
        words.outcomes[finding.outcome],
        tone,
        ICONS[tone],
        advisory,
        "" if finding.outcome is Outcome.PASSED else finding.reason,
    )
