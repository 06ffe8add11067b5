"""A label's own address: the same answer as a page, as data, as links; and the report of a scan."""

from __future__ import annotations

import functools
from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, Flask, Response, jsonify, render_template, request
from flask.sansio.blueprints import BlueprintSetupState

from provenance_schemas.labels import Label, format_label
from verifier.answers import answer_of
from verifier.evidence import Evidence
from verifier.report import verdict_json
from verifier.service import Verification
from web.access import public
from web.compression import accepts_gzip
from web.csrf import csrf_exempt
from web.limits import LimitName, Limits, limited
from web.negotiation import Form, choose_form
from web.parts import Parts
from web.presenters.frame import Visit
from web.presenters.piece import proven_passport
from web.presenters.tones import status_of
from web.presenters.verdict import present_verdict
from web.rendering import render_page, render_problem
from web.scan.errors import TokenRefusedError
from web.scan.linkset import linkset
from web.scan.page_memory import PageMemory, PrintedPage, offer
from web.scan.pictures import PictureShelf
from web.scan.recent import RecentAnswer, RecentAnswers
from web.scan.report_door import ReportDoor
from web.scan.scan_tokens import is_tapped_token, pack
from web.scan.scans import Scans, answered
from web.scan.shared_page import MARK, SharedPage
from web.scan.taps import TapLook, Taps, is_tapped, printed_link, with_possession
from web.scan.targets import label_text
from web.scan.visitors import visitor_of
from web.sessions import current_person, has_cookie
from web.tags.desk import TagDesk
from web.tags.floors import TagFloors
from web.visits import host_of, visit_of

RETRY_AFTER_S: Final = 30
_VARY: Final = "Accept, Accept-Language"
_LINK: Final = f'<?linkType=linkset>; rel="linkset"; type="{Form.LINKSET}"'
_PROBLEM_OF_TAP: Final = "the scan is kept; its tag's message was used before, tap again"
_PROBLEM_OF_TOKEN: Final = "this scan cannot be reported; scan the label again"  # noqa: S105 - words, no secret


class LabelPages:
    """Answers for labels. Most visitors of a label get the same page: it is printed once in five seconds."""

    def __init__(self, parts: Parts, scans: Scans, shelf: PictureShelf) -> None:
        self._parts = parts
        self.scans = scans
        self._shelf = shelf
        self._taps = Taps(TagDesk(parts.open_records, parts.tag_keys), TagFloors(parts.database))
        self.country_header = parts.country_header
        self.recent = RecentAnswers(self._verified)

    def label(self) -> Response:
        """Answer for the label that was asked for, in the form the client wants. Writes nothing."""
        visit = visit_of(request, self._parts.trust)
        text = label_text(request.environ, visit.host)
        look = None
        if is_tapped(text):
            self._parts.limits.check_network(LimitName.TAG)
            recent = self.recent.answer(printed_link(text))
            look = self._taps.look(text, recent.verification)
        else:
            recent = self.recent.answer(text)
        verification = with_possession(recent.verification, look.shown) if look else recent.verification
        status = status_of(answer_of(verification))
        form = choose_form(request.accept_mimetypes, request.args.get("linkType"))
        if form is not Form.PAGE:
            response = _data(verification, visit, form, status)
        else:
            response = self._tapped_page(verification, look, visit) if look else self._page(recent, visit)
        response.headers["Vary"] = _VARY
        response.headers["Link"] = _LINK
        if status is HTTPStatus.SERVICE_UNAVAILABLE:
            response.headers["Retry-After"] = str(RETRY_AFTER_S)
        return response

    def report(self) -> Response:
        """Keep the scan of a token; the same token again is the same scan. A tap that came with it may be late."""
        visitor, token = visitor_of(request, self.country_header), request.form.get("scan", "")
        host = host_of(request) or ""
        try:
            if visitor.visit is None and not is_tapped_token(token):
                self.scans.report_soon(token, host, visitor)
            elif self.scans.report(token, host, visitor).tap_late:
                return render_problem(HTTPStatus.CONFLICT, _PROBLEM_OF_TAP, code="tap_used")
        except TokenRefusedError as refused:
            return render_problem(HTTPStatus.BAD_REQUEST, _PROBLEM_OF_TOKEN, code=refused.refusal.value)
        return Response(status=HTTPStatus.NO_CONTENT)

    def _verified(self, text: str) -> Verification:
        verification = answered(self._parts.verifier, text)
        passport = proven_passport(verification)
        if passport is not None:
            self._shelf.put(passport)
        return verification

    def _tapped_page(self, verification: Verification, look: TapLook, visit: Visit) -> Response:
        """Print a page for this visitor alone: what their tag said is nobody else's, and is kept nowhere."""
        person = current_person() if visit.signed_in else None
        token = self.scans.token(pack(verification), visit.host, look.tap)
        context = self.scans.context(verification, token, person.id if person is not None else None, look)
        return render_page("verdict.html", present_verdict(verification, visit, context))

    def _page(self, recent: RecentAnswer, visit: Visit) -> Response:
        """Print the page for a visitor with a session; give the shared one to everybody else.

        Whoever has a session, signed in or not, gets a page with its token in it: that one is nobody else's.
        """
        verification = recent.verification
        new_token = functools.partial(self.scans.token, recent.answered, visit.host)
        if visit.signed_in or has_cookie(request.environ):
            person = current_person() if visit.signed_in else None
            context = self.scans.context(verification, new_token(), person.id if person is not None else None)
            return render_page("verdict.html", present_verdict(verification, visit, context))
        shared = recent.pages.get(visit)
        if shared is None:
            context = self.scans.context(verification, MARK if recent.answered else "", None)
            page = present_verdict(verification, visit, context)
            shared = SharedPage(render_template("verdict.html", page=page), page.status)
            recent.put(visit, shared)
        return _printed(PrintedPage(recent, shared, new_token, accepts_gzip()), visit)


def add_label_pages(blueprint: Blueprint, pages: LabelPages, limits: Limits) -> None:
    """Serve `/01/...` and `/scans`; the application that takes the blueprint gets a memory of its pages."""

    def remember(state: BlueprintSetupState) -> None:
        app = state.app
        assert isinstance(app, Flask), "this is a site over WSGI"
        memory = PageMemory(app.wsgi_app, pages.recent, limits)
        app.wsgi_app = ReportDoor(memory, pages.scans, limits, pages.country_header)  # type: ignore[method-assign]
        app.extensions["assay.scans"] = pages.scans

    blueprint.record_once(remember)

    # The decoded path only finds this view; the label is read from the raw target.
    @blueprint.get("/01/<path:_decoded>")
    @public
    def label(_decoded: str) -> Response:
        return pages.label()

    @blueprint.post("/scans")
    @public
    @csrf_exempt  # the token is the proof, and is good for one scan
    @limited(LimitName.SCAN_REPORT)
    def report() -> Response:
        return pages.report()


def _printed(page: PrintedPage, visit: Visit) -> Response:
    response = Response(page.body(), page.shared.status, mimetype="text/html")
    response.headers["Content-Language"] = visit.language.value
    if page.gzipped:
        response.headers["Content-Encoding"] = "gzip"
    offer(request.environ, page)
    return response


def _data(verification: Verification, visit: Visit, form: Form, status: HTTPStatus) -> Response:
    """Answer a program. Any origin may read it; there is nothing to steal."""
    if form is Form.VERDICT:
        response = _json(verdict_json(verification), form, status)
    elif status is HTTPStatus.OK:
        response = _json(_links(verification, visit), form, status)
    else:
        answer = answer_of(verification)
        response = render_problem(status, visit.words.answers[answer].headline, code=answer.value)
    response.headers["Access-Control-Allow-Origin"] = "*"
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
