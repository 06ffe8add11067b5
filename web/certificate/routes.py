"""`/certificates/...pdf` and `/proof/...`: public, by token, never by label."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response, abort, request

from provenance_schemas.errors import IdError
from provenance_schemas.ids import ItemId
from provenance_schemas.labels import origin_of
from verifier.answers import Answer, answer_of
from verifier.errors import BundleError, UnavailableError
from verifier.policies import TOKEN
from verifier.trust import Brand
from web.access import public
from web.certificate.content import CERTIFIED
from web.certificate.issuing import Certificates, NotCertifiedError
from web.certificate.pages import present_proof_page, present_refusal
from web.limits import LimitName, limited
from web.parts import Parts
from web.presenters.language import Language
from web.presenters.tones import status_of
from web.rendering import render_page
from web.structured_log import note_error
from web.visits import host_of, visit_of

_STATUSES = {Answer.NOT_ISSUED: HTTPStatus.NOT_FOUND, Answer.CANNOT_VERIFY: HTTPStatus.SERVICE_UNAVAILABLE}


def make_certificate_blueprint(parts: Parts) -> Blueprint:
    """Serve certificates and proof pages of the pieces of this host's brand."""
    blueprint = Blueprint("certificate", __name__)
    certificates = Certificates(parts.verifier, parts.trust, parts.store, parts.bundles) if parts.bundles else None

    @blueprint.get("/certificates/<int:chain>/<contract>/<int:token>.pdf")
    @public
    @limited(LimitName.CERTIFICATE)
    def certificate(chain: int, contract: str, token: int) -> Response:
        item, brand = _item(parts, f"eip155:{chain}/erc721:{contract}/{token}")
        if certificates is None:
            return _refused(item, Answer.CANNOT_VERIFY)
        visit = visit_of(request, parts.trust)
        try:
            content = certificates.certificate(item, brand, origin_of(visit.host), visit.language)
        except NotCertifiedError as refused:
            return _refused(item, refused.answer)
        except (BundleError, UnavailableError) as error:
            note_error(error)
            return _refused(item, Answer.CANNOT_VERIFY)
        return _pdf(content, item, visit.language)

    @blueprint.get("/proof/<path:name>")
    @public
    def proof(name: str) -> Response:
        item, _ = _item(parts, name)
        verification = parts.verifier.verify_item(item, TOKEN)
        answer = answer_of(verification)
        visit = visit_of(request, parts.trust)
        page = present_proof_page(
            verification, item, answer, visit, status=status_of(answer), certified=answer in CERTIFIED
        )
        return render_page("certificate/proof.html", page)

    def _refused(item: ItemId, answer: Answer) -> Response:
        status = _STATUSES.get(answer, HTTPStatus.CONFLICT)
        page = present_refusal(item, answer, visit_of(request, parts.trust), status=status)
        return render_page("certificate/refusal.html", page)

    return blueprint


def _item(parts: Parts, name: str) -> tuple[ItemId, Brand]:
    """Read a piece's name; only pieces of the brand whose host was asked are shown. Aborts with 404."""
    host = host_of(request)
    try:
        item = ItemId.parse(name)
    except IdError:
        abort(HTTPStatus.NOT_FOUND)
    brand = parts.trust.brand_by_contract(item.chain_id, item.contract)
    if brand is None or host not in brand.hosts or str(item) != name:
        abort(HTTPStatus.NOT_FOUND)
    return item, brand


def _pdf(content: bytes, item: ItemId, language: Language) -> Response:
    response = Response(content, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="certificate-{item.token_id}-{language}.pdf"'
    response.headers["Content-Language"] = language.value
    # Asked again each time: tomorrow the piece may be reported stolen.
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Vary"] = "Accept-Language"
    response.add_etag()
    response.make_conditional(request)
    return response
