"""Who reports a scan, as far as the site may know."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from flask import Request

from web.sessions import current_session, has_cookie

_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_NOWHERE: Final = frozenset({"XX", "ZZ", "EU", "AP"})
"""What services say where they do not know."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """One visitor. The address is used for a moment and kept nowhere."""

    address: str
    country: str = ""
    """ISO 3166-1, two capital letters; empty where nobody says."""
    visit: str | None = None
    """Names the visit of one browser, which lasts through signing in; None for one that only looks."""
    person_id: str | None = None


def visitor_of(request: Request, country_header: str = "") -> Visitor:
    """Say who asks. `country_header` is set by a proxy of ours, for every request; without one there is no country.

    Raises DatabaseUnavailableError.
    """
    session = current_session() if has_cookie(request.environ) else None
    person = session.person if session is not None else None
    return Visitor(
        request.remote_addr or "",
        country_of(request.headers.get(country_header, "")) if country_header else "",
        session.visit if session is not None else None,
        person.id if person is not None else None,
    )


def country_of(said: str) -> str:
    """Give a country as two capital letters; empty for whatever is none."""
    code = said.strip().upper()
    return code if _COUNTRY.fullmatch(code) and code not in _NOWHERE else ""
