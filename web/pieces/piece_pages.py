"""My pieces, and one of them, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from provenance_schemas.step_kinds import Status
from verifier.answers import Answer
from web.custody.holdings import Holding, HoldingState
from web.jobs.queue import Job, JobState
from web.pieces.cards import PieceCard, Seen, is_elsewhere, present_card
from web.pieces.catalogue import PiecesWords, PieceWords, Said
from web.pieces.claim_pages import Notice
from web.pieces.notices import Progress, is_worth_saying, present_end, present_progress
from web.presenters.frame import Frame, Visit, make_frame
from web.presenters.tones import ICONS, Tone

PATH: Final = "/pieces"
PAGE_PIECES: Final = 24
WAIT_SCRIPT: Final = "job-wait"
FORGET_SCRIPT: Final = "claim-forget"
_REPORTED: Final = Status.STOLEN | Status.LOST


@dataclass(frozen=True, slots=True)
class Link:
    """A way to go."""

    text: str
    href: str
    second: bool
    """Not the main one."""


@dataclass(frozen=True, slots=True)
class PiecesPage:
    """The list."""

    frame: Frame
    status: int
    notice: Notice | None
    cards: tuple[PieceCard, ...]
    claim: Link
    pages: tuple[Link, ...]
    words: PieceWords


@dataclass(frozen=True, slots=True)
class PiecePage:
    """One piece."""

    frame: Frame
    status: int
    card: PieceCard
    progress: Progress | None
    notices: tuple[Notice, ...]
    actions: tuple[Link, ...]
    custody: Said | None
    custody_points: tuple[str, ...]
    address: tuple[str, ...]
    """In groups, to be compared."""
    all_href: str
    words: PieceWords


def present_pieces(
    shown: Sequence[tuple[Holding, Seen]], visit: Visit, words: PiecesWords, *, page: int, has_more: bool
) -> PiecesPage:
    """Present one page of a person's pieces."""
    cards = tuple(present_card(holding, seen, visit, words) for holding, seen in shown)
    is_away = any(seen.answer is Answer.CANNOT_VERIFY for _, seen in shown)
    around = []
    if page > 1:
        around.append(Link(words.piece.newer, visit.link(PATH), second=True))
    if has_more:
        href = f"{PATH}?page={page + 1}" + (f"&lang={visit.language}" if visit.asked else "")
        around.append(Link(words.piece.more, href, second=True))
    return PiecesPage(
        make_frame(visit, words.piece.headline, scripts=(FORGET_SCRIPT,)),
        HTTPStatus.OK,
        _away(visit, words) if is_away else None,
        cards,
        Link(words.piece.claim, visit.link("/claim"), second=bool(cards)),
        tuple(around),
        words.piece,
    )


def present_piece(
    holding: Holding, seen: Seen, job: Job | None, visit: Visit, words: PiecesWords, now_s: int
) -> PiecePage:
    """Present a piece, what is under way for it, and what can be done."""
    card = present_card(holding, seen, visit, words)
    progress = present_progress(job, now_s, words) if job is not None and job.is_open else None
    is_held = holding.state is HoldingState.HELD and not is_elsewhere(holding, seen)
    custody = words.piece.custody
    return PiecePage(
        make_frame(visit, card.name, scripts=(WAIT_SCRIPT, FORGET_SCRIPT) if progress else (FORGET_SCRIPT,)),
        HTTPStatus.OK,
        card,
        progress,
        _notices(holding, seen, job, visit, words, now_s),
        _actions(holding, seen, visit, words) if is_held and progress is None else _ways_on(holding, visit, words),
        _branded(custody, visit) if is_held else None,
        tuple(point.format(brand=visit.brand) for point in words.piece.custody_points),
        groups_of(holding.address) if is_held else (),
        visit.link(PATH),
        words.piece,
    )


def groups_of(address: str) -> tuple[str, ...]:
    """Cut an address into groups of four that people can compare."""
    return tuple(address[start : start + 4] for start in range(0, len(address), 4))


def _notices(
    holding: Holding, seen: Seen, job: Job | None, visit: Visit, words: PiecesWords, now_s: int
) -> tuple[Notice, ...]:
    notices, is_away = [], seen.answer is Answer.CANNOT_VERIFY
    # What was done is told beside the record that shows it, never beside one that nobody can read.
    is_told = job is not None and not job.is_open and is_worth_saying(job, now_s)
    if job is not None and is_told and not (is_away and job.state is JobState.DONE):
        notices.append(present_end(job, visit, words))
    if is_elsewhere(holding, seen):
        said = _branded(words.piece.elsewhere, visit)
        notices.append(Notice(Tone.CAUTION, ICONS[Tone.CAUTION], said.title, said.text))
    if is_away:
        notices.append(_away(visit, words))
    return tuple(notices)


def _actions(holding: Holding, seen: Seen, visit: Visit, words: PiecesWords) -> tuple[Link, ...]:
    """Offer what fits the record; a piece whose record cannot be read can be reported all the same."""
    here = f"{PATH}/{holding.id}"
    if seen.status & _REPORTED:
        back = Link(words.piece.withdraw, visit.link(f"{here}/withdraw"), second=False)
        is_stolen = bool(seen.status & Status.STOLEN)
        return (back,) if is_stolen else (back, Link(words.piece.move, visit.link(f"{here}/move"), second=True))
    return (
        Link(words.piece.report, visit.link(f"{here}/report"), second=True),
        Link(words.piece.move, visit.link(f"{here}/move"), second=True),
    )


def _ways_on(holding: Holding, visit: Visit, words: PiecesWords) -> tuple[Link, ...]:
    never_held = holding.state is HoldingState.ENDED and holding.held_at is None
    return (Link(words.piece.claim, visit.link("/claim"), second=False),) if never_held else ()


def _away(visit: Visit, words: PiecesWords) -> Notice:
    said = _branded(words.piece.registry_away, visit)
    return Notice(Tone.UNDETERMINED, ICONS[Tone.UNDETERMINED], said.title, said.text)


def _branded(said: Said, visit: Visit) -> Said:
    return Said(said.title.format(brand=visit.brand), said.text.format(brand=visit.brand))
