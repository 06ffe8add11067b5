"""What every view of the console holds, and the few questions they all ask."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Final

from flask import abort, request

from mint.book import Piece
from mint.errors import UnknownPieceError
from mint.records import Records
from web.console.jobs_shown import CUSTOMERS_KINDS, KINDS, STEP, JobLine, customers_title_of, job_line, title_of
from web.console.office import Office
from web.console.words import WORDS
from web.jobs.queue import Job, Jobs
from web.parts import Parts
from web.presenters.frame import Visit
from web.sessions import current_person
from web.store.drafts import Draft, DraftKind, Drafts
from web.store.people import Person
from web.store.staff_log import StaffLog
from web.visits import visit_of

_TOKEN: Final = re.compile(r"[1-9][0-9]{9,28}")
_DRAFT: Final = re.compile(r"[0-9a-f]{32}")
_JOBS_SHOWN: Final = 100


@dataclass(frozen=True, slots=True)
class Console:
    """The parts of the console."""

    parts: Parts
    office: Office
    jobs: Jobs
    drafts: Drafts
    log: StaffLog

    def visit(self) -> Visit:
        """Say where the visitor came to."""
        return visit_of(request, self.parts.trust)

    def now_s(self) -> int:
        """Give the moment, in unix seconds."""
        return int(self.parts.clock())

    def records(self) -> Records:
        """Give the house's records. Raises RecordsAwayError."""
        return self.office.records()

    def piece(self, token: str) -> Piece:
        """Find a piece by its token, or abort with 404."""
        if not _TOKEN.fullmatch(token):
            abort(404)
        try:
            return self.records().piece(token)
        except UnknownPieceError:
            abort(404)

    def own_draft(self, draft_id: str, kind: DraftKind, token: str = "") -> Draft:
        """Find a draft of whoever asks, or abort with 404: nobody learns that somebody else's is there."""
        draft = self.drafts.find(draft_id) if _DRAFT.fullmatch(draft_id) else None
        if draft is None or (draft.person_id, draft.kind, draft.token) != (person().id, kind, token):
            abort(404)
        return draft

    def draft_id(self) -> str:
        """Take the draft's id from the form, or abort with 400."""
        sent = request.form.get("draft", "")
        if not _DRAFT.fullmatch(sent):
            abort(400)
        return sent

    def job(self, job_id: str) -> Job:
        """Find a job of the console or of a customer, or abort with 404."""
        job = self.jobs.find(job_id) if _DRAFT.fullmatch(job_id) else None
        if job is None or job.kind not in KINDS + CUSTOMERS_KINDS:
            abort(404)
        return job

    def job_lines(self, visit: Visit, token: str = "") -> list[tuple[Job, JobLine]]:
        """Lay the newest jobs out, of one piece where a token is given."""
        found = []
        for job in self.jobs.newest(KINDS, limit=_JOBS_SHOWN):
            draft = self.drafts.of_job(job.id)
            if not token or (draft is not None and draft.token == token):
                found.append((job, self._line(visit, job, self.job_title(visit, job, draft))))
        return found

    def failed_lines(self, visit: Visit) -> list[JobLine]:
        """Lay out what customers asked for and we failed to do: nobody else can start it again."""
        failed = [job for job in self.jobs.failed() if job.kind in CUSTOMERS_KINDS]
        return [self._line(visit, job, self.job_title(visit, job, None)) for job in failed]

    def job_title(self, visit: Visit, job: Job, draft: Draft | None) -> str:
        """Name what a job does; a draft that is gone leaves only its kind."""
        if job.kind in CUSTOMERS_KINDS:
            return customers_title_of(job, WORDS[visit.language])
        fields = draft.fields if draft else {}
        reference = fields.get("reference", "")
        if job.kind == STEP and draft is not None:
            piece = self.records().book.piece_of_token(int(draft.token))
            reference = piece.reference if piece else ""
        return title_of(job, reference, fields.get("what", "").partition(":")[0], WORDS[visit.language], visit.words)

    def _line(self, visit: Visit, job: Job, title: str) -> JobLine:
        return job_line(job, title, visit.link(f"/console/jobs/{job.id}"), WORDS[visit.language])


def person() -> Person:
    """Give who is signed in: the guard let nobody else come here."""
    found = current_person()
    assert found is not None, "a route of the console is marked @staff"
    return found


def new_draft_id() -> str:
    """Draw the id of a draft that a page begins."""
    return secrets.token_hex(16)
