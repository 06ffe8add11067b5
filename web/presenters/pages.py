"""The pages beside the verdict: looking a piece up, and errors."""

from __future__ import annotations

from dataclasses import dataclass

from web.presenters.catalogue import Refusal, ScanWords
from web.presenters.frame import Frame, Visit, make_frame


@dataclass(frozen=True, slots=True)
class Problem:
    """Why the last try led nowhere."""

    text: str
    detail: str
    """The technical reason, in English; may be empty."""


@dataclass(frozen=True, slots=True)
class ScanPage:
    """The form, with what went wrong the last time."""

    frame: Frame
    status: int
    action_href: str
    problem: Problem | None
    gtin: str
    """As typed the last time. The serial is never sent back."""
    words: ScanWords


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """An error that is not about a piece."""

    frame: Frame
    status: int
    headline: str
    lead: str


def problem_of(refusal: Refusal, visit: Visit, *, detail: str = "", host: str = "") -> Problem:
    """Put a refusal into words; `host` is the foreign address, printed and never linked."""
    return Problem(visit.words.refusals[refusal].format(host=host), detail)


def present_scan(visit: Visit, problem: Problem | None = None, *, status: int = 200, gtin: str = "") -> ScanPage:
    """Present the form."""
    words = visit.words.scan
    return ScanPage(
        make_frame(visit, words.headline, other_path="/"), status, visit.link("/scan"), problem, gtin, words
    )


def present_error(status: int, visit: Visit) -> ErrorPage:
    """Present an error page; a status without words of its own has those of 400 or 500."""
    said = visit.words.errors.get(status) or visit.words.errors[400 if status < 500 else 500]
    return ErrorPage(make_frame(visit, said.headline, other_path="/"), status, said.headline, said.lead)
