"""The answer states: one for each thing a person can be told. A presenter gives them words; nothing here does.

Source: docs/verdict.md, the table of words.
"""

from __future__ import annotations

from enum import StrEnum, unique
from typing import Final

from provenance_schemas.ids import ItemId
from provenance_schemas.labels import Label, label_commitment
from provenance_schemas.passports import Passport
from provenance_schemas.step_kinds import Status
from verifier.checks.status import status_bits
from verifier.evidence import Evidence, History
from verifier.service import Verification
from verifier.verdict import Code, Level, Outcome, Verdict


@unique
class Answer(StrEnum):
    """What the record proves, in one word. Append only."""

    VERIFIED = "verified"
    VERIFIED_PENDING = "verified_pending"
    UNUSUAL_ACTIVITY = "unusual_activity"
    NOT_SOLD_YET = "not_sold_yet"
    STEP_UNCONFIRMED = "step_unconfirmed"
    STOLEN = "stolen"
    LOST = "lost"
    REVOKED = "revoked"
    RECALLED = "recalled"
    RETIRED = "retired"
    LABEL_REPLACED = "label_replaced"
    NOT_GENUINE = "not_genuine"
    NOT_ISSUED = "not_issued"
    CANNOT_VERIFY = "cannot_verify"
    ACTIVITY_UNKNOWN = "activity_unknown"


_BY_STATUS: Final = (
    (Status.STOLEN, Answer.STOLEN),
    (Status.LOST, Answer.LOST),
    (Status.REVOKED, Answer.REVOKED),
    (Status.RECALLED, Answer.RECALLED),
    (Status.RETIRED, Answer.RETIRED),
)


def answer_of(verification: Verification) -> Answer:
    """Choose the one answer for a verdict. Its level decides first; the codes only say which words fit."""
    evidence, verdict = verification.evidence, verification.verdict
    match verdict.level:
        case Level.UNDETERMINED:
            return Answer.CANNOT_VERIFY
        case Level.REJECTED:
            return _rejected(verification)
        case Level.CAUTION:
            if verdict.outcome(Code.SALE_RECORDED) is Outcome.FAILED:
                return Answer.NOT_SOLD_YET
            if verdict.outcome(Code.SCAN_PATTERN_PLAUSIBLE) is Outcome.FAILED:
                return Answer.UNUSUAL_ACTIVITY
            if _lacking(verdict) == {Code.SCAN_PATTERN_PLAUSIBLE}:
                return Answer.ACTIVITY_UNKNOWN
            return Answer.STEP_UNCONFIRMED
        case Level.VERIFIED:
            pending = isinstance(evidence.history, History) and evidence.history.pending
            return Answer.VERIFIED_PENDING if pending else Answer.VERIFIED


def _rejected(verification: Verification) -> Answer:
    evidence, verdict = verification.evidence, verification.verdict
    failures = {f.code for f in verdict.findings if f.outcome is Outcome.FAILED} & verdict.policy.required
    if failures & {Code.LABEL_WELL_FORMED, Code.ITEM_RECORDED}:
        return Answer.NOT_ISSUED
    if Code.ITEM_COMMITTED in failures:
        return Answer.LABEL_REPLACED if _opened_once(evidence) else Answer.NOT_GENUINE
    if Code.STATUS_CLEAR in failures:
        bits = status_bits(evidence)
        return next(answer for bit, answer in _BY_STATUS if bits & bit)
    if failures == {Code.SALE_RECORDED}:
        return Answer.NOT_SOLD_YET
    if failures <= {Code.HISTORY_AUTHORISED, Code.HISTORY_ORDERED, Code.DOCUMENTS_VALID, Code.SALE_RECORDED}:
        return Answer.STEP_UNCONFIRMED
    return Answer.NOT_GENUINE


def _lacking(verdict: Verdict) -> set[Code]:
    """Give the advisory checks that did not pass."""
    return {code for code in verdict.policy.advisory if verdict.outcome(code) is not Outcome.PASSED}


def _opened_once(evidence: Evidence) -> bool:
    """Say whether this label ever was the item's own: it was found for it, but another one is in force now."""
    label, passport = evidence.label, evidence.passport
    if not isinstance(label, Label) or not isinstance(evidence.candidates, tuple):
        return False
    if isinstance(passport, Passport) and passport.commitment == label_commitment(label.gtin, label.serial):
        return True
    return isinstance(evidence.item, ItemId) and any(c.item == evidence.item for c in evidence.candidates)
