"""The verdict page: the only map from answers and codes to words.

Three levels: the answer, its story (marks to compare, where the piece has been), and the proof.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from verifier.answers import Answer, answer_of
from verifier.service import Verification
from web.presenters.actions import Action, present_actions
from web.presenters.catalogue import AnswerWords
from web.presenters.facts import Fact, ScanSeen, UnloggedScan, custody_of, present_facts
from web.presenters.frame import Frame, Visit, make_frame
from web.presenters.journey import Journey, present_journey
from web.presenters.piece import PiecePanel, present_piece, proven_passport
from web.presenters.proof import Proof, present_proof
from web.presenters.taps import TapLine, present_tap
from web.presenters.timeline import TimelineRow, present_timeline
from web.presenters.tones import ICONS, TONES, Icon, Tone, status_of
from web.presenters.verdict_words import VerdictWords
from web.stylesheet import Bundle

_UNLOGGED: Final = UnloggedScan()
REPORT_SCRIPT: Final = "report-scan"
REPORT_PATH: Final = "/report"
_SUSPICIOUS: Final = frozenset(
    {
        Answer.UNUSUAL_ACTIVITY,
        Answer.NOT_SOLD_YET,
        Answer.STOLEN,
        Answer.LOST,
        Answer.REVOKED,
        Answer.RECALLED,
        Answer.RETIRED,
        Answer.LABEL_REPLACED,
        Answer.NOT_GENUINE,
        Answer.NOT_ISSUED,
    }
)


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
    tap: TapLine | None
    """What the tag said that the visitor tapped."""
    actions: tuple[Action, ...]
    """The main one first."""
    way_out: Action | None
    """For the holder: out of the house's hands."""
    report_href: str
    """Where a visitor tells the house what looks wrong; empty where the answer gives no reason."""
    facts: tuple[Fact, ...]
    piece: PiecePanel | None
    journey: Journey | None
    timeline: tuple[TimelineRow, ...]
    proof: Proof
    words: VerdictWords
    scan_token: str
    """Reports this scan, once; empty where there is nothing to report."""

    @property
    def posts_to(self) -> str:
        """Where the form of the main actions posts to; empty where nothing is posted."""
        return next((action.href for action in self.actions if action.posts), "")


def present_verdict(verification: Verification, visit: Visit, seen: ScanSeen = _UNLOGGED) -> VerdictPage:
    """Put one verification into words."""
    words, answer, evidence = visit.words, answer_of(verification), verification.evidence
    said, tone = _said(answer, visit, holds=seen.holds), TONES[answer]
    piece = present_piece(verification, answer, visit.language)
    passport = proven_passport(verification) if piece else None
    custody = custody_of(evidence, holds=seen.holds, is_kept=seen.is_kept) if piece else None
    scripts = (REPORT_SCRIPT,) if seen.token else ()
    return VerdictPage(
        frame=make_frame(visit, said.headline, bundle=Bundle.VERDICT, scripts=scripts),
        status=status_of(answer),
        tone=tone,
        icon=ICONS[tone],
        tag=said.tag.format(brand=visit.brand),
        headline=said.headline,
        lead=said.lead.format(brand=visit.brand),
        tap=present_tap(seen.tap, words.verdict.taps, visit.brand) if seen.tap else None,
        actions=present_actions(answer, custody, seen, visit, passport.issuer.id if passport else ""),
        way_out=Action(words.verdict.actions.way_out, visit.link("/pieces")) if seen.holds and piece else None,
        report_href=visit.link(REPORT_PATH) if answer in _SUSPICIOUS and not seen.holds else "",
        facts=present_facts(evidence, seen, words, shows_piece=piece is not None),
        piece=piece,
        journey=present_journey(evidence) if piece else None,
        timeline=present_timeline(evidence, words) if piece else (),
        proof=present_proof(verification, words),
        words=words.verdict,
        scan_token=seen.token,
    )


def _said(answer: Answer, visit: Visit, *, holds: bool) -> AnswerWords:
    words = visit.words
    return words.yours.get(answer, words.answers[answer]) if holds else words.answers[answer]
