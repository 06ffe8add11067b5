"""What is under way for a piece, and what became of it, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from provenance_schemas.step_kinds import EntryKind
from web.custody.acts import CLAIM, MOVE, REPORT
from web.custody.errors import ActRefusal
from web.jobs.queue import Job, JobState
from web.pieces.catalogue import PiecesWords, Said
from web.pieces.claim_pages import Notice
from web.presenters.frame import Visit
from web.presenters.tones import ICONS, Tone

REFRESH_S: Final = 5
"""How often a page that waits is looked at again without a script, at first."""
REFRESH_LATER_S: Final = 30
WAITING_LONG_S: Final = 60
SHOWN_S: Final = 15 * 60
"""How long the end of something is said on the piece's page."""
NUMBER_CHARACTERS: Final = 8


@dataclass(frozen=True, slots=True)
class Progress:
    """Something under way."""

    notice: Notice
    job_id: str
    stages: tuple[tuple[str, bool], ...]
    """Each with whether it is the present one."""
    refresh_s: int
    again: str
    safe: str


def present_progress(job: Job, now_s: int, words: PiecesWords) -> Progress:
    """Say what happens now, and how long it takes; a registry that is away is named."""
    said = words.job
    titles = {CLAIM: said.claiming, REPORT: said.reporting, MOVE: said.moving}
    is_away = job.state is JobState.WAITING and job.attempts > 0
    text = said.away if is_away else titles[job.kind]
    present = 1 if job.state is JobState.RUNNING else 0
    age_s = now_s - job.created_at
    return Progress(
        Notice(Tone.UNDETERMINED, ICONS[Tone.UNDETERMINED], text.title, text.text),
        job.id,
        tuple((stage, number == present) for number, stage in enumerate(said.stages)),
        REFRESH_S if age_s < WAITING_LONG_S else REFRESH_LATER_S,
        said.again,
        said.safe,
    )


def present_end(job: Job, visit: Visit, words: PiecesWords) -> Notice:
    """Say what became of it."""
    said = words.job
    if job.state is JobState.REFUSED:
        refusal = _refusal(job)
        return _notice(Tone.CAUTION, said.refusals[refusal], visit)
    if job.state is JobState.FAILED:
        text = said.failed.text.format(number=job.id[:NUMBER_CHARACTERS])
        return _notice(Tone.CAUTION, Said(said.failed.title, text), visit)
    if job.kind == REPORT:
        return _notice(Tone.VERIFIED, said.done_report[EntryKind(job.result["kind"])], visit)
    return _notice(Tone.VERIFIED, said.done_move if job.kind == MOVE else said.done_claim, visit)


def is_worth_saying(job: Job, now_s: int) -> bool:
    """Say whether the end of a job is news: what was done, for a while; what was not, until the next try."""
    return job.state in (JobState.REFUSED, JobState.FAILED) or now_s - job.changed_at <= SHOWN_S


def _refusal(job: Job) -> ActRefusal:
    try:
        return ActRefusal(job.result.get("code", ""))
    except ValueError:
        return ActRefusal.OTHER


def _notice(tone: Tone, said: Said, visit: Visit) -> Notice:
    return Notice(tone, ICONS[tone], said.title, said.text.format(brand=visit.brand))
