"""From a presented page to a response. Templates print; they choose nothing."""

from __future__ import annotations

from http import HTTPStatus
from typing import Protocol

from flask import Response, jsonify, render_template

from web.negotiation import PROBLEM
from web.presenters.frame import Frame


class Page(Protocol):
    """What every page has."""

    @property
    def frame(self) -> Frame:
        """What surrounds it."""
        ...

    @property
    def status(self) -> int:
        """Its HTTP status."""
        ...


def render_page(template: str, page: Page) -> Response:
    """Print a page."""
    response = Response(render_template(template, page=page), page.status, mimetype="text/html")
    response.headers["Content-Language"] = page.frame.language.value
    response.headers["Vary"] = "Accept, Accept-Language"
    return response


def render_problem(status: int, detail: str, *, code: str) -> Response:
    """Tell a program what went wrong (RFC 9457); `code` is stable, `detail` is for people."""
    phrase = HTTPStatus(status).phrase
    response = jsonify(type="about:blank", title=phrase, status=int(status), detail=detail, code=code)
    response.mimetype, response.status_code = PROBLEM, status
    response.headers["Vary"] = "Accept, Accept-Language"
    return response
