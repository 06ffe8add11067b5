"""Report, withdraw, move: each says what the public will read, or what cannot be undone, before it is done."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from mint.reports import REASONS, ReportReason
from provenance_schemas.ids import Address
from provenance_schemas.step_kinds import EntryKind
from verifier.answers import Answer
from web.custody.holdings import Holding
from web.pieces.cards import PieceCard, Seen, present_card
from web.pieces.catalogue import AddressFault, MoveWords, PiecesWords, ReportWords, Said
from web.pieces.claim_pages import Notice
from web.pieces.piece_pages import PATH, groups_of
from web.presenters.frame import Frame, Visit, make_frame
from web.presenters.tones import ICONS, TONES, Icon, Tone

_LOST: Final = (ReportReason.MISLAID, ReportReason.LOST_IN_TRANSIT)
_STOLEN: Final = (ReportReason.THEFT, ReportReason.BURGLARY, ReportReason.ROBBERY, ReportReason.FRAUD)
_BACK: Final = (ReportReason.RECOVERED, ReportReason.REPORTED_BY_MISTAKE)
_PREVIEWED: Final = {
    EntryKind.REPORTED_STOLEN: Answer.STOLEN,
    EntryKind.REPORTED_LOST: Answer.LOST,
    EntryKind.REPORT_WITHDRAWN: Answer.VERIFIED,
}
_ONCE_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing that can be reported."""

    kind: EntryKind
    reason: ReportReason

    @property
    def value(self) -> str:
        """How a form names it."""
        return f"{self.kind.word}.{self.reason.name.lower()}"


@dataclass(frozen=True, slots=True)
class Choice:
    """One radio button."""

    value: str
    text: str
    checked: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Radio buttons under one legend; it may be empty."""

    legend: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What everybody will read."""

    tone: Tone
    icon: Icon
    tag: str
    headline: str
    lead: str
    reason: str
    effects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReportPage:
    """Choose, look, confirm."""

    frame: Frame
    status: int
    headline: str
    lead: str
    card: PieceCard
    notice: Notice | None
    groups: tuple[Group, ...]
    error: str
    preview: Preview | None
    value: str
    confirm: str
    danger: bool
    once: str
    """Names this form, so that sending it twice is one wish."""
    action: str
    asked_language: str
    """Goes with the form that asks for the preview: its address loses the query. Empty where none was asked for."""
    back_href: str
    words: ReportWords


@dataclass(frozen=True, slots=True)
class MovePage:
    """Type, compare, confirm."""

    frame: Frame
    status: int
    lead: str
    points: tuple[str, ...]
    card: PieceCard
    notice: Notice | None
    address: str
    address_groups: tuple[str, ...]
    """Set when there is an address to be confirmed."""
    error: str
    sure_error: str
    once: str
    action: str
    back_href: str
    words: MoveWords


def wishes_of(kinds: Mapping[EntryKind, tuple[ReportReason, ...]]) -> dict[str, Wish]:
    """List what may be chosen, by the value of its form."""
    wishes = (Wish(kind, reason) for kind, reasons in kinds.items() for reason in (*reasons, ReportReason.NOT_STATED))
    return {wish.value: wish for wish in wishes}


REPORTS: Final = wishes_of({EntryKind.REPORTED_STOLEN: _STOLEN, EntryKind.REPORTED_LOST: _LOST})
WITHDRAWALS: Final = wishes_of({EntryKind.REPORT_WITHDRAWN: _BACK})
assert all(wish.reason in REASONS[wish.kind] or not wish.reason for wish in (REPORTS | WITHDRAWALS).values())


class ActPresenter:
    """Presents what can be done with one piece, to its holder."""

    def __init__(self, holding: Holding, seen: Seen, visit: Visit, words: PiecesWords) -> None:
        self._holding = holding
        self._seen = seen
        self._visit = visit
        self._words = words

    def report(self, *, chosen: Wish | None = None, missing: bool = False) -> ReportPage:
        """Ask what happened; with a choice, show what everybody will read."""
        words = self._words.report
        groups = (
            Group(words.stolen, self._choices(EntryKind.REPORTED_STOLEN, _STOLEN, chosen)),
            Group(words.lost, self._choices(EntryKind.REPORTED_LOST, _LOST, chosen)),
        )
        return self._report_page("report", words.headline, words.lead, groups, chosen, missing=missing)

    def withdraw(self, *, chosen: Wish | None = None, missing: bool = False) -> ReportPage:
        """Ask why a report is taken back."""
        words = self._words.report
        groups = (Group("", self._choices(EntryKind.REPORT_WITHDRAWN, _BACK, chosen)),)
        return self._report_page(
            "withdraw", words.withdraw_headline, words.withdraw_lead, groups, chosen, missing=missing
        )

    def nothing(self, said: Said, *, headline: str) -> ReportPage:
        """Say that there is nothing to report, or to take back."""
        return self._report_page("report", headline, "", (), None, notice=_notice(Tone.CAUTION, said))

    def move(
        self,
        *,
        typed: str = "",
        fault: AddressFault | None = None,
        address: Address | None = None,
        unsure: bool = False,
    ) -> MovePage:
        """Ask for an address; with one that is right in form, ask whether it is the right one."""
        words, visit = self._words.move, self._visit
        return MovePage(
            make_frame(visit, words.headline, other_path=self._path("move")),
            HTTPStatus.UNPROCESSABLE_ENTITY if fault or unsure else HTTPStatus.OK,
            words.lead.format(brand=visit.brand),
            tuple(point.format(brand=visit.brand) for point in words.points),
            self._card(),
            None,
            address or typed[:80],
            groups_of(address) if address else (),
            words.faults[fault] if fault else "",
            words.sure_missing if unsure else "",
            new_once(),
            visit.link(self._path("move")),
            visit.link(self._path("")),
            words,
        )

    def cannot_move(self) -> MovePage:
        """Say that a stolen piece stays where it is."""
        words, visit = self._words.move, self._visit
        return MovePage(
            make_frame(visit, words.headline, other_path=self._path("move")),
            HTTPStatus.OK,
            "",
            (),
            self._card(),
            _notice(Tone.CAUTION, words.stolen),
            "",
            (),
            "",
            "",
            "",
            "",
            visit.link(self._path("")),
            words,
        )

    def _report_page(
        self,
        act: str,
        headline: str,
        lead: str,
        groups: tuple[Group, ...],
        chosen: Wish | None,
        *,
        missing: bool = False,
        notice: Notice | None = None,
    ) -> ReportPage:
        words, visit = self._words.report, self._visit
        return ReportPage(
            make_frame(visit, headline, other_path=self._path(act)),
            HTTPStatus.UNPROCESSABLE_ENTITY if missing else HTTPStatus.OK,
            headline,
            lead,
            self._card(),
            notice,
            groups,
            words.choose if missing else "",
            self._preview(chosen) if chosen else None,
            chosen.value if chosen else "",
            words.confirm[chosen.kind] if chosen else "",
            chosen is not None and chosen.kind is not EntryKind.REPORT_WITHDRAWN,
            new_once(),
            visit.link(self._path(act)),
            visit.language.value if visit.asked else "",
            visit.link(self._path("")),
            words,
        )

    def _choices(self, kind: EntryKind, reasons: tuple[ReportReason, ...], chosen: Wish | None) -> tuple[Choice, ...]:
        said = self._words.report
        wishes = [(Wish(kind, reason), said.reasons[reason]) for reason in reasons]
        unsaid = said.no_reason_back if kind is EntryKind.REPORT_WITHDRAWN else said.no_reason
        wishes.append((Wish(kind, ReportReason.NOT_STATED), unsaid))
        return tuple(Choice(wish.value, text, wish == chosen) for wish, text in wishes)

    def _preview(self, wish: Wish) -> Preview:
        answer, words = _PREVIEWED[wish.kind], self._words.report
        said, brand = self._visit.words.answers[answer], self._visit.brand
        public = self._visit.words.reasons.get(wish.reason, "")
        reason = words.preview_reason.format(reason=public) if public else ""
        return Preview(
            TONES[answer],
            ICONS[TONES[answer]],
            said.tag.format(brand=brand),
            said.headline,
            said.lead.format(brand=brand),
            reason,
            words.effects[wish.kind],
        )

    def _card(self) -> PieceCard:
        return present_card(self._holding, self._seen, self._visit, self._words)

    def _path(self, act: str) -> str:
        return f"{PATH}/{self._holding.id}" + (f"/{act}" if act else "")


def new_once() -> str:
    """Draw the name of one form."""
    return secrets.token_hex(_ONCE_BYTES)


def _notice(tone: Tone, said: Said) -> Notice:
    return Notice(tone, ICONS[tone], said.title, said.text)
