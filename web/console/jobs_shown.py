"""What was asked for, in words: how far it has come, and what to do when it does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from provenance_schemas.step_kinds import EntryKind
from web.console.catalogue import ConsoleWords, JobPhase, Refused
from web.custody.acts import CLAIM, CLAIMED, MOVE, REPORT
from web.jobs.queue import Job, JobState
from web.presenters.catalogue import Words
from web.presenters.tones import ICONS as TONE_ICONS
from web.presenters.tones import Icon, Tone

REGISTER: Final = "console_register"
STEP: Final = "console_step"
KINDS: Final = (REGISTER, STEP)
CUSTOMERS_KINDS: Final = (CLAIM, CLAIMED, REPORT, MOVE)
"""What customers ask for. Staff are shown what failed, without a name: the customer was told its number."""
NUMBER_CHARACTERS: Final = 8
_PHASES: Final = {
    JobState.WAITING: JobPhase.WAITING,
    JobState.RUNNING: JobPhase.RUNNING,
    JobState.DONE: JobPhase.DONE,
    JobState.REFUSED: JobPhase.REFUSED,
    JobState.FAILED: JobPhase.FAILED,
}
TONES: Final = {
    JobPhase.WAITING: Tone.UNDETERMINED,
    JobPhase.AWAY: Tone.CAUTION,
    JobPhase.RUNNING: Tone.UNDETERMINED,
    JobPhase.DONE: Tone.VERIFIED,
    JobPhase.REFUSED: Tone.REJECTED,
    JobPhase.FAILED: Tone.REJECTED,
}
ICONS: Final = {phase: TONE_ICONS[tone] for phase, tone in TONES.items()} | {
    JobPhase.WAITING: Icon.WAIT,
    JobPhase.RUNNING: Icon.WAIT,
}


@dataclass(frozen=True, slots=True)
class JobLine:
    """One job in a list."""

    id: str
    title: str
    href: str
    badge: str
    tone: Tone
    icon: Icon
    text: str
    can_retry: bool


def phase_of(job: Job) -> JobPhase:
    """Name how far a job has come; one that was put off because something was away says so."""
    put_off = job.state is JobState.WAITING and job.due_at > job.changed_at
    return JobPhase.AWAY if put_off else _PHASES[job.state]


def title_of(job: Job, reference: str, step_kind: str, words: ConsoleWords, site: Words) -> str:
    """Name what was asked for, or what was done."""
    if job.kind == REGISTER:
        said = words.job.registered if job.state is JobState.DONE else words.job.registering
        return said.format(reference=reference)
    known = {each.word: each for each in EntryKind}
    what = site.kinds[known[step_kind]] if step_kind in known else step_kind
    return words.job.recording.format(kind=what, reference=reference)


def customers_title_of(job: Job, words: ConsoleWords) -> str:
    """Name what a customer asked for."""
    return words.job.customers[job.kind].format(number=job.id[:NUMBER_CHARACTERS])


def refusal_of(job: Job, words: ConsoleWords) -> str:
    """Say why a job came back; empty when it did not."""
    code = job.result.get("code", "") if job.state is JobState.REFUSED else ""
    return words.job.refusals[Refused(code)] if code in set(Refused) else ""


def job_line(job: Job, title: str, href: str, words: ConsoleWords) -> JobLine:
    """Lay one job out for a list."""
    phase = phase_of(job)
    text = refusal_of(job, words) or words.job.phases[phase].lead
    return JobLine(
        job.id, title, href, words.job.badges[phase], TONES[phase], ICONS[phase], text, phase is JobPhase.FAILED
    )
