"""Scans as the site uses them: a page's context, the report of a scan, and a scan that is to earn points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum, unique
from typing import Final

from loyalty.adapters.sql_database import DatabaseUnavailableError
from provenance_schemas.ids import ItemId
from provenance_schemas.step_kinds import EntryKind
from verifier.errors import ScansUnavailableError
from verifier.evidence import Absent, Evidence, History, Unavailable
from verifier.judge import judge
from verifier.policies import AWARD, CLI, PHONE, TOKEN
from verifier.ports import ScanFacts
from verifier.service import Verification
from verifier.verdict import Code, Finding, Level, Verdict, unknown
from web.parts import LabelVerifier, Parts
from web.scan.context import ScanContext
from web.scan.errors import TokenRefusal, TokenRefusedError
from web.scan.report_queue import ReportQueue
from web.scan.scan_log import Refusal, Report, SqlScanLog
from web.scan.scan_tokens import AnsweredScan, ScanTokens, is_tapped_token
from web.scan.taps import TapLook
from web.scan.visitors import Visitor
from web.tags.floors import Tap

Holds = Callable[[str, ItemId], bool]
"""Says whether a person, by id, holds a piece now. Raises DatabaseUnavailableError."""
_PURPOSE: Final = "scan tokens"
_OF_THE_LABEL: Final = frozenset({Code.LABEL_WELL_FORMED, Code.ITEM_COMMITTED})
"""What only the label in hand can show. It was shown when the page was asked for."""


@unique
class NotTaken(StrEnum):
    """Why a scan earns nothing. Append only: a page has words for each."""

    MALFORMED = TokenRefusal.MALFORMED.value
    FOREIGN = TokenRefusal.FOREIGN.value
    EXPIRED = TokenRefusal.EXPIRED.value
    SOMEBODY_ELSES = "scan_somebody_elses"
    USED = "scan_used"
    CANNOT_VERIFY = "cannot_verify"
    """The world did not answer; the scan is not used up."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A scan that is this person's, with the verdict under AWARD as of now: whoever pays judges its level."""

    scan_id: str
    item: ItemId
    answered_at: int
    """Unix seconds."""
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Reported:
    """A scan was kept, or had been."""

    scan_id: str
    is_new: bool
    tap_late: bool = False
    """It came with a tap, and another scan had shown the same message, or a newer one."""


class Scans:
    """Everything about scans, over one database."""

    def __init__(
        self,
        log: SqlScanLog,
        tokens: ScanTokens,
        verifier: LabelVerifier,
        clock: Callable[[], float],
        holds: Holds,
        is_kept: Callable[[ItemId], bool] = lambda _: False,
    ) -> None:
        self.log = log
        self.queue = ReportQueue(log)
        self._tokens = tokens
        self._verifier = verifier
        self._clock = clock
        self._holds = holds
        self._keeps = is_kept

    @classmethod
    def of(cls, parts: Parts, holds: Holds | None = None) -> Scans:
        """Build from the site's parts."""
        tokens = ScanTokens(parts.secret.key(_PURPOSE), parts.trust)
        holdings, log = parts.custody.holdings, SqlScanLog(parts.database)
        return cls(log, tokens, parts.verifier, parts.clock, holds or holdings.holds, holdings.is_held)

    def token(self, answered: bytes | None, host: str, tap: Tap | None = None) -> str:
        """Give a new token that reports what `pack` wrote down; empty where that is nothing."""
        return self._tokens.sign(answered, host, int(self._clock()), tap) if answered is not None else ""

    def context(
        self, verification: Verification, token: str, person_id: str | None, look: TapLook | None = None
    ) -> ScanContext:
        """Say what a page shows beside the verification. A database that is away knows no holder."""
        evidence = verification.evidence
        counted = isinstance(evidence.scans, ScanFacts)
        return ScanContext(
            holds=person_id is not None and self._is_holder(person_id, evidence.item),
            is_kept=self._is_kept(evidence.item),
            checks_30_days=evidence.scans.checks if isinstance(evidence.scans, ScanFacts) else None,
            token=token,
            tap=look.seen if look is not None else None,
            collectable=bool(token)
            and counted
            and Verdict(AWARD, verification.verdict.findings).level is Level.VERIFIED,
        )

    def read(self, token: str, host: str) -> AnsweredScan:
        """Say what a token stands for. Writes nothing. Raises TokenRefusedError."""
        return self._tokens.read(token, host, int(self._clock()))

    def report_soon(self, token: str, host: str, visitor: Visitor) -> None:
        """Keep the scan of a visitor nobody knows, together with those of others. Raises TokenRefusedError.

        Raises DatabaseUnavailableError where too many wait already.
        """
        assert visitor.person_id is None, "what belongs to a person is kept at once"
        assert not is_tapped_token(token), "a tap counts at once, or somebody else's does"
        now_s = int(self._clock())
        report = Report(self._tokens.read(token, host, now_s), visitor, now_s)
        if not self.queue.put(report):
            self.log.record_all([report])

    def report(self, token: str, host: str, visitor: Visitor) -> Reported:
        """Keep the scan that a token was written for. Raises TokenRefusedError, DatabaseUnavailableError."""
        now_s = int(self._clock())
        scan = self._tokens.read(token, host, now_s)
        is_new = self._record(scan, visitor, now_s)
        return Reported(scan.id, is_new, scan.tap is not None and not self.log.tap_counted(scan.id))

    def take_for_award(self, token: str, host: str, visitor: Visitor, purpose: str = "award") -> Taken | NotTaken:
        """Take a scan for points, once, for the person who is signed in.

        1. The token is ours, for this host, at most 15 minutes old.
        2. Everything that can have changed since is read again; where that cannot be done, nothing is used up.
        3. The scan is kept if nobody reported it yet, and is used from now on. The same person may ask again.
        Raises DatabaseUnavailableError.
        """
        assert visitor.person_id is not None, "only a person can collect points"
        now_s = int(self._clock())
        try:
            scan = self._tokens.read(token, host, now_s)  # 1.
        except TokenRefusedError as error:
            return NotTaken(error.refusal.value)
        verdict = self._verdict_now(scan)  # 2.
        if verdict.level is Level.UNDETERMINED:
            return NotTaken.CANNOT_VERIFY
        self._record(scan, visitor, now_s)  # 3.
        match self.log.take(scan, visitor, purpose, now_s):
            case None:
                return Taken(scan.id, scan.item, scan.answered_at, verdict)
            case Refusal.EXPIRED:
                return NotTaken.EXPIRED
            case Refusal.SOMEBODY_ELSES:
                return NotTaken.SOMEBODY_ELSES
            case Refusal.USED | Refusal.UNKNOWN:
                return NotTaken.USED

    def _record(self, scan: AnsweredScan, visitor: Visitor, now_s: int) -> bool:
        by_holder = visitor.person_id is not None and self._holds(visitor.person_id, scan.item)
        return self.log.record(scan, visitor, now_s, by_holder=by_holder)

    def _is_kept(self, item: object) -> bool:
        try:
            return isinstance(item, ItemId) and self._keeps(item)
        except DatabaseUnavailableError:
            return False

    def _is_holder(self, person_id: str, item: object) -> bool:
        try:
            return isinstance(item, ItemId) and self._holds(person_id, item)
        except DatabaseUnavailableError:
            return False

    def _verdict_now(self, scan: AnsweredScan) -> Verdict:
        """Judge a scan again under AWARD: what the label showed then, everything else as it is now."""
        evidence = self._verifier.verify_item(scan.item, TOKEN).evidence
        evidence = replace(evidence, scans=self._facts(scan))
        then = {finding.code: finding for finding in scan.verdict.findings}
        if _has_new_label(evidence, scan.final.number):
            then[Code.ITEM_COMMITTED] = unknown(Code.ITEM_COMMITTED, "the item's label was replaced since this scan")
        return Verdict(AWARD, tuple(_as_of(finding, then) for finding in judge(evidence, AWARD).findings))

    def _facts(self, scan: AnsweredScan) -> ScanFacts | Unavailable:
        try:
            return self.log.facts(scan.label, datetime.fromtimestamp(self._clock(), UTC))
        except ScansUnavailableError as error:
            return Unavailable(str(error))


def answered(verifier: LabelVerifier, text: str) -> Verification:
    """Answer a label as the site does: under PHONE, also while the scan log is away, which then is a caution.

    Where nobody keeps a log, or nothing was read that it could know, the answer is anyone's own check.
    """
    found = verifier.verify_label(text, PHONE)
    if not isinstance(found.evidence.scans, Absent):
        return found
    return Verification(found.evidence, Verdict(CLI, found.verdict.findings))


def _as_of(now: Finding, then: dict[Code, Finding]) -> Finding:
    return then.get(now.code, now) if now.code in _OF_THE_LABEL else now


def _has_new_label(evidence: Evidence, after_block: int) -> bool:
    history = evidence.history
    entries = (*history.final, *history.pending) if isinstance(history, History) else ()
    return any(entry.kind == EntryKind.LABEL_REPLACED and entry.block_number > after_block for entry in entries)
