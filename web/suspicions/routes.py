"""`/report`: anybody tells the house of a suspicious piece. `/console/reports`: the house reads."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, abort, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import ServiceUnavailable

from verifier.errors import ImageError
from verifier.safe_photos import MEDIA_TYPE
from web.access import public, staff
from web.limits import LimitName, limited
from web.parts import Parts
from web.presenters.catalogue import Refusal
from web.presenters.frame import Visit
from web.rendering import render_page
from web.scan.lookup import DecoderGate, LookupRefusedError, label_in_picture
from web.scan.uploads import uploaded_photo
from web.sessions import current_person
from web.store.suspicions import (
    PHOTO_MAX_BYTES,
    NewSuspicion,
    Suspected,
    Suspicion,
    Suspicions,
    TooManySuspicionsError,
)
from web.suspicions.pages import (
    CONSOLE_PATH,
    PATH,
    WITHDRAW_PATH,
    Sent,
    present_case,
    present_form,
    present_reports,
    present_thanks,
    present_withdrawal,
)
from web.suspicions.words import Fault
from web.visits import visit_of

PLACE_MAX: Final = 200
WORDS_MAX: Final = 2_000
CONTACT_MAX: Final = 200
_ID: Final = re.compile(r"[0-9a-f]{32}")
_EMAIL: Final = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>.]+")
_PHOTO_HEADERS: Final = {"Content-Security-Policy": "default-src 'none'; sandbox", "Cache-Control": "private, no-store"}


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a photo gave: the label in it, and the photo made anew where it may be kept."""

    label: bytes | None = None
    photo: bytes | None = None


class _PhotoFaultError(Exception):
    """The photo cannot be used. Nothing was kept of the report; `detail` says why, in English."""

    def __init__(self, fault: Fault, detail: str = "") -> None:
        super().__init__(detail)
        self.fault = fault
        self.detail = detail


class SuspicionViews:
    """What the routes do."""

    def __init__(self, parts: Parts, gate: DecoderGate) -> None:
        self._parts = parts
        self._gate = gate
        self.kept = Suspicions(parts.database)

    def show(self) -> Response:
        """Show the form, empty."""
        return render_page(
            "suspicions/report.html",
            present_form(self.visit(), secrets.token_hex(16), self._parts.report_days, Sent(), {}),
        )

    def take(self) -> Response:
        """Keep a report, whole or not at all.

        1. What was typed; a fault names its field, and everything typed is shown again.
        2. The photo: read for a label, then forgotten unless the person agreed that it is kept.
        3. The report, once, and its code.
        """
        visit, form, days = self.visit(), request.form, self._parts.report_days
        once = form.get("once", "")
        if not _ID.fullmatch(once):
            abort(HTTPStatus.BAD_REQUEST)
        sent = _sent(form)
        content = uploaded_photo(request)
        faults = _faults(sent, has_photo=content is not None)  # 1.
        shown, detail = _Shown(), ""
        if content is not None and not faults:
            try:
                shown = self._read(content, keep=sent.consent)  # 2.
            except _PhotoFaultError as error:
                faults["photo"], detail = error.fault, error.detail
        if faults:
            page = present_form(visit, once, days, sent, faults, detail=detail, status=HTTPStatus.UNPROCESSABLE_ENTITY)
            return render_page("suspicions/report.html", page)
        new = NewSuspicion(
            id=once,
            wrong=Suspected(sent.wrong),
            place=sent.place,
            words=sent.words,
            contact=sent.contact,
            label=shown.label,
            photo=shown.photo,
        )
        try:
            code = self.kept.add(new, self.now_s(), days)  # 3.
        except TooManySuspicionsError as error:
            raise ServiceUnavailable from error
        thanks = present_thanks(visit, code, days, has_photo=shown.photo is not None, has_label=shown.label is not None)
        return render_page("suspicions/thanks.html", thanks)

    def withdraw(self) -> Response:
        """Delete the report whose code was typed."""
        done = self.kept.withdraw(request.form.get("code", ""))
        page = present_withdrawal(self.visit(), done=done, unknown=not done)
        return render_page("suspicions/withdraw.html", page)

    def case(self, suspicion_id: str) -> Suspicion:
        """Find a report for the house, or abort with 404."""
        found = self.kept.find(suspicion_id, self.now_s()) if _ID.fullmatch(suspicion_id) else None
        if found is None:
            abort(HTTPStatus.NOT_FOUND)
        return found

    def visit(self) -> Visit:
        """Say where the visitor came to."""
        return visit_of(request, self._parts.trust)

    def now_s(self) -> int:
        """Give the moment, in unix seconds."""
        return int(self._parts.clock())

    def _read(self, content: bytes, *, keep: bool) -> _Shown:
        """Read a photo in a place of its own; without one, the site says when to come back."""
        try:
            with self._gate.place():
                return self._shown(content, keep=keep)
        except LookupRefusedError as busy:
            raise ServiceUnavailable from busy

    def _shown(self, content: bytes, *, keep: bool) -> _Shown:
        """Read the label in a photo, if there is one of ours; make the photo anew where it may be kept."""
        label: bytes | None = None
        try:
            label = label_in_picture(content, self._parts.read_picture, self._parts.trust).commitment
        except LookupRefusedError as refused:
            if refused.refusal is Refusal.NOT_A_PICTURE:
                raise _PhotoFaultError(Fault.PHOTO, refused.detail) from refused
        if not keep:
            return _Shown(label)
        try:
            photo = self._parts.make_photo(content).content
        except ImageError as error:
            raise _PhotoFaultError(Fault.PHOTO, str(error)) from error
        if len(photo) > PHOTO_MAX_BYTES:
            raise _PhotoFaultError(Fault.PHOTO_DENSE)
        return _Shown(label, photo)


def make_suspicions_blueprint(parts: Parts, gate: DecoderGate) -> Blueprint:
    """Serve `/report` for everybody and `/console/reports` for staff."""
    blueprint = Blueprint("suspicions", __name__)
    views = SuspicionViews(parts, gate)

    @blueprint.get(PATH)
    @public
    def report() -> Response:
        return views.show()

    @blueprint.post(PATH)
    @public
    @limited(LimitName.SUSPICION)
    def send_report() -> Response:
        return views.take()

    @blueprint.get(WITHDRAW_PATH)
    @public
    def withdrawal() -> Response:
        return render_page("suspicions/withdraw.html", present_withdrawal(views.visit()))

    @blueprint.post(WITHDRAW_PATH)
    @public
    @limited(LimitName.SUSPICION)
    def withdraw() -> Response:
        return views.withdraw()

    _add_console(blueprint, views)
    return blueprint


def _add_console(blueprint: Blueprint, views: SuspicionViews) -> None:
    @blueprint.get(CONSOLE_PATH)
    @staff
    def reports() -> Response:
        page = present_reports(views.visit(), views.kept.newest(views.now_s()))
        return render_page("suspicions/console_list.html", page)

    @blueprint.get(f"{CONSOLE_PATH}/<suspicion_id>")
    @staff
    def case(suspicion_id: str) -> Response:
        return render_page("suspicions/console_case.html", present_case(views.visit(), views.case(suspicion_id)))

    @blueprint.get(f"{CONSOLE_PATH}/<suspicion_id>/photo")
    @staff
    def photo(suspicion_id: str) -> Response:
        content = views.kept.photo(views.case(suspicion_id).id, views.now_s())
        if content is None:
            abort(HTTPStatus.NOT_FOUND)
        return Response(content, mimetype=MEDIA_TYPE, headers=_PHOTO_HEADERS)

    @blueprint.post(f"{CONSOLE_PATH}/<suspicion_id>/handled")
    @staff
    def handled(suspicion_id: str) -> Response:
        found, person = views.case(suspicion_id), current_person()
        assert person is not None, "staff are signed in"
        views.kept.handle(found.id, person.id, views.now_s())
        location = views.visit().link(f"{CONSOLE_PATH}/{found.id}")
        return Response(status=HTTPStatus.SEE_OTHER, headers={"Location": location})


def _sent(form: MultiDict[str, str]) -> Sent:
    """Take what was typed, without invisible characters; line ends stay in the words."""
    return Sent(
        form.get("wrong", ""),
        _visible(form.get("place", "")),
        _visible(form.get("words", "").replace("\r\n", "\n"), "\n"),
        _visible(form.get("contact", "")),
        "consent" in form,
    )


def _visible(text: str, also: str = "") -> str:
    return "".join(character for character in text if character.isprintable() or character in also).strip()


def _faults(sent: Sent, *, has_photo: bool) -> dict[str, Fault]:
    faults: dict[str, Fault] = {}
    if sent.wrong not in set(Suspected):
        faults["wrong"] = Fault.WRONG_MISSING
    for name, text, most in (
        ("place", sent.place, PLACE_MAX),
        ("words", sent.words, WORDS_MAX),
        ("contact", sent.contact, CONTACT_MAX),
    ):
        if len(text) > most:
            faults[name] = Fault.TOO_LONG
    if sent.contact and "contact" not in faults and not _EMAIL.fullmatch(sent.contact):
        faults["contact"] = Fault.CONTACT
    if not (sent.place or sent.words or has_photo):
        faults["words"] = Fault.NOTHING_SAID
    return faults
