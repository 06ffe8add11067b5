"""A label's own address, the form to look one up, and what they answer."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, Response, jsonify, request

from provenance_schemas.labels import Label, format_label
from verifier.answers import answer_of
from verifier.evidence import Evidence
from verifier.policies import CLI
from verifier.report import verdict_json
from verifier.service import Verification
from web.access import public
from web.negotiation import Form, choose_form, wants_problem
from web.parts import Parts
from web.presenters.catalogue import Refusal
from web.presenters.frame import Visit
from web.presenters.pages import present_scan, problem_of
from web.presenters.piece import proven_passport
from web.presenters.tones import status_of
from web.presenters.verdict import present_verdict
from web.rendering import render_page, render_problem
from web.scan.linkset import linkset
from web.scan.lookup import DecoderGate, LookupRefusedError, label_in_picture, label_in_typing
from web.scan.pictures import PictureShelf
from web.scan.targets import label_text
from web.scan.uploads import uploaded_photo
from web.visits import visit_of

RETRY_AFTER_S: Final = 30
_VARY: Final = "Accept, Accept-Language"


def make_scan_blueprint(parts: Parts, shelf: PictureShelf) -> Blueprint:
    """Serve `/`, `/scan` and `/01/...`."""
    blueprint = Blueprint("scan", __name__)
    gate = DecoderGate(parts.decoders_max)

    @blueprint.get("/")
    @public
    def home() -> Response:
        return render_page("scan.html", present_scan(visit_of(request, parts.trust)))

    @blueprint.post("/scan")
    @public
    def scan() -> Response:
        visit = visit_of(request, parts.trust)
        try:
            label = _looked_up(parts, gate, visit)
        except LookupRefusedError as refused:
            return _refused(refused, visit)
        return _see_other(label, visit)

    # The decoded path only finds this view; the label is read from the raw target.
    @blueprint.get("/01/<path:_decoded>")
    @public
    def label(_decoded: str) -> Response:
        visit = visit_of(request, parts.trust)
        verification = parts.verifier.verify_label(label_text(request.environ, visit.host), CLI)
        passport = proven_passport(verification)
        if passport is not None:
            shelf.put(passport)
        return _answer(verification, visit)

    return blueprint


def _answer(verification: Verification, visit: Visit) -> Response:
    """Answer for a label in the form the client wants; the status is the answer's in each of them."""
    status = status_of(answer_of(verification))
    form = choose_form(request.accept_mimetypes, request.args.get("linkType"))
    if form is Form.PAGE:
        response = render_page("verdict.html", present_verdict(verification, visit))
    elif form is Form.VERDICT:
        response = _json(verdict_json(verification), form, status)
    elif status is HTTPStatus.OK:
        response = _json(_links(verification, visit), form, status)
    else:
        answer = answer_of(verification)
        response = render_problem(status, visit.words.answers[answer].headline, code=answer.value)
    response.headers["Vary"] = _VARY
    response.headers["Link"] = f'<?linkType=linkset>; rel="linkset"; type="{Form.LINKSET}"'
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    if form is not Form.PAGE:
        response.headers["Access-Control-Allow-Origin"] = "*"  # data for any client; there is nothing to steal
    return response


def _json(value: dict[str, Any], form: Form, status: HTTPStatus) -> Response:
    response = jsonify(value)
    response.mimetype, response.status_code = form.value, status
    return response


def _links(verification: Verification, visit: Visit) -> dict[str, Any]:
    passport = proven_passport(verification)
    description = passport.name if passport else visit.brand
    return linkset(_own_url(verification.evidence), description, visit.words.frame.preview_title)


def _own_url(evidence: Evidence) -> str:
    """Write the label's address in its plain spelling, without the query it was asked with."""
    assert isinstance(evidence.label, Label), "an answer with status 200 has a label"
    return format_label(evidence.label.host, evidence.label.gtin, evidence.label.serial, upper=False)


def _looked_up(parts: Parts, gate: DecoderGate, visit: Visit) -> Label:
    photo = uploaded_photo(request)
    if photo is None:
        typed = request.form
        return label_in_typing(typed.get("serial", ""), typed.get("gtin", ""), visit.host, parts.trust)
    with gate.place():
        return label_in_picture(photo, parts.read_picture, parts.trust)


def _refused(refused: LookupRefusedError, visit: Visit) -> Response:
    """Show the form again with the reason; a foreign host is printed and never linked."""
    busy = refused.refusal is Refusal.BUSY
    status = HTTPStatus.SERVICE_UNAVAILABLE if busy else HTTPStatus.UNPROCESSABLE_ENTITY
    problem = problem_of(refused.refusal, visit, detail=refused.detail, host=refused.host)
    if wants_problem(request.accept_mimetypes):
        response = render_problem(status, problem.text, code=refused.refusal.value)
    else:
        gtin = request.form.get("gtin", "")[:14]
        response = render_page("scan.html", present_scan(visit, problem, status=status, gtin=gtin))
    if busy:
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return response


def _see_other(label: Label, visit: Visit) -> Response:
    """Lead to the label's own page: on this host by its path, on another host of ours by its address."""
    here = label.host == visit.host
    path = f"/01/{label.gtin}/21/{label.serial}"
    location = path if here else format_label(label.host, label.gtin, label.serial, upper=False)
    return Response(status=HTTPStatus.SEE_OTHER, headers={"Location": visit.link(location)})
