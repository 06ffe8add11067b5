"""One piece at the console: looking at it, recording steps, drawing its label and its card."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, abort, request

from mint.book import Piece
from mint.errors import CodeErasedError
from mint.labels.choices import PictureFormat
from mint.outbox import State
from mint.printing import card_file_name, forget_card, label_file_name, make_card, make_label
from provenance_schemas.step_kinds import EntryKind
from verifier.policies import TOKEN
from web.access import staff, stepped_up
from web.console.context import Console, new_draft_id, person
from web.console.errors import FormRefusedError
from web.console.fields import STEP_FIELDS, FieldFault, typed
from web.console.jobs_shown import STEP
from web.console.piece_page import last_place, present_card_page, present_label_page, present_piece_page
from web.console.register_routes import ask, go
from web.console.step_form import checked_step, local_now, recordables
from web.console.step_page import present_step_form, present_step_preview
from web.rendering import render_page
from web.store.drafts import Draft, DraftChange, DraftKind, DraftState, ForeignDraftError, TooManyDraftsError
from web.store.staff_log import StaffAction, note

UTC_ZONE: Final = "+00:00"
_UNPROCESSABLE: Final = 422
_LOG_SHOWN: Final = 20
_PLACE_FIELDS: Final = ("place", "place_city", "place_country", "place_latitude", "place_longitude")
_FORMATS: Final[dict[str, tuple[PictureFormat, str]]] = {
    "png": ("png", "image/png"),
    "svg": ("svg", "image/svg+xml"),
}


def add_piece_routes(blueprint: Blueprint, console: Console) -> None:
    """Add `/console/pieces/<token>`."""

    @blueprint.get("/console/pieces/<token>")
    @staff
    def piece(token: str) -> Response:
        visit, found = console.visit(), console.piece(token)
        records = console.records()
        verification = None
        if found.state is State.CONFIRMED:
            verification = console.parts.verifier.verify_item(records.identity.item(found.token_id), TOKEN)
        under_way = [line for job, line in console.job_lines(visit, token) if job.is_open]
        log = console.log.newest(token=token, limit=_LOG_SHOWN)
        page = present_piece_page(visit, found, verification, recordables(records), under_way, log)
        return render_page("console/piece.html", page)

    @blueprint.post("/console/pieces/<token>/sale")
    @staff
    def sale(token: str) -> Response:
        """Begin the sale that most boutiques record: here and now, where the last step was."""
        visit, found = console.visit(), console.piece(token)
        seller = next((one for one in recordables(console.records()) if one.kind is EntryKind.SOLD), None)
        if seller is None:
            abort(409)
        item = console.records().identity.item(found.token_id)
        place = last_place(console.parts.verifier.verify_item(item, TOKEN))
        fields = _remembered(console) | place | {"what": seller.value}
        draft = _keep(console, new_draft_id(), found, fields)
        return go(visit, f"/console/pieces/{found.token_id}/steps/{draft.id}")


def add_step_routes(blueprint: Blueprint, console: Console) -> None:
    """Add `/console/pieces/<token>/steps`."""

    @blueprint.get("/console/pieces/<token>/steps")
    @staff
    def step(token: str) -> Response:
        found, draft_id = console.piece(token), request.args.get("draft", "")
        if not draft_id:
            return _form(console, found, new_draft_id(), _remembered(console))
        draft = console.own_draft(draft_id, DraftKind.STEP, token)
        return _form(console, found, draft.id, dict(draft.fields))

    @blueprint.post("/console/pieces/<token>/steps")
    @staff
    def keep_step(token: str) -> Response:
        found = console.piece(token)
        draft = _keep(console, console.draft_id(), found, typed(request.form, STEP_FIELDS))
        try:
            checked_step(draft.fields, token, console.records())
        except FormRefusedError as error:
            return _form(console, found, draft.id, dict(draft.fields), error.faults)
        return go(console.visit(), f"/console/pieces/{token}/steps/{draft.id}")

    @blueprint.get("/console/pieces/<token>/steps/<draft_id>")
    @staff
    @stepped_up
    def step_preview(token: str, draft_id: str) -> Response:
        visit, found = console.visit(), console.piece(token)
        draft = console.own_draft(draft_id, DraftKind.STEP, token)
        if draft.state is not DraftState.OPEN:
            return go(visit, f"/console/jobs/{draft.job_id}")
        try:
            wanted, document = checked_step(draft.fields, token, console.records())
        except FormRefusedError as error:
            return _form(console, found, draft.id, dict(draft.fields), error.faults)
        page = present_step_preview(visit, found, draft, wanted.kind, document)
        return render_page("console/step_preview.html", page)

    @blueprint.post("/console/pieces/<token>/steps/<draft_id>")
    @staff
    @stepped_up
    def record(token: str, draft_id: str) -> Response:
        found = console.piece(token)
        draft = console.own_draft(draft_id, DraftKind.STEP, token)
        try:
            wanted, _ = checked_step(draft.fields, token, console.records())
        except FormRefusedError as error:
            return _form(console, found, draft.id, dict(draft.fields), error.faults)
        job_id = ask(console, draft, STEP, StaffAction.STEP_ASKED, wanted.kind.word)
        return go(console.visit(), f"/console/jobs/{job_id}")


def add_print_routes(blueprint: Blueprint, console: Console) -> None:
    """Add `/console/pieces/<token>/label` and `/card`. Drawing is a POST: it reveals a secret and is logged."""

    @blueprint.get("/console/pieces/<token>/label")
    @staff
    @stepped_up
    def label_page(token: str) -> Response:
        return render_page("console/print.html", present_label_page(console.visit(), _printable(console, token)))

    @blueprint.post("/console/pieces/<token>/label")
    @staff
    @stepped_up
    def label(token: str) -> Response:
        found, (picture_format, media_type) = _printable(console, token), _format()
        _log(console, StaffAction.LABEL_DRAWN, token, picture_format)
        sheet = make_label(console.records(), found.reference, picture_format)
        return _download(sheet.picture, media_type, label_file_name(sheet))

    @blueprint.get("/console/pieces/<token>/card")
    @staff
    @stepped_up
    def card_page(token: str) -> Response:
        found = _printable(console, token)
        key = console.records().book.claim_key(found.token_id)
        kept = key.address if key is not None and key.code is not None else ""
        drawn = token in console.log.cards_kept()
        return render_page("console/print.html", present_card_page(console.visit(), found, kept, drawn=drawn))

    @blueprint.post("/console/pieces/<token>/card")
    @staff
    @stepped_up
    def card(token: str) -> Response:
        found, (picture_format, media_type) = _printable(console, token), _format()
        try:
            sheet = make_card(console.records(), found.reference, picture_format)
        except CodeErasedError:
            abort(409)
        _log(console, StaffAction.CARD_DRAWN, token, picture_format)
        return _download(sheet.picture, media_type, card_file_name(sheet))

    @blueprint.post("/console/pieces/<token>/card/printed")
    @staff
    @stepped_up
    def card_printed(token: str) -> Response:
        found, records = _printable(console, token), console.records()
        key = records.book.claim_key(found.token_id)
        if key is not None and key.address == request.form.get("key", ""):
            forget_card(records, found.reference, key.address)
            _log(console, StaffAction.CARD_FORGOTTEN, token, "")
        return go(console.visit(), f"/console/pieces/{token}/card")


def _form(
    console: Console, piece: Piece, draft_id: str, values: dict[str, str], faults: tuple[FieldFault, ...] = ()
) -> Response:
    status = _UNPROCESSABLE if faults else 200
    choices = recordables(console.records())
    page = present_step_form(console.visit(), piece, draft_id, values, choices, faults, status=status)
    return render_page("console/step.html", page)


def _keep(console: Console, draft_id: str, piece: Piece, fields: dict[str, str]) -> Draft:
    change = DraftChange(draft_id, person().id, DraftKind.STEP, fields, str(piece.token_id))
    try:
        return console.drafts.keep(change, console.now_s())
    except (ForeignDraftError, TooManyDraftsError):
        abort(409)


def _remembered(console: Console) -> dict[str, str]:
    """Fill in what is the same every day: the moment, and the place and zone that this person wrote last."""
    last = next(iter(console.drafts.of_person(person().id, DraftKind.STEP)), None)
    fields = {name: last.fields.get(name, "") for name in _PLACE_FIELDS} if last else {}
    zone = (last.fields.get("zone") if last else None) or UTC_ZONE
    return fields | {"zone": zone, "at": local_now(console.parts.clock(), zone)}


def _printable(console: Console, token: str) -> Piece:
    """Find a piece whose registration is done, or abort with 404 or 409."""
    piece = console.piece(token)
    if piece.state is not State.CONFIRMED:
        abort(409)
    return piece


def _format() -> tuple[PictureFormat, str]:
    """Read which picture is wanted, or abort with 400."""
    wanted = _FORMATS.get(request.form.get("format", ""))
    if wanted is None:
        abort(400)
    return wanted


def _log(console: Console, action: StaffAction, token: str, detail: str) -> None:
    with console.parts.database.writing() as connection:
        note(connection, action, person().id, console.now_s(), token=token, detail=detail)


def _download(picture: bytes, media_type: str, name: str) -> Response:
    """Send a picture to be saved. Every answer of the site is `no-store` already; nothing may run inside an SVG."""
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "no-store",
    }
    return Response(picture, mimetype=media_type, headers=headers)
