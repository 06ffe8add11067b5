"""`/pieces`: what a person holds, and what can be done with each."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, abort, request

from provenance_schemas.ids import Address
from provenance_schemas.step_kinds import Status
from web.access import member, stepped_up
from web.custody.holdings import Holding, HoldingState
from web.parts import Parts
from web.pieces.act_pages import REPORTS, WITHDRAWALS, ActPresenter, ReportPage
from web.pieces.cards import Seen, is_elsewhere, look_at
from web.pieces.claim_routes import ClaimViews, add_claim_routes
from web.pieces.codes import AddressFaultError, read_address
from web.pieces.piece_pages import PAGE_PIECES, PATH, present_piece, present_pieces
from web.pieces.words import WORDS
from web.presenters.frame import Visit
from web.rendering import render_page
from web.scan.lookup import DecoderGate
from web.scan.scans import Scans
from web.sessions import current_person
from web.store.people import Person
from web.visits import visit_of

_ID: Final = re.compile(r"[0-9a-f]{32}")
_PAGES_MAX: Final = 999
_REPORTED: Final = Status.STOLEN | Status.LOST


class PieceViews:
    """The views, over the site's parts."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._custody = parts.custody

    def pieces(self) -> Response:
        """List a person's pieces, each as its record stands now."""
        visit, page = visit_of(request, self._parts.trust), _page_number()
        first = (page - 1) * PAGE_PIECES
        mine = self._custody.holdings.of_person(_person().id)
        shown = [(one, look_at(self._parts.verifier, one.item)) for one in mine[first : first + PAGE_PIECES]]
        has_more = len(mine) > first + PAGE_PIECES
        view = present_pieces(shown, visit, WORDS[visit.language], page=page, has_more=has_more)
        return render_page("pieces/pieces.html", view)

    def one(self, holding_id: str) -> Response:
        """Show one piece, and what is under way for it."""
        visit, holding = visit_of(request, self._parts.trust), self._mine(holding_id)
        seen, job = self._seen(holding), self._custody.newest_job(holding)
        now_s = int(self._parts.clock())
        return render_page("pieces/piece.html", present_piece(holding, seen, job, visit, WORDS[visit.language], now_s))

    # ---- report and withdraw

    def report(self, holding_id: str) -> Response:
        """Ask what happened, and show what everybody will read."""
        _, presenter, seen, visit = self._act(holding_id)
        words = WORDS[visit.language].report
        if seen.status & _REPORTED:
            return _report(presenter.nothing(words.nothing_to_report, headline=words.headline))
        asked = request.args.get("what")
        return _report(presenter.report(chosen=REPORTS.get(asked or ""), missing=asked == ""))

    def send_report(self, holding_id: str) -> Response:
        """Ask for the report that was shown."""
        holding, presenter, _, visit = self._act(holding_id)
        wish = REPORTS.get(request.form.get("what", ""))
        if wish is None:
            return _report(presenter.report(missing=True))
        self._custody.report(holding, wish.kind, wish.reason, _once())
        return _see_other(visit.link(f"{PATH}/{holding.id}"))

    def withdraw(self, holding_id: str) -> Response:
        """Ask why a report is taken back."""
        _, presenter, seen, visit = self._act(holding_id)
        words = WORDS[visit.language].report
        if seen.words is not None and not seen.status & _REPORTED:
            return _report(presenter.nothing(words.nothing_to_withdraw, headline=words.withdraw_headline))
        asked = request.args.get("what")
        return _report(presenter.withdraw(chosen=WITHDRAWALS.get(asked or ""), missing=asked == ""))

    def send_withdrawal(self, holding_id: str) -> Response:
        """Ask for the report to be taken back."""
        holding, presenter, _, visit = self._act(holding_id)
        wish = WITHDRAWALS.get(request.form.get("what", ""))
        if wish is None:
            return _report(presenter.withdraw(missing=True))
        self._custody.report(holding, wish.kind, wish.reason, _once())
        return _see_other(visit.link(f"{PATH}/{holding.id}"))

    # ---- move

    def move(self, holding_id: str) -> Response:
        """Ask for an address."""
        _, presenter, seen, _ = self._act(holding_id)
        page = presenter.cannot_move() if seen.status & Status.STOLEN else presenter.move()
        return render_page("pieces/move.html", page)

    def send_move(self, holding_id: str) -> Response:
        """Show the address once more; moved is only what was ticked."""
        holding, presenter, seen, visit = self._act(holding_id)
        if seen.status & Status.STOLEN:
            return render_page("pieces/move.html", presenter.cannot_move())
        typed = request.form.get("address", "")
        try:
            address = read_address(typed, unusable=self._unusable(holding, seen))
        except AddressFaultError as error:
            return render_page("pieces/move.html", presenter.move(typed=typed, fault=error.fault))
        is_confirming, is_sure = "once" in request.form, request.form.get("sure") == "yes"
        if not (is_confirming and is_sure):
            return render_page("pieces/move.html", presenter.move(address=address, unsure=is_confirming))
        self._custody.move(holding, address, _once())
        return _see_other(visit.link(f"{PATH}/{holding.id}"))

    def _unusable(self, holding: Holding, seen: Seen) -> frozenset[Address]:
        """Name accounts that hold nothing for a person: the registry, the stock, the address the piece is at."""
        stock = {seen.words.stock_account} if seen.words else set()
        return frozenset({holding.address, holding.item.contract} | stock)

    # ---- what the views share

    def _act(self, holding_id: str) -> tuple[Holding, ActPresenter, Seen, Visit]:
        """Prepare an act: on a piece that is held and for which nothing is under way; else its page says what is."""
        visit, holding = visit_of(request, self._parts.trust), self._mine(holding_id)
        seen = self._seen(holding)
        is_busy = self._custody.open_job(holding) is not None
        if holding.state is not HoldingState.HELD or is_elsewhere(holding, seen) or is_busy:
            abort(_see_other(visit.link(f"{PATH}/{holding.id}")))
        return holding, ActPresenter(holding, seen, visit, WORDS[visit.language]), seen, visit

    def _mine(self, holding_id: str) -> Holding:
        """Find a piece of the person who asks; anybody else's is not there."""
        found = self._custody.holdings.find(holding_id, _person().id) if _ID.fullmatch(holding_id) else None
        if found is None:
            abort(HTTPStatus.NOT_FOUND)
        return found

    def _seen(self, holding: Holding) -> Seen:
        return look_at(self._parts.verifier, holding.item)


def make_pieces_blueprint(parts: Parts, scans: Scans, gate: DecoderGate) -> Blueprint:
    """Serve `/claim` and `/pieces`. `gate` is shared by all that read photos."""
    blueprint, views = Blueprint("pieces", __name__), PieceViews(parts)
    add_claim_routes(blueprint, ClaimViews(parts, scans, gate))
    _add_lists(blueprint, views)
    _add_acts(blueprint, views)
    return blueprint


def _add_lists(blueprint: Blueprint, views: PieceViews) -> None:
    @blueprint.get(PATH)
    @member
    def pieces() -> Response:
        return views.pieces()

    @blueprint.get(f"{PATH}/<holding_id>")
    @member
    def piece(holding_id: str) -> Response:
        return views.one(holding_id)


def _add_acts(blueprint: Blueprint, views: PieceViews) -> None:
    """Everything that signs for a piece asks for a passkey shown a short while ago."""

    @blueprint.get(f"{PATH}/<holding_id>/report")
    @member
    @stepped_up
    def report(holding_id: str) -> Response:
        return views.report(holding_id)

    @blueprint.post(f"{PATH}/<holding_id>/report")
    @member
    @stepped_up
    def send_report(holding_id: str) -> Response:
        return views.send_report(holding_id)

    @blueprint.get(f"{PATH}/<holding_id>/withdraw")
    @member
    @stepped_up
    def withdraw(holding_id: str) -> Response:
        return views.withdraw(holding_id)

    @blueprint.post(f"{PATH}/<holding_id>/withdraw")
    @member
    @stepped_up
    def send_withdrawal(holding_id: str) -> Response:
        return views.send_withdrawal(holding_id)

    @blueprint.get(f"{PATH}/<holding_id>/move")
    @member
    @stepped_up
    def move(holding_id: str) -> Response:
        return views.move(holding_id)

    @blueprint.post(f"{PATH}/<holding_id>/move")
    @member
    @stepped_up
    def send_move(holding_id: str) -> Response:
        return views.send_move(holding_id)


def _report(page: ReportPage) -> Response:
    return render_page("pieces/report.html", page)


def _once() -> str:
    """Give the name of the form that was sent; a made-up one only names the sender's own wish."""
    return request.form.get("once", "")[:64]


def _page_number() -> int:
    asked = request.args.get("page", "1")
    return min(max(int(asked), 1), _PAGES_MAX) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 1


def _see_other(href: str) -> Response:
    return Response(status=HTTPStatus.SEE_OTHER, headers={"Location": href})


def _person() -> Person:
    person = current_person()
    if person is None:
        abort(HTTPStatus.UNAUTHORIZED)
    return person
