"""Which form of an answer a client wants."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum, unique
from typing import Final

from werkzeug.datastructures import MIMEAccept

PROBLEM: Final = "application/problem+json"
PROBLEM_CODES: Final[Mapping[int, str]] = {
    400: "bad_request",
    401: "sign_in_needed",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_offered",
    408: "request_too_slow",
    409: "conflict",
    410: "gone",
    411: "length_required",
    412: "precondition_failed",
    413: "too_large",
    414: "address_too_long",
    415: "media_type_not_supported",
    416: "range_not_satisfiable",
    421: "misdirected_request",
    422: "unprocessable",
    428: "precondition_required",
    429: "too_many_requests",
    431: "headers_too_large",
    500: "internal_error",
    501: "not_implemented",
    502: "bad_gateway",
    503: "unavailable",
    504: "too_slow",
}
"""What a program reads in `code` where nothing more exact is known. Append only; Python's own names change."""
_LINKSET_TYPES: Final = frozenset({"all", "linkset"})


@unique
class Form(StrEnum):
    """A form of a label's answer, by its media type."""

    PAGE = "text/html"
    VERDICT = "application/json"
    LINKSET = "application/linkset+json"


def choose_form(accepted: MIMEAccept, link_type: str | None) -> Form:
    """Choose. `linkType=all` and `linkset` ask for the links (GS1-Conformant resolver); any other for the page."""
    if link_type in _LINKSET_TYPES:
        return Form.LINKSET
    return Form(accepted.best_match([form.value for form in Form], Form.PAGE.value))


def wants_problem(accepted: MIMEAccept) -> bool:
    """Say whether an error goes to a program rather than to a person."""
    offered = [Form.PAGE.value, PROBLEM, Form.VERDICT.value, Form.LINKSET.value]
    return accepted.best_match(offered, Form.PAGE.value) != Form.PAGE.value


def problem_code(status: int) -> str:
    """Give the stable code of an HTTP error status; one without a code of its own has that of its class."""
    return PROBLEM_CODES.get(status) or PROBLEM_CODES[400 if status < 500 else 500]
