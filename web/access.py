"""Who may use which route. A route without a mark is closed to everyone, so that forgetting one is safe."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum, unique
from http import HTTPStatus
from typing import Any, Final, TypeVar
from urllib.parse import quote

from flask import Flask, Response, abort, request

from web.errors import UnmarkedRouteError
from web.negotiation import wants_problem
from web.sessions import Sessions, current_person, current_session
from web.store.people import Role

SIGN_IN: Final = "/sign-in"
STEP_UP: Final = "/account/confirm"
NEXT_MAX: Final = 200
_MARK: Final = "assay_access"
_STEP_UP_MARK: Final = "assay_step_up"
View = TypeVar("View", bound=Callable[..., Any])


@unique
class Access(StrEnum):
    """What a route asks of its visitor."""

    PUBLIC = "public"
    MEMBER = "member"
    """Anybody who is signed in."""
    RESELLER = "reseller"
    STAFF = "staff"


_ROLES: Final = {
    Access.MEMBER: frozenset(Role),
    Access.RESELLER: frozenset({Role.RESELLER, Role.STAFF}),
    Access.STAFF: frozenset({Role.STAFF}),
}


def public(view: View) -> View:
    """Open a view to everyone."""
    return _marked(view, Access.PUBLIC)


def member(view: View) -> View:
    """Open a view to whoever is signed in."""
    return _marked(view, Access.MEMBER)


def reseller(view: View) -> View:
    """Open a view to resellers and staff."""
    return _marked(view, Access.RESELLER)


def staff(view: View) -> View:
    """Open a view to staff."""
    return _marked(view, Access.STAFF)


def stepped_up(view: View) -> View:
    """Ask for a passkey shown a short while ago, beside the mark that says who may come."""
    setattr(view, _STEP_UP_MARK, True)
    return view


def open_endpoint(app: Flask, endpoint: str) -> None:
    """Mark a view that was made elsewhere, as Flask's own for static files. Raises UnmarkedRouteError."""
    if endpoint not in app.view_functions:
        raise UnmarkedRouteError(endpoint)
    public(app.view_functions[endpoint])


def access_of(app: Flask, endpoint: str) -> Access | None:
    """Give the mark of an endpoint; None is closed."""
    mark: Access | None = getattr(app.view_functions.get(endpoint), _MARK, None)
    return mark


def needs_step_up(app: Flask, endpoint: str) -> bool:
    """Say whether an endpoint asks for a fresh passkey."""
    return getattr(app.view_functions.get(endpoint), _STEP_UP_MARK, False)


def guard(app: Flask, sessions: Sessions) -> None:
    """Refuse whoever a route is not for, before its view runs.

    1. A route without a mark: 403, for everyone.
    2. A visitor who is not signed in is led to the sign-in page, and back again; a program gets 401.
    3. The wrong role: 403.
    4. A passkey that was shown too long ago: once more, and back again.
    """

    def refuse() -> Response | None:
        endpoint = request.endpoint
        if endpoint is None:
            return None
        asked = access_of(app, endpoint)
        if asked is Access.PUBLIC:
            return None
        if asked is None:
            abort(HTTPStatus.FORBIDDEN)  # 1.
        person = current_person()
        if person is None:
            return _led_to(SIGN_IN, _way_back(app))  # 2.
        if person.role not in _ROLES[asked]:
            abort(HTTPStatus.FORBIDDEN)  # 3.
        session = current_session()
        if needs_step_up(app, endpoint) and session is not None and not session.is_stepped_up(sessions.now_s()):
            return _led_to(STEP_UP, _way_back(app))  # 4.
        return None

    app.before_request(refuse)


def own_path(asked: str | None, default: str = "/") -> str:
    """Give a path of ours to go on to; `default` for whatever might lead elsewhere."""
    text = asked or ""
    safe = 0 < len(text) <= NEXT_MAX and text.startswith("/") and not text.startswith(("//", "/\\"))
    return text if safe and text.isprintable() and text.isascii() and "\\" not in text else default


def _marked(view: View, access: Access) -> View:
    setattr(view, _MARK, access)
    return view


def _way_back(app: Flask) -> str:
    """Give the page to come back to; empty for none. What was posted is gone, but most forms have a page there too."""
    # The path of a label is a secret of whoever holds the piece: it never goes into another address.
    if request.path.startswith("/01/"):
        return ""
    adapter = app.create_url_adapter(request)
    return request.path if adapter is not None and adapter.test(method="GET") else ""


def _led_to(page: str, back: str) -> Response:
    """Lead a person to a page, and from there back to where they wanted to go. A program gets 401."""
    if wants_problem(request.accept_mimetypes):
        abort(HTTPStatus.UNAUTHORIZED)
    query = f"?next={quote(back)}" if back else ""
    language = request.args.get("lang")
    if language in {"en", "fr"}:
        query += f"{'&' if query else '?'}lang={language}"
    return Response(status=HTTPStatus.SEE_OTHER, headers={"Location": page + query})
