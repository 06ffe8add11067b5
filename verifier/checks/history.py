"""The history is complete, in order, and written by actors who were allowed to."""

from __future__ import annotations

from datetime import datetime
from itertools import accumulate

from provenance_schemas.steps import StepDocument
from verifier.evidence import Evidence, History, Unavailable
from verifier.history import Entry, documented_steps, voided_numbers
from verifier.limits import HAPPENED_AFTER_RECORDED_MAX_S, HAPPENED_BACKWARDS_MAX_S
from verifier.verdict import Code, Finding, failed, passed, unknown


def check_history_complete(evidence: Evidence) -> Finding:
    """Gather only keeps a history that replays to the words on chain."""
    code = Code.HISTORY_COMPLETE
    if isinstance(evidence.history, Unavailable):
        return unknown(code, evidence.history.why)
    count = len(evidence.history.final)
    return passed(code, f"all {count} entries replay to the words on chain")


def check_history_ordered(evidence: Evidence) -> Finding:
    """Compare the two clocks: no step happened long after it was recorded, none runs far back."""
    code = Code.HISTORY_ORDERED
    if not isinstance(evidence.history, History):
        return unknown(code, evidence.history.why)
    times = []
    unread = False
    for entry in documented_steps(evidence.history.final):
        document = evidence.documents.get(entry.document) if entry.document else None
        if isinstance(document, StepDocument):
            times.append((entry, document.happened_at))
        else:
            unread = True
    for entry, happened_at in times:
        if happened_at.timestamp() - entry.meta.time_s > HAPPENED_AFTER_RECORDED_MAX_S:
            return failed(code, f"a step claims to have happened after it was recorded ({_day(happened_at)})")
    # Against the latest so far, not the one before: small steps back would add up to any time.
    latest_so_far = accumulate((happened_at for _, happened_at in times), max)
    for before, (_, after) in zip(latest_so_far, times, strict=True):
        if (before - after).total_seconds() > HAPPENED_BACKWARDS_MAX_S:
            return failed(code, f"time runs back from {_day(before)} to {_day(after)}")
    if unread:
        return unknown(code, "a step's document could not be read")
    return passed(code, "the steps happened in the order recorded")


def _day(moment: datetime) -> str:
    return moment.date().isoformat()


def check_history_authorised(evidence: Evidence) -> Finding:
    """Look for steps of disputed actors. The contract itself refused everyone without the role."""
    code = Code.HISTORY_AUTHORISED
    if not isinstance(evidence.history, History):
        return unknown(code, evidence.history.why)
    if isinstance(evidence.actors, Unavailable):
        return unknown(code, evidence.actors.why)
    entries = evidence.history.final
    voided = voided_numbers(entries)
    unread = False
    for entry in entries:
        if (entry.lane, entry.number) in voided:
            continue
        word = evidence.actors.get(entry.meta.actor)
        if word is None:
            unread = True
        elif word.disputes(entry.meta.time_s):
            return failed(code, _disputed(entry))
    if unread:
        return unknown(code, "whether an actor is disputed could not be read")
    return passed(code, "no step was written by a disputed actor")


def _disputed(entry: Entry) -> str:
    return f"entry {entry.number} was written by an actor that the brand disputes ({entry.meta.actor})"
