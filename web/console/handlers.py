"""What the worker does for staff: registers drafts, records steps. Each finds what an earlier try has done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from mint.desk import Desk
from mint.errors import DuplicatePieceError, FailedTransactionError, InputError, RefusedError
from mint.items import register_pieces, registration_job
from mint.limits import PIECES_MAX
from mint.steps import record_steps, steps_job
from web.console.catalogue import Refused
from web.console.errors import FormRefusedError
from web.console.jobs_shown import REGISTER, STEP
from web.console.registration import checked_piece
from web.console.step_form import checked_step
from web.jobs.queue import Job
from web.jobs.worker import Handler, JobRefusedError
from web.store.drafts import Draft, DraftKind, Drafts

TOKENS_MAX: Final = 50
"""Pieces that a result names; the rest is found by their references."""
OpenDesk = Callable[[], Desk]
"""Opens the house for writing. Raises MintError, with exit code 3 while it is away."""


def make_console_handlers(open_desk: OpenDesk, drafts: Drafts) -> Mapping[str, Handler]:
    """Give the handlers of this area by kind of job."""

    def register(job: Job) -> dict[str, Any]:
        return _settled(drafts, job, DraftKind.REGISTER, lambda draft: _register(open_desk(), drafts, draft, job.id))

    def step(job: Job) -> dict[str, Any]:
        return _settled(drafts, job, DraftKind.STEP, lambda draft: _step(open_desk(), draft, job.id))

    return {REGISTER: register, STEP: step}


def _settled(drafts: Drafts, job: Job, kind: DraftKind, work: Callable[[Draft], dict[str, Any]]) -> dict[str, Any]:
    """Record a draft. What is refused can be changed and tried again; what is recorded lets its photos go.

    Raises JobRefusedError, and whatever says that the world is away: then the job comes again.
    """
    draft = drafts.find(str(job.payload.get("draft", "")))
    if draft is None or draft.kind is not kind:
        raise JobRefusedError(Refused.NO_DRAFT)
    try:
        result = work(draft)
    except JobRefusedError:
        drafts.release(draft.id)
        raise
    drafts.recorded(draft.id)
    return result


def _register(desk: Desk, drafts: Drafts, draft: Draft, wish: str) -> dict[str, Any]:
    """Register a draft; what an earlier try has planned is carried on, whatever became of the draft since."""
    job = registration_job(wish)
    try:
        if not _carried_on(desk, job):
            with checked_piece(draft, drafts, desk.identity.maker) as piece:
                register_pieces(desk, [piece], wish=wish)
    except FormRefusedError as error:
        raise JobRefusedError(Refused.FORM, str(error)) from error
    except DuplicatePieceError as error:
        raise JobRefusedError(Refused.TAKEN, error.reference) from error
    except (RefusedError, FailedTransactionError) as error:
        raise JobRefusedError(Refused.REGISTRY, type(error).__name__) from error
    pieces = desk.book.pieces_of_job(job, limit=PIECES_MAX)
    return {"tokens": [str(piece.token_id) for piece in pieces[:TOKENS_MAX]], "count": len(pieces)}


def _step(desk: Desk, draft: Draft, wish: str) -> dict[str, Any]:
    """Record a step, as above."""
    try:
        if not _carried_on(desk, steps_job(wish)):
            step, _ = checked_step(draft.fields, draft.token, desk)
            record_steps(desk, [step], wish=wish)
    except FormRefusedError as error:
        raise JobRefusedError(Refused.FORM, str(error)) from error
    except (RefusedError, FailedTransactionError) as error:
        raise JobRefusedError(Refused.REGISTRY, getattr(error, "error", type(error).__name__)) from error
    except InputError as error:
        raise JobRefusedError(Refused.FORM, type(error).__name__) from error
    return {"tokens": [draft.token], "count": 1}


def _carried_on(desk: Desk, job: str) -> bool:
    """Carry on what an earlier try planned; False when none got that far."""
    with desk.writing():
        return bool(desk.carry_on(job))
