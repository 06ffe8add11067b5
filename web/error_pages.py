"""Errors that are not about a piece, in the look of every other page, or as a problem for programs."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Final

from flask import Flask, Response, abort, request
from werkzeug.exceptions import HTTPException, ServiceUnavailable
from werkzeug.sansio.response import Response as AnyResponse

from verifier.errors import UnavailableError
from verifier.trust import TrustRegistry
from web.negotiation import problem_code, wants_problem
from web.presenters.frame import Visit
from web.presenters.pages import present_error
from web.rendering import render_page, render_problem
from web.structured_log import note_error
from web.visits import host_of, visit_of

RETRY_AFTER_S: Final = 30
ANY_HOST: Final = frozenset({"health.live", "health.ready", "metrics.figures"})
"""What a load balancer asks by address."""
_KEPT: Final = frozenset({"Allow", "Retry-After", "Content-Range"})
_LOG: Final = logging.getLogger("assay.errors")


def add_error_pages(app: Flask, trust: TrustRegistry) -> None:
    """Answer every HTTP error, and every exception as 500; but a part that is away as 503, with when to come back."""

    def answer(error: HTTPException) -> Response | AnyResponse | HTTPException:
        status = error.code
        if error.response is not None or status is None or status < HTTPStatus.BAD_REQUEST:
            return error.response or error
        response = _error_response(status, visit_of(request, trust))
        for name, value in error.get_headers():
            if name in _KEPT:
                response.headers[name] = value
        return response

    def answer_unavailable(error: UnavailableError) -> Response | AnyResponse | HTTPException:
        note_error(error)
        _LOG.warning("a part is away: %s", type(error).__name__)
        return answer(ServiceUnavailable())

    def say_when(response: Response) -> Response:
        if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
            response.headers.setdefault("Retry-After", str(RETRY_AFTER_S))
        return response

    app.after_request(say_when)
    app.register_error_handler(HTTPException, answer)
    app.register_error_handler(UnavailableError, answer_unavailable)


def _error_response(status: int, visit: Visit) -> Response:
    page = present_error(status, visit)
    if wants_problem(request.accept_mimetypes):
        return render_problem(status, page.headline, code=problem_code(status))
    return render_page("error.html", page)


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
