"""Registering a piece: the form, the look at what the public will read, and the wish to register."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, abort, request

from verifier.safe_photos import MEDIA_TYPE
from web.access import staff, stepped_up
from web.console.context import Console, new_draft_id, person
from web.console.errors import FormRefusedError
from web.console.fields import REGISTER_FIELDS, FieldFault, typed
from web.console.jobs_shown import REGISTER
from web.console.register_page import present_preview, present_register
from web.console.registration import checked_piece, faults_of, refuse_taken
from web.console.uploads import taken_photos
from web.jobs.queue import NewJob
from web.limits import LimitName, limited
from web.presenters.frame import Visit
from web.rendering import render_page
from web.store.drafts import Draft, DraftChange, DraftKind, DraftState, ForeignDraftError, TooManyDraftsError, hand_over
from web.store.staff_log import StaffAction, note

ALT_MAX: Final = 300
_UNPROCESSABLE: Final = 422
_PHOTO_HEADERS: Final = {"Content-Security-Policy": "default-src 'none'; sandbox"}


def add_register_routes(blueprint: Blueprint, console: Console) -> None:
    """Add `/console/register` and what belongs to it."""

    @blueprint.get("/console/register")
    @staff
    def register() -> Response:
        visit, draft_id = console.visit(), request.args.get("draft", "")
        if not draft_id:
            return render_page("console/register.html", present_register(visit, None, new_draft_id()))
        draft = console.own_draft(draft_id, DraftKind.REGISTER)
        return render_page("console/register.html", present_register(visit, draft, draft.id, _faults(console, draft)))

    @blueprint.post("/console/register")
    @staff
    @limited(LimitName.UPLOAD)
    def keep_registration() -> Response:
        visit = console.visit()
        draft, faults = _kept(console)
        if request.form.get("do") != "photos":
            faults += _faults(console, draft)
            if not faults:
                return go(visit, f"/console/register/{draft.id}")
        status = _UNPROCESSABLE if faults else 200
        return render_page("console/register.html", present_register(visit, draft, draft.id, faults, status=status))

    @blueprint.get("/console/register/<draft_id>")
    @staff
    @stepped_up
    def preview(draft_id: str) -> Response:
        visit = console.visit()
        draft = console.own_draft(draft_id, DraftKind.REGISTER)
        if draft.state is not DraftState.OPEN:
            return go(visit, f"/console/jobs/{draft.job_id}")
        records = console.records()
        try:
            with checked_piece(draft, console.drafts, records.identity.maker) as piece:
                refuse_taken(piece, records.book)
                return render_page("console/preview.html", present_preview(visit, draft, piece))
        except FormRefusedError as error:
            return _again(visit, draft, error)

    @blueprint.post("/console/register/<draft_id>")
    @staff
    @stepped_up
    def confirm(draft_id: str) -> Response:
        visit = console.visit()
        draft = console.own_draft(draft_id, DraftKind.REGISTER)
        faults = _faults(console, draft)
        if faults:
            return _again(visit, draft, FormRefusedError(faults))
        job_id = ask(console, draft, REGISTER, StaffAction.REGISTER_ASKED, draft.fields.get("reference", ""))
        return go(visit, f"/console/jobs/{job_id}")


def add_draft_routes(blueprint: Blueprint, console: Console) -> None:
    """Add `/console/drafts/...`."""

    @blueprint.post("/console/drafts/<draft_id>/drop")
    @staff
    def drop(draft_id: str) -> Response:
        draft = console.own_draft(draft_id, DraftKind.REGISTER)
        console.drafts.drop(draft.id, person().id)
        return go(console.visit(), "/console")

    @blueprint.get("/console/drafts/<draft_id>/photos/<photo_id>")
    @staff
    @limited(LimitName.FILES)
    def photo(draft_id: str, photo_id: str) -> Response:
        draft = console.own_draft(draft_id, DraftKind.REGISTER)
        content = console.drafts.photo(draft.id, photo_id)
        if content is None:
            abort(404)
        return Response(content, mimetype=MEDIA_TYPE, headers=_PHOTO_HEADERS)


def ask(console: Console, draft: Draft, kind: str, action: StaffAction, detail: str) -> str:
    """Ask the worker to record a draft, once however often it is asked; gives the job's id.

    The job, the draft's lock and the line of the log are one transaction.
    """
    now_s, wanted = console.now_s(), NewJob(kind, draft.id, {"draft": draft.id}, person().id)
    with console.parts.database.writing() as connection:
        job = console.jobs.add_within(connection, wanted)
        if draft.job_id != job.id:
            hand_over(connection, draft.id, job.id)
            note(connection, action, person().id, now_s, token=draft.token, detail=detail)
    return job.id


def _kept(console: Console) -> tuple[Draft, list[FieldFault]]:
    """Keep what was sent, all of it that can be used; and say which photos cannot."""
    draft_id, form = console.draft_id(), request.form
    known = console.drafts.find(draft_id)
    dropped = [photo.id for photo in known.photos if f"drop_{photo.id}" in form] if known else []
    stays = [photo for photo in known.photos if photo.id not in dropped] if known else []
    photos, refused = taken_photos(request, stays, console.parts.make_photo)
    alts = {photo.id: _line(form, f"alt_{photo.id}") for photo in stays if f"alt_{photo.id}" in form}
    change = DraftChange(
        draft_id,
        person().id,
        DraftKind.REGISTER,
        typed(form, REGISTER_FIELDS),
        photos=photos,
        alts=alts,
        dropped=dropped,
    )
    try:
        return console.drafts.keep(change, console.now_s()), refused
    except (ForeignDraftError, TooManyDraftsError):
        abort(409)


def _line(form: Mapping[str, str], name: str) -> str:
    return " ".join(form.get(name, "").split())[:ALT_MAX]


def _faults(console: Console, draft: Draft) -> list[FieldFault]:
    """Find everything that keeps a draft from being registered."""
    records = console.records()
    return faults_of(draft, console.drafts, records.identity.maker, records.book)


def _again(visit: Visit, draft: Draft, error: FormRefusedError) -> Response:
    page = present_register(visit, draft, draft.id, error.faults, status=_UNPROCESSABLE)
    return render_page("console/register.html", page)


def go(visit: Visit, path: str) -> Response:
    """Lead on to another page of ours, in the visitor's language."""
    return Response(status=HTTPStatus.SEE_OTHER, headers={"Location": visit.link(path)})
