"""Who may use which route. A route without a mark is closed to everyone, so that forgetting one is safe."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum, unique
from typing import Any, Final, TypeVar

from flask import Flask, abort, request

from web.errors import UnmarkedRouteError

_MARK: Final = "assay_access"
View = TypeVar("View", bound=Callable[..., Any])


@unique
class Access(StrEnum):
    """What a route asks of its visitor."""

    PUBLIC = "public"


def public(view: View) -> View:
    """Open a view to everyone. It must change nothing."""
    setattr(view, _MARK, Access.PUBLIC)
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


def guard(app: Flask) -> None:
    """Refuse every request for a route without a mark with 403, before its view runs."""

    def refuse_unmarked() -> None:
        endpoint = request.endpoint
        if endpoint is not None and access_of(app, endpoint) is not Access.PUBLIC:
            abort(403)

    app.before_request(refuse_unmarked)
