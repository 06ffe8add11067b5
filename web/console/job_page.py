"""The page of one thing that was asked for: how far it has come, and where to go from there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from mint.book import Piece
from web.console.catalogue import JobPhase, JobWords
from web.console.home_page import PieceLine, piece_line, piece_path
from web.console.jobs_shown import ICONS, REGISTER, TONES, phase_of, refusal_of
from web.console.words import WORDS
from web.jobs.queue import Job
from web.presenters.frame import Frame, Visit, make_frame
from web.presenters.tones import Icon, Tone


@dataclass(frozen=True, slots=True)
class NextStep:
    """What comes next for a piece, and where."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class JobPiece:
    """A piece that a job was about."""

    line: PieceLine
    next_steps: tuple[NextStep, ...]


@dataclass(frozen=True, slots=True)
class JobPage:
    """Everything the template prints."""

    frame: Frame
    status: int
    id: str
    title: str
    tone: Tone
    icon: Icon
    headline: str
    lead: str
    refusal: str
    technical: str
    """What support wants to know, in English; empty where there is nothing."""
    is_open: bool
    again_href: str
    retry_href: str
    """Empty unless it can be tried again."""
    change_href: str
    """Empty unless it can be changed."""
    pieces: tuple[JobPiece, ...]
    home_href: str
    words: JobWords


def present_job(
    visit: Visit, job: Job, title: str, pieces: Sequence[Piece], change_href: str, card_due: Collection[int] = ()
) -> JobPage:
    """Lay one job out. `card_due` are tokens of pieces just sold whose claim card can still be printed."""
    words = WORDS[visit.language]
    phase = phase_of(job)
    said, path = words.job.phases[phase], visit.link(f"/console/jobs/{job.id}")
    is_refused = phase is JobPhase.REFUSED
    technical = str(job.result.get("detail", "")) if is_refused else job.note
    return JobPage(
        make_frame(visit, said.headline, scripts=("job-wait",) if job.is_open else ()),
        200,
        job.id,
        title,
        TONES[phase],
        ICONS[phase],
        said.headline,
        said.lead,
        refusal_of(job, words),
        technical if phase in {JobPhase.REFUSED, JobPhase.FAILED} else "",
        job.is_open,
        path,
        visit.link(f"/console/jobs/{job.id}/retry") if phase is JobPhase.FAILED else "",
        change_href if is_refused else "",
        tuple(_piece(visit, job, piece, card_due) for piece in pieces),
        visit.link("/console"),
        words.job,
    )


def _piece(visit: Visit, job: Job, piece: Piece, card_due: Collection[int]) -> JobPiece:
    """Offer what comes next: the label of what is new, the card of what was sold, else the piece."""
    words, path = WORDS[visit.language], piece_path(piece.token_id)
    if job.kind == REGISTER:
        steps = [(words.job.print_label, f"{path}/label")]
    else:
        steps = [(words.piece.card, f"{path}/card")] if piece.token_id in card_due else []
        steps.append((words.job.open_piece, path))
    return JobPiece(piece_line(visit, piece), tuple(NextStep(text, visit.link(href)) for text, href in steps))
