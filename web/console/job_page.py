"""The page of one thing that was asked for: how far it has come, and where to go from there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mint.book import Piece
from web.console.catalogue import JobPhase, JobWords
from web.console.home_page import PieceLine, piece_line, piece_path
from web.console.jobs_shown import TONES, phase_of, refusal_of
from web.console.words import WORDS
from web.jobs.queue import Job
from web.presenters.frame import Frame, Visit, make_frame
from web.presenters.tones import ICONS, Icon, Tone


@dataclass(frozen=True, slots=True)
class Registered:
    """A piece that was registered, with the way to its label."""

    line: PieceLine
    label_href: str


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
    pieces: tuple[Registered, ...]
    home_href: str
    words: JobWords


def present_job(visit: Visit, job: Job, title: str, pieces: Sequence[Piece], change_href: str) -> JobPage:
    """Lay one job out."""
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
        ICONS[TONES[phase]],
        said.headline,
        said.lead,
        refusal_of(job, words),
        technical if phase in {JobPhase.REFUSED, JobPhase.FAILED} else "",
        job.is_open,
        path,
        visit.link(f"/console/jobs/{job.id}/retry") if phase is JobPhase.FAILED else "",
        change_href if is_refused else "",
        tuple(_registered(visit, piece) for piece in pieces),
        visit.link("/console"),
        words.job,
    )


def _registered(visit: Visit, piece: Piece) -> Registered:
    return Registered(piece_line(visit, piece), visit.link(f"{piece_path(piece.token_id)}/label"))
