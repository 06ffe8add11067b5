"""Which form of an answer a client wants."""

from __future__ import annotations

from enum import StrEnum, unique
from typing import Final

from werkzeug.datastructures import MIMEAccept

PROBLEM: Final = "application/problem+json"
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
