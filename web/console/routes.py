"""The console of staff: its first page, what is under way, and the log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from flask import Blueprint, Response, request

from mint.book import Book, Piece
from provenance_schemas.step_kinds import EntryKind
from web.access import staff
from web.console.catalogue import JobPhase
from web.console.context import Console, person
from web.console.home_page import Desktop, piece_path, present_home, present_log
from web.console.job_page import present_job
from web.console.jobs_shown import phase_of
from web.console.office import Office, RecordsAwayError
from web.console.piece_routes import add_piece_routes, add_print_routes, add_step_routes
from web.console.register_routes import add_draft_routes, add_register_routes, go
from web.console.run_routes import CHECK_ENDPOINT, add_run_ends, add_run_routes, add_run_steps
from web.console.uploads import allow_photos
from web.parts import Parts
from web.presenters.frame import Visit
from web.rendering import render_page
from web.sessions import Sessions
from web.store.drafts import Draft, DraftKind, Drafts, DraftState
from web.store.staff_log import StaffAction, StaffLog, note
from web.store.suspicions import Suspicions

NEWEST_SHOWN: Final = 12
FOUND_MAX: Final = 30
PIECES_SHOWN: Final = 50
_SEARCH_MAX: Final = 64


def make_console_blueprint(parts: Parts, sessions: Sessions) -> Blueprint:
    """Serve `/console`. Every route is for staff alone; what spends or reveals asks for a fresh passkey."""
    blueprint = Blueprint("console", __name__)
    console = Console(
        parts, Office(parts.open_records), parts.custody.jobs, Drafts(parts.database), StaffLog(parts.database)
    )
    # Before any guard reads the form: a large one is taken only from whoever is staff already.
    blueprint.url_value_preprocessor(
        lambda endpoint, _: allow_photos({"console.keep_registration", CHECK_ENDPOINT}, sessions) if endpoint else None
    )
    _add_home(blueprint, console)
    _add_jobs(blueprint, console)
    add_register_routes(blueprint, console)
    add_draft_routes(blueprint, console)
    add_piece_routes(blueprint, console)
    add_step_routes(blueprint, console)
    add_print_routes(blueprint, console)
    add_run_routes(blueprint, console)
    add_run_steps(blueprint, console)
    add_run_ends(blueprint, console)
    return blueprint


def _add_home(blueprint: Blueprint, console: Console) -> None:
    @blueprint.get("/console")
    @staff
    def home() -> Response:
        visit = console.visit()
        text = request.args.get("q", "")[:_SEARCH_MAX].strip()
        return render_page("console/home.html", present_home(visit, _desktop(console, visit, text)))

    @blueprint.get("/console/log")
    @staff
    def log() -> Response:
        lines = console.log.newest()
        book = console.records().book
        pieces = (book.piece_of_token(int(token)) for token in {line.token for line in lines if line.token})
        references = {str(piece.token_id): piece.reference for piece in pieces if piece is not None}
        return render_page("console/log.html", present_log(console.visit(), lines, references))


def _add_jobs(blueprint: Blueprint, console: Console) -> None:
    @blueprint.get("/console/jobs/<job_id>")
    @staff
    def job(job_id: str) -> Response:
        visit, found = console.visit(), console.job(job_id)
        draft = console.drafts.of_job(found.id)
        book = console.records().book
        tokens = [int(token) for token in found.result.get("tokens", ())[:PIECES_SHOWN]]
        pieces = [piece for piece in map(book.piece_of_token, tokens) if piece is not None]
        title, change = console.job_title(visit, found, draft), _change_path(visit, draft)
        page = present_job(visit, found, title, pieces, change, _card_due(draft, pieces, book))
        return render_page("console/job.html", page)

    @blueprint.post("/console/jobs/<job_id>/retry")
    @staff
    def retry(job_id: str) -> Response:
        found = console.job(job_id)
        if console.jobs.retry(found.id):
            with console.parts.database.writing() as connection:
                note(connection, StaffAction.JOB_RETRIED, person().id, console.now_s(), detail=found.kind)
        return go(console.visit(), f"/console/jobs/{found.id}")


def _card_due(draft: Draft | None, pieces: Sequence[Piece], book: Book) -> set[int]:
    """Name the tokens of what was just sold and whose card can be printed: it goes to the buyer with the piece."""
    if draft is None or draft.fields.get("what", "").partition(":")[0] != EntryKind.SOLD.word:
        return set()
    keys = {piece.token_id: book.claim_key(piece.token_id) for piece in pieces}
    return {token for token, key in keys.items() if key is not None and key.code is not None}


def _change_path(visit: Visit, draft: Draft | None) -> str:
    """Name where a draft that came back is changed; empty when it is gone, or being recorded."""
    if draft is None or draft.state is not DraftState.OPEN:
        return ""
    page = "/console/register" if draft.kind is DraftKind.REGISTER else f"{piece_path(draft.token)}/steps"
    return f"{visit.link(page)}{'&' if visit.asked else '?'}draft={draft.id}"


def _desktop(console: Console, visit: Visit, text: str) -> Desktop:
    """Gather what the first page tells of; it has something to say without the house's records too."""
    failed = console.failed_lines(visit)
    reports = Suspicions(console.parts.database).count_waiting(console.now_s())
    try:
        book = console.records().book
    except RecordsAwayError:
        return Desktop(
            search="", found=(), newest=None, attention=failed, under_way=(), cards=(), drafts=(), reports=reports
        )
    lines = console.job_lines(visit)
    kept = map(book.piece_of_token, map(int, console.log.cards_kept()))
    drafts = console.drafts.of_person(person().id, DraftKind.REGISTER)
    return Desktop(
        search=text,
        found=book.search_pieces(text, limit=FOUND_MAX) if text else (),
        newest=book.newest_pieces(limit=NEWEST_SHOWN),
        attention=[*failed, *(line for job, line in lines if phase_of(job) in {JobPhase.FAILED, JobPhase.AWAY})],
        under_way=[line for job, line in lines if phase_of(job) in {JobPhase.WAITING, JobPhase.RUNNING}],
        cards=[piece for piece in kept if piece is not None],
        drafts=[draft for draft in drafts if draft.state is DraftState.OPEN],
        reports=reports,
    )
