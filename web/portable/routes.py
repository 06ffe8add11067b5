"""`/bundles/...` and `/openings`: what somebody takes along to check a piece without us."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, abort, request

from provenance_schemas.errors import IdError
from provenance_schemas.ids import ItemId
from provenance_schemas.labels import Label, format_label
from verifier.answers import answer_of
from verifier.bundle_form import BUNDLE_MEDIA_TYPE, bundle_name
from verifier.errors import BundleError, NoSuchPieceError
from verifier.label_opening import LabelOpening, write_opening
from verifier.policies import CLI
from verifier.verdict import Code, Outcome
from web.access import public
from web.csrf import csrf_exempt
from web.limits import LimitName, limited
from web.negotiation import wants_problem
from web.parts import Parts
from web.presenters.frame import Visit, make_frame
from web.presenters.pages import ErrorPage
from web.rendering import render_page, render_problem
from web.scan.lookup import LookupRefusedError, label_in_typing
from web.structured_log import note_error
from web.visits import host_of, visit_of

OPENING_NAME: Final = "label-opening.json"


def make_portable_blueprint(parts: Parts) -> Blueprint:
    """Serve bundles by token, to everyone; and label openings, to whoever has the label."""
    blueprint = Blueprint("portable", __name__)

    @blueprint.get("/bundles/<chain>/<contract>/<token>.assay.zip")
    @public
    @limited(LimitName.BUNDLE)
    def bundle(chain: str, contract: str, token: str) -> Response:
        item = _item(parts, f"eip155:{chain}/erc721:{contract}/{token}")
        if parts.bundles is None:
            abort(HTTPStatus.NOT_FOUND)
        try:
            return _bundle(parts.bundles.bundle(item), item)
        except NoSuchPieceError:
            abort(HTTPStatus.NOT_FOUND)
        except BundleError as error:
            note_error(error)
            abort(HTTPStatus.SERVICE_UNAVAILABLE)

    @blueprint.post("/openings")
    @public
    @csrf_exempt  # nothing is kept, and who sends a label gets only what the label says
    @limited(LimitName.LOOKUP)
    def opening() -> Response:
        visit = visit_of(request, parts.trust)
        typed = request.form
        try:
            label = label_in_typing(typed.get("serial", ""), typed.get("gtin", ""), visit.host, parts.trust)
        except LookupRefusedError as refused:
            return _refused(visit, visit.words.refusals[refused.refusal].format(host=refused.host), refused.refusal)
        return _opening(parts, visit, label, typed.get("token", ""))

    return blueprint


def _item(parts: Parts, name: str) -> ItemId:
    """Read a piece's name, in its one spelling, of a brand of this host. Aborts with 404."""
    try:
        item = ItemId.parse(name)
    except IdError:
        abort(HTTPStatus.NOT_FOUND)
    brand = parts.trust.brand_by_contract(item.chain_id, item.contract)
    if brand is None or host_of(request) not in brand.hosts or str(item) != name:
        abort(HTTPStatus.NOT_FOUND)
    return item


def _bundle(data: bytes, item: ItemId) -> Response:
    response = Response(data, mimetype=BUNDLE_MEDIA_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{bundle_name(item)}"'
    # Asked again each time: the next final block has another one.
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.add_etag()
    response.make_conditional(request)
    return response


def _opening(parts: Parts, visit: Visit, label: Label, token: str) -> Response:
    """Give the opening of a label that opens a piece's commitment: of `token`, where one is named."""
    text = format_label(label.host, label.gtin, label.serial)
    verification = parts.verifier.verify_label(text, CLI)
    item = verification.evidence.item
    opens = verification.verdict.outcome(Code.ITEM_COMMITTED) is Outcome.PASSED
    if not isinstance(item, ItemId) or not opens or (token and token != str(item)):
        answer = answer_of(verification)
        headline = visit.words.answers[answer].headline
        return _refused(visit, headline, answer.value)
    content = write_opening(LabelOpening(item, label.gtin, label.serial))
    response = Response(content, mimetype="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="{OPENING_NAME}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _refused(visit: Visit, lead: str, code: str) -> Response:
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    if wants_problem(request.accept_mimetypes):
        return render_problem(status, lead, code=code)
    said = visit.words.errors[HTTPStatus.BAD_REQUEST]
    page = ErrorPage(make_frame(visit, said.headline, other_path="/"), status, said.headline, lead)
    return render_page("error.html", page)
