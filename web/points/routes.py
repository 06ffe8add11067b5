"""My points, and the two steps that lead to them: a check is collected at once, or after signing in."""

from __future__ import annotations

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, abort, jsonify, redirect, request

from loyalty.errors import IdempotencyError, UnknownAwardError
from loyalty.points import Points
from loyalty.results import Award, Declined, Statement
from loyalty.rule import Rule
from verifier.trust import TrustRegistry
from web.access import SIGN_IN, member, public
from web.csrf import csrf_exempt
from web.limits import LimitName, limited
from web.parts import Parts
from web.points import waiting
from web.points.device import Devices
from web.points.earning import Earning, earning_of, naming
from web.points.pages import (
    COLLECT_PATH,
    PATH,
    NameOf,
    Notice,
    name_or_number,
    notice_not_counted,
    notice_of_award,
    notice_of_conflict,
    notice_of_decline,
    present_collect,
    present_points,
    present_refused,
)
from web.points.words import NotCounted
from web.presenters.frame import Visit
from web.rendering import render_page
from web.scan.errors import TokenRefusedError
from web.scan.scans import NotTaken
from web.scan.visitors import visitor_of
from web.sessions import current_person
from web.store.people import Person
from web.visits import visit_of

_DAY_S: Final = 86_400
_NUMBER_MAX: Final = 2**53
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_NOT_COUNTED: Final = {
    NotTaken.MALFORMED: NotCounted.NO_CHECK,
    NotTaken.FOREIGN: NotCounted.NO_CHECK,
    NotTaken.EXPIRED: NotCounted.TOO_OLD,
    NotTaken.SOMEBODY_ELSES: NotCounted.USED,
    NotTaken.USED: NotCounted.USED,
    NotTaken.CANNOT_VERIFY: NotCounted.CANNOT_VERIFY,
}


class PointsPages:
    """The views, over what they need."""

    def __init__(
        self,
        trust: TrustRegistry,
        earning: Earning,
        devices: Devices,
        name_of: NameOf,
        clock: Callable[[], float],
        country_header: str,
    ) -> None:
        self._trust = trust
        self._earning = earning
        self._devices = devices
        self._name_of = name_of
        self._clock = clock
        self._country_header = country_header

    @property
    def _points(self) -> Points:
        return self._earning.points

    def mine(self) -> Response:
        """Show what the person has. `?earned=` names an award of theirs that the last step led to."""
        visit, person = self._visit(), _person()
        before = _number(request.args.get("before"))
        statement = self._points.statement(person.id, before=before)
        rules = self._points.rules.rules
        notice = _earned(statement, _number(request.args.get("earned")), visit)
        page = present_points(statement, rules, self._name_of, visit, notice, first=before is None)
        return render_page("points/my_points.html", page)

    def ask(self) -> Response:
        """Show the check that waited while its visitor signed in."""
        visit, (device, _) = self._visit(), self._devices.of(request)
        try:
            outlook = self._earning.outlook(waiting.kept(request), visit.host, _person(), device)
        except TokenRefusedError as error:
            return self._refused(notice_not_counted(_NOT_COUNTED[NotTaken(error.refusal.value)], visit), visit)
        except IdempotencyError:
            return self._refused(notice_of_conflict(visit), visit)
        rule = outlook.found
        if not isinstance(rule, Rule):
            return self._told(rule, visit)
        piece = name_or_number(outlook.item, self._name_of, visit)
        vests_at = int(self._clock()) + rule.vest_days * _DAY_S
        return render_page("points/collect.html", present_collect(rule, piece, vests_at, visit))

    def collect(self) -> Response:
        """Collect a check: the one in the form, else the one that waited."""
        visit, person = self._visit(), current_person()
        token = request.form.get("scan") or waiting.kept(request)
        if person is None:
            language = f"&lang={visit.language}" if visit.asked else ""
            response = _see_other(f"{SIGN_IN}?next={COLLECT_PATH}{language}")
            waiting.keep(request, response, token)
            return response
        device, name = self._devices.of(request)
        visitor = visitor_of(request, self._country_header)
        try:
            found = self._earning.collect(token, visit.host, visitor, person, device)
        except IdempotencyError:
            response = self._refused(notice_of_conflict(visit), visit)
        else:
            response = self._told(found, visit)
            # A world that did not answer uses nothing up: the check goes on waiting.
            if found is NotTaken.CANNOT_VERIFY:
                waiting.keep(request, response, token)
            else:
                waiting.forget(request, response)
        self._devices.remember(request, response, name)
        return response

    def receipt(self, award: int) -> Response:
        """Give what proves one award of the person's own."""
        try:
            receipt = self._points.receipt(_person().id, award)
        except UnknownAwardError:
            abort(HTTPStatus.NOT_FOUND)
        response = jsonify(
            type="assay/receipt/1",
            text=receipt.text,
            nonce=receipt.nonce.hex(),
            leafIndex=receipt.leaf_index,
            path=[sibling.hex() for sibling in receipt.path],
            size=receipt.head.size,
            root=receipt.head.root.hex(),
        )
        response.headers["Content-Disposition"] = f'attachment; filename="assay-receipt-{award}.json"'
        return response

    def rule(self, digest: str) -> Response:
        """Give the very text of a rule that an award names by its hash."""
        body = self._points.rule_body(bytes.fromhex(digest)) if _DIGEST.fullmatch(digest) else None
        if body is None:
            abort(HTTPStatus.NOT_FOUND)
        response = Response(body, mimetype="application/json")
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response

    def _visit(self) -> Visit:
        return visit_of(request, self._trust)

    def _told(self, found: Award | Declined | NotTaken, visit: Visit) -> Response:
        if isinstance(found, Award):
            link = visit.link(PATH)
            return _see_other(f"{link}{'&' if visit.asked else '?'}earned={found.id}")
        if isinstance(found, Declined):
            return self._refused(notice_of_decline(found, visit), visit)
        notice = notice_not_counted(_NOT_COUNTED[found], visit)
        return self._refused(notice, visit, again=found is NotTaken.CANNOT_VERIFY)

    def _refused(self, notice: Notice, visit: Visit, *, again: bool = False) -> Response:
        return render_page("points/collect.html", present_refused(notice, visit, again=again))


def points_pages_of(parts: Parts) -> PointsPages:
    """Build from the site's parts."""
    earning, devices = earning_of(parts), Devices(parts.secret)
    return PointsPages(parts.trust, earning, devices, naming(parts.verifier), parts.clock, parts.country_header)


def make_points_blueprint(pages: PointsPages) -> Blueprint:
    """Serve `/points` and what is below it."""
    blueprint = Blueprint("points", __name__)

    @blueprint.get(PATH)
    @member
    def mine() -> Response:
        return pages.mine()

    @blueprint.get(COLLECT_PATH)
    @member
    def ask() -> Response:
        return pages.ask()

    @blueprint.post(COLLECT_PATH)
    @public
    @csrf_exempt  # the token is the proof: only the page of this check has it
    @limited(LimitName.COLLECT)
    def collect() -> Response:
        return pages.collect()

    @blueprint.get(f"/points/receipts/<int(max={_NUMBER_MAX}):award>")
    @member
    def receipt(award: int) -> Response:
        return pages.receipt(award)

    @blueprint.get("/points/rules/<digest>")
    @public
    def rule(digest: str) -> Response:
        return pages.rule(digest)

    return blueprint


def _person() -> Person:
    person = current_person()
    assert person is not None, "the route is for members"
    return person


def _number(text: str | None) -> int | None:
    if not text or not text.isascii() or not text.isdigit() or len(text) > len(str(_NUMBER_MAX)):
        return None
    return min(int(text), _NUMBER_MAX)


def _earned(statement: Statement, award: int | None, visit: Visit) -> Notice | None:
    """Say what an award brought, if it is on this very page: nobody is told of points that they do not have."""
    line = next((line for line in statement.lines if line.award == award), None)
    if line is None:
        return None
    return notice_of_award(
        Award(line.award, line.amount, line.rule, line.recorded_at, line.vests_at, line.expires_at, repeated=False),
        visit,
    )


def _see_other(location: str) -> Response:
    return redirect(location, HTTPStatus.SEE_OTHER, Response)  # type: ignore[return-value]
