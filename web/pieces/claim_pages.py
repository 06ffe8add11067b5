"""The claim page in words: which piece, whose account, the hidden code."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from mint.claims import ClaimStanding
from provenance_schemas.step_kinds import Status
from verifier.answers import Answer
from web.pieces.cards import Seen, picture_of
from web.pieces.catalogue import ClaimProblem, ClaimWords, PiecesWords, Said
from web.pieces.codes import CodeFaultError
from web.presenters.frame import Frame, Visit, make_frame
from web.presenters.piece import Picture
from web.presenters.tones import ICONS, Icon, Tone

PATH: Final = "/claim"
CODE_PATH: Final = "/claim/code"
ANOTHER_PATH: Final = "/claim/another"
SCRIPTS: Final = ("claim-card", "claim-code")
_LABEL, _ACCOUNT, _CODE = 0, 1, 2
_WITHDRAWN: Final = frozenset({Answer.REVOKED, Answer.RECALLED, Answer.RETIRED})
_STANDINGS: Final = {
    ClaimStanding.NOT_SOLD: ClaimProblem.NOT_SOLD,
    ClaimStanding.USED: ClaimProblem.USED,
    ClaimStanding.STOLEN: ClaimProblem.STOLEN,
}
_TONES: Final = {
    ClaimProblem.NO_PIECE: Tone.REJECTED,
    ClaimProblem.STOLEN: Tone.REJECTED,
    ClaimProblem.WITHDRAWN: Tone.REJECTED,
    ClaimProblem.AWAY: Tone.UNDETERMINED,
    ClaimProblem.CHOICE_LOST: Tone.UNDETERMINED,
}
_UNPROCESSABLE: Final = HTTPStatus.UNPROCESSABLE_ENTITY


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to know before going on."""

    tone: Tone
    icon: Icon
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Step:
    """One of the three steps."""

    text: str
    current: bool


@dataclass(frozen=True, slots=True)
class ChosenCard:
    """The piece to be claimed."""

    name: str
    picture: Picture | None
    another_href: str


@dataclass(frozen=True, slots=True)
class ClaimPage:
    """Everything the template prints. Of the three forms it prints the one whose flag is set."""

    frame: Frame
    status: int
    steps: tuple[Step, ...]
    notice: Notice | None
    piece: ChosenCard | None
    asks_label: bool
    asks_account: bool
    asks_code: bool
    code_error: str
    custody: Said
    lead: str
    label_action: str
    code_action: str
    sign_in_href: str
    sign_up_href: str
    way_on: tuple[str, str]
    """Text and address of the one way on, where no form is left; empty otherwise."""
    words: ClaimWords


def problem_of_answer(seen: Seen) -> ClaimProblem | None:
    """Say why a piece cannot be claimed, as its record stands; None where nothing speaks against it."""
    answer, status = seen.answer, seen.status
    if answer is Answer.CANNOT_VERIFY or seen.words is None:
        return ClaimProblem.AWAY
    if answer in _WITHDRAWN:
        return ClaimProblem.WITHDRAWN
    if answer is Answer.STOLEN:
        return ClaimProblem.STOLEN
    if answer in (Answer.NOT_GENUINE, Answer.NOT_ISSUED):
        return ClaimProblem.NO_PIECE
    if answer is Answer.LABEL_REPLACED:
        return ClaimProblem.LABEL_REPLACED
    if not status & Status.SOLD:
        return ClaimProblem.NOT_SOLD
    return ClaimProblem.USED if status & Status.CLAIMED else None


def problem_of_standing(standing: ClaimStanding) -> ClaimProblem | None:
    """Say the same of what the registry answered about a key; a wrong key is no problem of the piece."""
    return _STANDINGS.get(standing)


def notice_of(problem: ClaimProblem, visit: Visit, words: PiecesWords) -> Notice:
    """Put a problem into words."""
    said, tone = words.claim.problems[problem], _TONES.get(problem, Tone.CAUTION)
    return Notice(tone, ICONS[tone], said.title, said.text.format(brand=visit.brand))


def status_of_problem(problem: ClaimProblem | None) -> int:
    """Give the HTTP status of a page with a problem."""
    if problem is None or problem is ClaimProblem.CHOICE_LOST:
        return HTTPStatus.OK
    return HTTPStatus.SERVICE_UNAVAILABLE if problem is ClaimProblem.AWAY else _UNPROCESSABLE


class ClaimPresenter:
    """Presents one visit's claim."""

    def __init__(self, visit: Visit, words: PiecesWords) -> None:
        self._visit = visit
        self._words = words

    def label(self, notice: Notice | None = None, *, status: int = HTTPStatus.OK) -> ClaimPage:
        """Ask which piece it is."""
        return self._page(_LABEL, status, notice, None)

    def refused_label(self, text: str, *, status: int) -> ClaimPage:
        """Ask once more, and say why the last try led nowhere."""
        notice = Notice(Tone.REJECTED, ICONS[Tone.REJECTED], self._words.claim.refused, text)
        return self._page(_LABEL, status, notice, None)

    def account(self, seen: Seen) -> ClaimPage:
        """Ask the visitor to sign in; the piece is kept in mind."""
        return self._page(_ACCOUNT, HTTPStatus.OK, None, seen)

    def code(self, seen: Seen, fault: CodeFaultError | None = None) -> ClaimPage:
        """Ask for the hidden code."""
        said = ""
        if fault is not None:
            said = self._words.claim.codes[fault.fault].format(count=fault.count, character=fault.character)
        return self._page(_CODE, _UNPROCESSABLE if said else HTTPStatus.OK, None, seen, code_error=said)

    def stopped(self, problem: ClaimProblem, seen: Seen | None, *, asked: bool) -> ClaimPage:
        """Say why it does not go on; `asked` says that a form was sent, so that the status says it too."""
        notice = notice_of(problem, self._visit, self._words)
        is_away = problem is ClaimProblem.AWAY
        status = status_of_problem(problem) if asked or is_away else HTTPStatus.OK
        way_on = (self._words.job.again, PATH) if is_away else (self._words.claim.to_scan, "/")
        return self._page(_CODE, status, notice, seen, way_on=way_on)

    def yours(self, seen: Seen, holding_id: str) -> ClaimPage:
        """Say that there is nothing left to do."""
        said = self._words.claim.yours
        notice = Notice(Tone.VERIFIED, ICONS[Tone.VERIFIED], said.title, said.text)
        way_on = (self._words.claim.to_piece, f"/pieces/{holding_id}")
        return self._page(_CODE, HTTPStatus.OK, notice, seen, way_on=way_on)

    def _page(
        self,
        step: int,
        status: int,
        notice: Notice | None,
        seen: Seen | None,
        *,
        code_error: str = "",
        way_on: tuple[str, str] = ("", ""),
    ) -> ClaimPage:
        visit, words = self._visit, self._words.claim
        name = seen.name if seen else ""
        piece = ChosenCard(name, picture_of(seen), visit.link(ANOTHER_PATH)) if seen and name else None
        goes_on = not way_on[1]
        return ClaimPage(
            make_frame(visit, words.headline, other_path=PATH, scripts=SCRIPTS),
            status,
            tuple(Step(text, number == step) for number, text in enumerate(words.steps)),
            notice,
            piece,
            goes_on and step == _LABEL,
            goes_on and step == _ACCOUNT,
            goes_on and step == _CODE,
            code_error,
            Said(words.custody.title, words.custody.text.format(brand=visit.brand)),
            words.lead.format(brand=visit.brand) if step == _LABEL else "",
            visit.link(PATH),
            visit.link(CODE_PATH),
            _with_next(visit.link("/sign-in")),
            _with_next(visit.link("/sign-up")),
            (way_on[0], visit.link(way_on[1]) if way_on[1] else ""),
            words,
        )


def _with_next(href: str) -> str:
    return f"{href}{'&' if '?' in href else '?'}next={PATH}"
