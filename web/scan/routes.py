"""The form to look a label up, by photo or typing, beside the label's own address."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, jsonify, request

from provenance_schemas.labels import Label, format_label
from web.access import public
from web.headers import Feature, allow
from web.negotiation import wants_problem
from web.parts import Parts
from web.presenters.catalogue import Refusal
from web.presenters.frame import Visit
from web.presenters.pages import CameraSetup, present_scan, problem_of
from web.rendering import render_page, render_problem
from web.scan.camera import camera_setup
from web.scan.label_pages import LabelPages, add_label_pages
from web.scan.lookup import (
    FRAME_BUDGET_S,
    TYPED_MAX,
    DecoderGate,
    LookupRefusedError,
    label_in_picture,
    label_in_typing,
)
from web.scan.many_routes import add_many_pages
from web.scan.pictures import PictureShelf
from web.scan.scans import Scans
from web.scan.uploads import uploaded_photo
from web.visits import visit_of

RETRY_AFTER_S: Final = 30
FRAME_FIELD: Final = "frame"
"""Says that a photo is a frame of a live camera: there is another one in a moment, so it has less time."""


def make_scan_blueprint(parts: Parts, shelf: PictureShelf, gate: DecoderGate) -> Blueprint:
    """Serve `/`, `/scan`, `/scan/many`, `/01/...` and `/scans`. `gate` is shared by all that read photos."""
    blueprint = Blueprint("scan", __name__)
    camera = camera_setup(parts.hosts)

    @blueprint.get("/")
    @public
    def home() -> Response:
        allow(Feature.CAMERA)
        return render_page("scan.html", present_scan(visit_of(request, parts.trust), camera))

    @blueprint.post("/scan")
    @public
    def scan() -> Response:
        visit = visit_of(request, parts.trust)
        try:
            label = _looked_up(parts, gate, visit)
        except LookupRefusedError as refused:
            return _refused(refused, visit, camera)
        return _see_other(label, visit)

    add_many_pages(blueprint, parts, camera)
    add_label_pages(blueprint, LabelPages(parts, Scans.of(parts), shelf), parts.limits)
    return blueprint


def _looked_up(parts: Parts, gate: DecoderGate, visit: Visit) -> Label:
    photo = uploaded_photo(request)
    if photo is None:
        typed = request.form
        return label_in_typing(typed.get("serial", ""), typed.get("gtin", ""), visit.host, parts.trust)
    with gate.place():
        budget_s = FRAME_BUDGET_S if request.form.get(FRAME_FIELD) else None
        return label_in_picture(photo, parts.read_picture, parts.trust, budget_s)


def _refused(refused: LookupRefusedError, visit: Visit, camera: CameraSetup) -> Response:
    """Show the form again with the reason and what was typed; a foreign host is printed and never linked.

    A serial goes back only to whoever sent it, in a page that no cache keeps, as on the page of its verdict.
    """
    busy = refused.refusal is Refusal.BUSY
    status = HTTPStatus.SERVICE_UNAVAILABLE if busy else HTTPStatus.UNPROCESSABLE_ENTITY
    problem = problem_of(refused.refusal, visit, detail=refused.detail, host=refused.host)
    if wants_problem(request.accept_mimetypes):
        response = render_problem(status, problem.text, code=refused.refusal.value)
    else:
        gtin, serial = request.form.get("gtin", "")[:20], request.form.get("serial", "")[:TYPED_MAX]
        allow(Feature.CAMERA)
        page = present_scan(visit, camera, problem, status=status, gtin=gtin, serial=serial)
        response = render_page("scan.html", page)
    if busy:
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return response


def _see_other(label: Label, visit: Visit) -> Response:
    """Lead to the label's own page: on this host by its path, on another host of ours by its address.

    A script that sent a frame is told the address: it could not see where a redirect to another host leads.
    """
    here = label.host == visit.host
    path = f"/01/{label.gtin}/21/{label.serial}"
    location = path if here else format_label(label.host, label.gtin, label.serial, upper=False)
    if request.form.get(FRAME_FIELD) and wants_problem(request.accept_mimetypes):
        return jsonify(location=visit.link(location))
    return Response(status=HTTPStatus.SEE_OTHER, headers={"Location": visit.link(location)})
