"""What a verification says: findings, and the one level drawn from them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique
from typing import NoReturn

from verifier.errors import NotVerifiedError


@unique
class Outcome(StrEnum):
    """What one check found. UNKNOWN is never a soft PASSED."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"


@unique
class Level(StrEnum):
    """The answer shown to a person, best first."""

    VERIFIED = "verified"
    CAUTION = "caution"
    UNDETERMINED = "undetermined"
    REJECTED = "rejected"


@unique
class Code(StrEnum):
    """The property a check proves. Append only: codes are in stored scans. docs/verdict.md explains each."""

    LABEL_WELL_FORMED = "label.well_formed"
    ISSUER_TRUSTED = "issuer.trusted"
    ITEM_RECORDED = "item.recorded"
    ITEM_COMMITTED = "item.committed"
    ITEM_UNIQUE = "item.unique"
    PASSPORT_MATCH = "passport.match"
    PASSPORT_VALID = "passport.valid"
    HISTORY_COMPLETE = "history.complete"
    HISTORY_ORDERED = "history.ordered"
    HISTORY_AUTHORISED = "history.authorised"
    DOCUMENTS_MATCH = "documents.match"
    DOCUMENTS_VALID = "documents.valid"
    STATUS_CLEAR = "status.clear"
    CHAIN_FINAL = "chain.final"
    CHAIN_FRESH = "chain.fresh"
    SCAN_PATTERN_PLAUSIBLE = "scan_pattern.plausible"
    SALE_RECORDED = "sale.recorded"
    POSSESSION_SHOWN = "possession.shown"


NEVER_FAILS = frozenset(
    {Code.PASSPORT_MATCH, Code.DOCUMENTS_MATCH, Code.HISTORY_COMPLETE, Code.CHAIN_FINAL, Code.CHAIN_FRESH}
)
"""Codes whose bad case is lost or corrupted evidence. Losing evidence proves nothing against an item."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Which properties an audience needs proved. A code in neither set is not asked for."""

    name: str
    required: frozenset[Code]
    advisory: frozenset[Code]

    def __post_init__(self) -> None:
        if not self.required:
            raise ValueError(f"policy {self.name} requires nothing, so everything would pass")
        if both := self.required & self.advisory:
            raise ValueError(f"policy {self.name} has {sorted(both)} as required and as advisory")


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's outcome, with the reason a person can act on."""

    code: Code
    outcome: Outcome
    reason: str

    def __post_init__(self) -> None:
        if self.outcome is Outcome.FAILED and self.code in NEVER_FAILS:
            raise ValueError(f"{self.code} speaks of evidence, not of the item: it never fails")


def passed(code: Code, reason: str) -> Finding:
    """Say that the property is proved."""
    return Finding(code, Outcome.PASSED, reason)


def failed(code: Code, reason: str) -> Finding:
    """Say that the opposite is proved."""
    return Finding(code, Outcome.FAILED, reason)


def unknown(code: Code, reason: str) -> Finding:
    """Say that neither is proved."""
    return Finding(code, Outcome.UNKNOWN, reason)


@dataclass(frozen=True, slots=True)
class Verdict:
    """All findings for one item at one block, under one policy."""

    policy: Policy
    findings: tuple[Finding, ...]

    def __post_init__(self) -> None:
        codes = [finding.code for finding in self.findings]
        if len(codes) != len(set(codes)):
            raise ValueError(f"a check reports once, got {codes}")

    def outcome(self, code: Code) -> Outcome:
        """Give the outcome of one code; UNKNOWN where nothing was found."""
        return next((f.outcome for f in self.findings if f.code is code), Outcome.UNKNOWN)

    @property
    def level(self) -> Level:
        """Draw the level. VERIFIED needs every proof present, not every failure absent."""
        found = {finding.code: finding.outcome for finding in self.findings}
        required = {found.get(code, Outcome.UNKNOWN) for code in self.policy.required}
        advisory = {found.get(code, Outcome.UNKNOWN) for code in self.policy.advisory}
        if Outcome.FAILED in required:
            return Level.REJECTED
        if Outcome.UNKNOWN in required:
            return Level.UNDETERMINED
        if advisory - {Outcome.PASSED}:
            return Level.CAUTION
        return Level.VERIFIED

    def require(self, level: Level) -> None:
        """Raise NotVerifiedError unless the verdict is exactly `level`."""
        if self.level is not level:
            asked = self.policy.required | self.policy.advisory
            doubtful = [f.code for f in self.findings if f.code in asked and f.outcome is not Outcome.PASSED]
            raise NotVerifiedError(self.level, doubtful)

    def __bool__(self) -> NoReturn:
        raise TypeError("a Verdict has no truth value: compare .level, or call .require()")
