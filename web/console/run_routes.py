"""Print runs at the console: made, downloaded, checked by photo, and ended."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from typing import Final

from flask import Blueprint, Response, abort, request

from mint.errors import (
    CodeErasedError,
    HouseInUseError,
    InputError,
    RunChangedError,
    RunStateError,
    UnknownPieceError,
    UnknownRunError,
)
from mint.labels.choices import Spelling
from mint.labels.claim_card import CardShape
from mint.labels.errors import LabelFitError, LabelPrintError, LabelReadbackError, LabelSizeError
from mint.labels.stock import STOCKS
from mint.labels.substrates import Substrate
from mint.print_run_book import PrintRun, PrintRunBook, RunWish
from mint.print_run_check import PICTURES_MAX, RunCheck, check_run
from mint.print_runs import RunFile, destroy_codes, draw_run, make_run, run_printed
from verifier.errors import ImageError
from web.access import staff, stepped_up
from web.console.context import Console, person
from web.console.register_routes import go
from web.console.run_page import RUN_PIECES_MAX, present_run, present_run_form, present_runs, refusal, runs_path
from web.console.run_words import RunRefused
from web.console.words import WORDS
from web.rendering import render_page
from web.store.people import find_person
from web.store.staff_log import StaffAction, note

CHECK_ENDPOINT: Final = "console.check_run_photos"
_RUNS_SHOWN: Final = 50
_FIELDS: Final = ("pieces", "stock", "start", "substrate", "spelling", "cards")
_FIELD_MAX: Final = 8_000
_WHO: Final = re.compile(r"person:(.+)")
_NAME_SHOWN: Final = 60
_MEDIA_TYPES: Final = {"pdf": "application/pdf", "zip": "application/zip"}


def add_run_routes(blueprint: Blueprint, console: Console) -> None:
    """Add `/console/runs`."""

    @blueprint.get("/console/runs")
    @staff
    def runs() -> Response:
        found = PrintRunBook(console.records().book.database).runs(limit=_RUNS_SHOWN)
        return render_page("console/runs.html", present_runs(console.visit(), found))

    @blueprint.get("/console/runs/new")
    @staff
    def new_run() -> Response:
        return render_page("console/run_form.html", present_run_form(console.visit(), {}))

    @blueprint.post("/console/runs")
    @staff
    @stepped_up
    def make_new_run() -> Response:
        visit = console.visit()
        values = {name: request.form.get(name, "")[:_FIELD_MAX] for name in _FIELDS}
        try:
            run = make_run(console.records(), _names(values), _wish(values), _who())
        except (InputError, CodeErasedError, HouseInUseError, LabelPrintError) as error:
            return render_page("console/run_form.html", present_run_form(visit, values, refusal(visit, *_why(error))))
        _log(console, StaffAction.RUN_MADE, run.id)
        return go(visit, runs_path(run.id))

    @blueprint.get("/console/runs/<int:number>")
    @staff
    def run(number: int) -> Response:
        return _page(console, _found(console, number))


def add_run_steps(blueprint: Blueprint, console: Console) -> None:
    """Add what is done with a run. What reveals or destroys a secret asks for a fresh passkey."""

    @blueprint.post("/console/runs/<int:number>/files")
    @staff
    @stepped_up
    def run_files(number: int) -> Response:
        found, part = _found(console, number), request.form.get("part", "")
        if part not in {"labels", "cards"}:
            abort(400)
        _log(console, StaffAction.RUN_DRAWN, number)
        try:
            drawn = draw_run(console.records(), number)
        except (RunStateError, RunChangedError, CodeErasedError, LabelPrintError) as error:
            return _page(console, found, fault=refusal(console.visit(), *_why(error)))
        files = [file for file in drawn if ("card" in file.name) == (part == "cards")]
        if not files:
            abort(404)
        return _download(number, files, part)

    @blueprint.post("/console/runs/<int:number>/printed")
    @staff
    def printed(number: int) -> Response:
        found = _found(console, number)
        try:
            run_printed(console.records(), number, _who())
        except RunStateError as error:
            return _page(console, found, fault=refusal(console.visit(), *_why(error)))
        _log(console, StaffAction.RUN_PRINTED, number)
        return go(console.visit(), runs_path(number))


def add_run_ends(blueprint: Blueprint, console: Console) -> None:
    """Add the looking at photos, and what ends a run."""

    @blueprint.post("/console/runs/<int:number>/check")
    @staff
    def check_run_photos(number: int) -> Response:
        found, visit = _found(console, number), console.visit()
        sent = [file for file in request.files.getlist("pictures") if file.filename]
        if not 0 < len(sent) <= PICTURES_MAX:
            return _page(console, found, fault=refusal(visit, RunRefused.TOO_MANY_PICTURES, PICTURES_MAX))
        pictures = {file.read(): "".join(filter(str.isprintable, file.filename or ""))[:_NAME_SHOWN] for file in sent}
        looked_at: list[str] = []

        def read(picture: bytes) -> Sequence[str]:
            looked_at.append(pictures.get(picture, ""))
            return console.parts.read_picture(picture).texts

        try:
            check = check_run(console.records(), number, list(pictures), _who(), read=read)
        except ImageError:
            return _page(console, found, fault=refusal(visit, RunRefused.NOT_A_PICTURE, looked_at[-1]))
        except RunStateError as error:
            return _page(console, found, fault=refusal(visit, *_why(error)))
        _log(console, StaffAction.RUN_CHECKED, number)
        return _page(console, check.run, check)

    @blueprint.post("/console/runs/<int:number>/destroy")
    @staff
    @stepped_up
    def destroy(number: int) -> Response:
        return _ended(console, number, StaffAction.RUN_DESTROYED)

    @blueprint.post("/console/runs/<int:number>/give-up")
    @staff
    @stepped_up
    def give_up(number: int) -> Response:
        return _ended(console, number, StaffAction.RUN_GIVEN_UP)


def _ended(console: Console, number: int, action: StaffAction) -> Response:
    found = _found(console, number)
    try:
        destroy_codes(console.records(), number, _who(), give_up=action is StaffAction.RUN_GIVEN_UP)
    except RunStateError as error:
        return _page(console, found, fault=refusal(console.visit(), *_why(error)))
    _log(console, action, number)
    return go(console.visit(), runs_path(number))


def _found(console: Console, number: int) -> PrintRun:
    try:
        return PrintRunBook(console.records().book.database).run(number)
    except UnknownRunError:
        abort(404)


def _page(console: Console, run: PrintRun, check: RunCheck | None = None, fault: str = "") -> Response:
    records, visit = console.records(), console.visit()
    references = {item.token_id: records.piece(str(item.token_id)).reference for item in run.missing}
    return render_page("console/run.html", present_run(visit, run, _people(console, run), references, check, fault))


def _people(console: Console, run: PrintRun) -> dict[str, str]:
    """Give the names of those who took a run's steps; somebody at the command line is named as the system does."""
    gone = WORDS[console.visit().language].log.gone
    names = {}
    with console.parts.database.reading() as connection:
        for event in run.events:
            if ours := _WHO.fullmatch(event.who):
                found = find_person(connection, ours[1])
                names[event.who] = found.name if found else gone
    return names


def _names(values: dict[str, str]) -> list[str]:
    names = values["pieces"].split()
    if not 0 < len(names) <= RUN_PIECES_MAX or len(set(names)) != len(names):
        raise _PiecesError("a run at the console names each piece once")
    return names


def _wish(values: dict[str, str]) -> RunWish:
    """Read the choices of the form, or abort with 400 for one it does not offer."""
    if values["stock"] not in {*STOCKS, "none"}:
        abort(400)
    if values["stock"] == "none" and not values["cards"]:
        raise _NothingError("neither labels nor cards")
    if not values["start"].isdecimal():
        raise _StartError("a place is a number")
    stock = "" if values["stock"] == "none" else values["stock"]
    start = int(values["start"])
    if stock and not 1 <= start <= STOCKS[stock].places:
        raise _StartError("no such place")
    try:
        return RunWish(
            "pdf",
            Substrate(values["substrate"]),
            Spelling(values["spelling"]),
            None,
            stock,
            start,
            CardShape(values["cards"]) if values["cards"] else None,
        )
    except ValueError:
        abort(400)


class _PiecesError(InputError):
    """Too many, none, or one twice."""


class _NothingError(InputError):
    """Nothing to print was chosen."""


class _StartError(InputError):
    """The sheet has no such place."""


def _why(error: Exception) -> tuple[RunRefused, object]:
    """Say in a code, and a word that is no secret, why something was not done."""
    match error:
        case _PiecesError():
            return RunRefused.PIECES, RUN_PIECES_MAX
        case _NothingError():
            return RunRefused.NOTHING, ""
        case _StartError():
            return RunRefused.START, ""
        case UnknownPieceError():
            return RunRefused.UNKNOWN_PIECE, error.name[:_NAME_SHOWN]
        case CodeErasedError():
            return RunRefused.CODE_GONE, error.reference
        case RunChangedError():
            return RunRefused.CHANGED, error.reference
        case RunStateError():
            return RunRefused.STATE, ""
        case HouseInUseError():
            return RunRefused.BUSY, ""
        case LabelFitError() | LabelSizeError():
            return RunRefused.NO_FIT, ""
        case LabelReadbackError():
            return RunRefused.UNREADABLE, error.simulation
        case LabelPrintError():
            return RunRefused.UNREADABLE, type(error).__name__
        case _:
            return RunRefused.NOT_REGISTERED, ""


def _who() -> str:
    """Name who is signed in as the house's book keeps it: no name, so that a closed account takes it along."""
    return f"person:{person().id}"


def _log(console: Console, action: StaffAction, number: int) -> None:
    with console.parts.database.writing() as connection:
        note(connection, action, person().id, console.now_s(), detail=str(number))


def _download(number: int, files: Sequence[RunFile], part: str) -> Response:
    """Send a file to be saved, never kept by a browser's cache; several in one archive."""
    content, kind = files[0].content, files[0].name.rpartition(".")[2]
    if len(files) > 1 or kind != "pdf":
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as together:
            for file in files:
                together.writestr(file.name, file.content)
        content, kind = archive.getvalue(), "zip"
    headers = {
        "Content-Disposition": f'attachment; filename="run-{number}-{part}.{kind}"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "no-store",
    }
    return Response(content, mimetype=_MEDIA_TYPES[kind], headers=headers)
