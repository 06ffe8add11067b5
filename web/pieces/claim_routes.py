"""`/claim`: the label, the account, the hidden code, and then a job."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, abort, request

from mint.claims import ClaimStanding
from provenance_schemas.claim_codes import ClaimCode
from provenance_schemas.ids import ItemId
from provenance_schemas.labels import format_label
from verifier.policies import CLI
from verifier.service import Verification
from verifier.trust import Brand
from web.access import member, public
from web.csrf import csrf_exempt
from web.custody.acts import Claimant, claim_key_of
from web.custody.errors import DeskRefusedError, DeskUnavailableError
from web.error_pages import RETRY_AFTER_S
from web.limits import LimitName, limited
from web.parts import Parts
from web.pieces.cards import Seen, look_at
from web.pieces.catalogue import ClaimProblem, CodeFault
from web.pieces.chosen import ChosenPiece
from web.pieces.claim_pages import (
    ANOTHER_PATH,
    CODE_PATH,
    PATH,
    ClaimPage,
    ClaimPresenter,
    problem_of_answer,
    problem_of_standing,
)
from web.pieces.codes import CodeFaultError, read_code
from web.pieces.words import WORDS
from web.points.device import Devices
from web.presenters.catalogue import Refusal
from web.presenters.frame import Visit
from web.presenters.pages import problem_of
from web.rendering import render_page
from web.scan.errors import TokenRefusedError
from web.scan.lookup import DecoderGate, LookupRefusedError, label_in_picture, label_in_typing
from web.scan.scans import Scans
from web.scan.uploads import uploaded_photo
from web.scan.visitors import visitor_of
from web.sessions import current_person
from web.store.people import Person
from web.visits import visit_of

_TEMPLATE: Final = "pieces/claim.html"


class ClaimViews:
    """The views, over the site's parts."""

    def __init__(self, parts: Parts, scans: Scans, gate: DecoderGate) -> None:
        self._parts = parts
        self._scans = scans
        self._chosen = ChosenPiece(parts.secret)
        self._devices = Devices(parts.secret)
        self._gate = gate

    # ---- which piece

    def show(self) -> Response:
        """Show the step that is next."""
        visit, brand = self._visit()
        presenter = _presenter(visit)
        item = self._chosen.read(request, brand, self._now_s())
        if item is None:
            return _page(presenter.label())
        seen = look_at(self._parts.verifier, item)
        person = current_person()
        if person is not None and (holding_id := self._held(person, item)):
            return _page(presenter.yours(seen, holding_id))
        problem = problem_of_answer(seen)
        if problem is not None:
            return _page(presenter.stopped(problem, seen, asked=False))
        return _page(presenter.code(seen) if person is not None else presenter.account(seen))

    def choose(self) -> Response:
        """Find the piece by the scan that led here, a photo or typed characters, and keep it in mind.

        Changes nothing but the visitor's own cookie; a scan that comes along is reported, as by its page.
        """
        visit, brand = self._visit()
        presenter = _presenter(visit)
        if token := request.form.get("scan", ""):
            item = self._scanned(token, visit)
            if item is None:
                return _page(presenter.stopped(ClaimProblem.CHOICE_LOST, None, asked=True))
        else:
            try:
                found = self._looked_up(visit)
            except LookupRefusedError as refused:
                return _refused(refused, visit)
            item = found.evidence.item if isinstance(found.evidence.item, ItemId) else None
            problem = problem_of_answer(Seen(found))
            if item is None or problem in (ClaimProblem.NO_PIECE, ClaimProblem.LABEL_REPLACED, ClaimProblem.AWAY):
                return _page(presenter.stopped(problem or ClaimProblem.NO_PIECE, None, asked=True))
        if (item.chain_id, item.contract) != (brand.registry.chain_id, brand.registry.contract):
            return _page(presenter.stopped(ClaimProblem.NO_PIECE, None, asked=True))
        response = _see_other(visit.link(PATH))
        self._chosen.keep(request, response, item, self._now_s())
        return response

    def another(self) -> Response:
        """Ask for the label once more, whatever was chosen."""
        visit, _ = self._visit()
        return _page(_presenter(visit).label())

    # ---- the code

    def claim(self) -> Response:
        """Take the code, and ask for the piece.

        1. The piece is the one chosen before; a form that comes too late begins anew.
        2. The code is one in form; then the registry says whether it is this piece's, before anything is signed.
        3. What is written down is the code's signature. The page that waits for it is the piece's own.
        """
        visit, brand = self._visit()
        presenter, person = _presenter(visit), _person()
        item = self._chosen.read(request, brand, self._now_s())  # 1.
        if item is None:
            return _page(presenter.stopped(ClaimProblem.CHOICE_LOST, None, asked=True))
        seen = look_at(self._parts.verifier, item)
        if holding_id := self._held(person, item):
            return _page(presenter.yours(seen, holding_id))
        try:  # 2.
            code = read_code(request.form.get("code", ""))
            problem = problem_of_answer(seen) or self._problem_of_code(brand, item, code)
        except CodeFaultError as fault:
            return _page(presenter.code(seen, fault))
        if problem is not None:
            return _page(presenter.stopped(problem, seen, asked=True))
        device, browser = self._devices.of(request)  # 3.
        custody = self._parts.custody
        job = custody.claim(Claimant(person.id, device), brand.registry, item, seen.name, code)
        response = _see_other(visit.link(f"/pieces/{job.subject}"))
        self._devices.remember(request, response, browser)
        self._chosen.forget(request, response)
        return response

    def _problem_of_code(self, brand: Brand, item: ItemId, code: ClaimCode) -> ClaimProblem | None:
        """Ask the registry about a code's key. Raises CodeFaultError for a wrong one, which is counted.

        Only wrong codes are counted against a piece, wherever they come from: nobody can spend the tries of whoever
        has the card.
        """
        try:
            standing = self._parts.desk.claim_standing(item, claim_key_of(code, brand.registry, item))
        except DeskUnavailableError:
            return ClaimProblem.AWAY
        except DeskRefusedError:
            return ClaimProblem.NO_PIECE
        if standing is ClaimStanding.WRONG_KEY:
            self._parts.limits.check(LimitName.CLAIM_ITEM, str(item))
            raise CodeFaultError(CodeFault.WRONG)
        return problem_of_standing(standing)

    # ---- what the views share

    def _visit(self) -> tuple[Visit, Brand]:
        visit = visit_of(request, self._parts.trust)
        brand = self._parts.trust.brand_of(visit.host)
        assert brand is not None, "hosts of no brand are refused before any view"
        return visit, brand

    def _now_s(self) -> int:
        return int(self._parts.clock())

    def _held(self, person: Person, item: ItemId) -> str | None:
        """Name the holding of this very piece, open or done, so that nobody claims twice."""
        mine = (one for one in self._parts.custody.holdings.of_person(person.id) if one.item == item)
        return next((one.id for one in mine), None)

    def _scanned(self, token: str, visit: Visit) -> ItemId | None:
        """Give the piece that a verdict page was about, and report its scan. None when that was too long ago."""
        try:
            item = self._scans.read(token, visit.host).item
            self._scans.report(token, visit.host, visitor_of(request, self._parts.country_header))
        except TokenRefusedError:
            return None
        return item

    def _looked_up(self, visit: Visit) -> Verification:
        photo = uploaded_photo(request)
        if photo is None:
            typed = request.form
            label = label_in_typing(typed.get("serial", ""), typed.get("gtin", ""), visit.host, self._parts.trust)
        else:
            with self._gate.place():
                label = label_in_picture(photo, self._parts.read_picture, self._parts.trust)
        return self._parts.verifier.verify_label(format_label(label.host, label.gtin, label.serial), CLI)


def add_claim_routes(blueprint: Blueprint, views: ClaimViews) -> None:
    """Serve `/claim`."""

    @blueprint.get(PATH)
    @public
    def claim() -> Response:
        return views.show()

    @blueprint.post(PATH)
    @public
    @csrf_exempt
    @limited(LimitName.LOOKUP)
    def claim_choose() -> Response:
        return views.choose()

    @blueprint.get(ANOTHER_PATH)
    @public
    def claim_another() -> Response:
        return views.another()

    @blueprint.post(CODE_PATH)
    @member
    @limited(LimitName.CLAIM)
    def claim_code() -> Response:
        return views.claim()


def _presenter(visit: Visit) -> ClaimPresenter:
    return ClaimPresenter(visit, WORDS[visit.language])


def _page(page: ClaimPage) -> Response:
    response = render_page(_TEMPLATE, page)
    if page.status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return response


def _refused(refused: LookupRefusedError, visit: Visit) -> Response:
    problem = problem_of(refused.refusal, visit, detail=refused.detail, host=refused.host)
    busy = refused.refusal is Refusal.BUSY
    status = HTTPStatus.SERVICE_UNAVAILABLE if busy else HTTPStatus.UNPROCESSABLE_ENTITY
    return _page(_presenter(visit).refused_label(problem.text, status=status))


def _see_other(href: str) -> Response:
    return Response(status=HTTPStatus.SEE_OTHER, headers={"Location": href})


def _person() -> Person:
    person = current_person()
    if person is None:
        abort(HTTPStatus.UNAUTHORIZED)
    return person
