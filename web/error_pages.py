"""Errors that are not about a piece, in the look of every other page, or as a problem for programs."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from flask import Flask, Response, abort, request
from werkzeug.exceptions import HTTPException
from werkzeug.sansio.response import Response as AnyResponse

from verifier.trust import TrustRegistry
from web.negotiation import wants_problem
from web.presenters.pages import present_error
from web.rendering import render_page, render_problem
from web.visits import host_of, visit_of

RETRY_AFTER_S: Final = 30
ANY_HOST: Final = frozenset({"health.live", "health.ready"})
"""What a load balancer asks by address."""


def add_error_pages(app: Flask, trust: TrustRegistry) -> None:
    """Answer every HTTP error, and every exception as 500."""

    def answer(error: HTTPException) -> Response | AnyResponse | HTTPException:
        status = error.code
        if error.response is not None or status is None or status < HTTPStatus.BAD_REQUEST:
            return error.response or error
        visit = visit_of(request, trust)
        page = present_error(status, visit)
        if wants_problem(request.accept_mimetypes):
            response = render_problem(status, page.headline, code=HTTPStatus(status).name.lower())
        else:
            response = render_page("error.html", page)
        for name, value in error.get_headers():
            if name in {"Allow", "Retry-After"}:
                response.headers[name] = value
        if status == HTTPStatus.SERVICE_UNAVAILABLE:
            response.headers["Retry-After"] = str(RETRY_AFTER_S)
        return response

    app.register_error_handler(HTTPException, answer)


def refuse_other_hosts(app: Flask, trust: TrustRegistry) -> None:
    """Answer only on hosts that the trust file gives a brand: 421 elsewhere, 400 without a host at all."""

    def check_host() -> None:
        if request.endpoint in ANY_HOST:
            return
        host = host_of(request)
        if host is None:
            abort(HTTPStatus.BAD_REQUEST)
        if trust.brand_of(host) is None:
            abort(HTTPStatus.MISDIRECTED_REQUEST)

    app.before_request(check_host)
