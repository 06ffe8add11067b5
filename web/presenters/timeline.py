"""The history in words: what happened, where, by whom, by both clocks, and how far to rely on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from mint.reports import ReportReason
from provenance_schemas.step_kinds import DOCUMENTED, EntryKind
from provenance_schemas.steps import StepDocument
from verifier.evidence import Evidence
from verifier.report import TimelineEntry, timeline
from web.presenters.catalogue import StepState, Words
from web.presenters.formats import date_text, moment_text, place_text
from web.presenters.tones import ICONS, Icon, Tone

_TONES: Final = {
    StepState.CONFIRMED: Tone.VERIFIED,
    StepState.PENDING: Tone.UNDETERMINED,
    StepState.UNCONFIRMED: Tone.CAUTION,
    StepState.DISPUTED: Tone.CAUTION,
    StepState.VOIDED: Tone.UNDETERMINED,
}


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One entry, ready to print."""

    title: str
    kind: str
    """The kind in the visitor's language; empty where the title says it already."""
    place: str
    happened: str
    """The day its document names; empty where there is no document."""
    recorded: str
    """When the chain took it down, to the minute."""
    recorder: str
    description: str
    reason: str
    state: StepState
    state_text: str
    tone: Tone
    icon: Icon


def present_timeline(evidence: Evidence, words: Words) -> tuple[TimelineRow, ...]:
    """Lay the history out in the order in which it happened, as a story is told; each row has both clocks."""
    return tuple(_row(line, words) for line in sorted(timeline(evidence), key=happened_at))


def happened_at(line: TimelineEntry) -> datetime:
    """Say when an entry happened: what its document says, else when it was recorded."""
    return line.document.happened_at if line.document else line.recorded_at


def state_of(line: TimelineEntry) -> StepState:
    """Name how far an entry can be relied on; what takes most away comes first."""
    if line.voided:
        return StepState.VOIDED
    if line.unconfirmed:
        unread = line.document is None and line.entry.kind in DOCUMENTED
        return StepState.UNCONFIRMED if unread else StepState.DISPUTED
    return StepState.PENDING if line.pending else StepState.CONFIRMED


def _row(line: TimelineEntry, words: Words) -> TimelineRow:
    document, state = line.document, state_of(line)
    kind = words.kinds[EntryKind(line.entry.kind)] if line.entry.kind in set(EntryKind) else line.kind
    title = document.name if document and not _names_its_kind(document.name, line.kind) else kind
    tone = _TONES[state]
    return TimelineRow(
        title,
        "" if title == kind else kind,
        place_text(document.place, words) if document and document.place else "",
        date_text(document.happened_at, words) if document else "",
        moment_text(line.recorded_at, words),
        words.verdict.by.format(recorder=document.recorder.name) if document else "",
        "" if document is None or _says_nothing_more(document, line.kind) else document.description,
        (document.reason or "") if document else _reason_of_report(line, words),
        state,
        words.states[state],
        tone,
        ICONS[tone],
    )


def _reason_of_report(line: TimelineEntry, words: Words) -> str:
    """Name the reason that a report gave; empty where it gave none, or one that we have no word for."""
    code = line.entry.reason
    return words.reasons.get(ReportReason(code), "") if code in set(ReportReason) else ""


def _names_its_kind(name: str, kind: str) -> bool:
    """A step that only repeats its kind, as `Customs cleared`, is said in the visitor's language instead."""
    return name.casefold() == kind.replace("_", " ")


def _says_nothing_more(document: StepDocument, kind: str) -> bool:
    """Find a description that was filled in for want of one: kind and recorder, which the row has already."""
    spoken = document.description.casefold()
    return spoken in {document.name.casefold(), f"{kind.replace('_', ' ')} by {document.recorder.name}.".casefold()}
