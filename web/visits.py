"""From a request to the visit: which of our hosts, which brand, which language."""

from __future__ import annotations

import re
from typing import Final

from flask import Request

from verifier.errors import UnavailableError
from verifier.trust import TrustRegistry
from web.presenters.frame import Visit
from web.presenters.language import Language, choose_language
from web.sessions import current_person, has_cookie
from web.store.people import Person, Role

_HOST: Final = re.compile(r"([a-z0-9.-]{1,253}|\[[0-9a-f:]{2,45}\])(:[0-9]{1,5})?")


def host_of(request: Request) -> str | None:
    """Give the host that the request names, in a label's spelling; None where it names none that could be one."""
    host = request.environ.get("HTTP_HOST", "").lower()
    host = host.removesuffix(":443" if request.is_secure else ":80")
    return host if _HOST.fullmatch(host) else None


def visit_of(request: Request, trust: TrustRegistry) -> Visit:
    """Say where the visitor came to. A host that is none of ours has no brand, and is not repeated."""
    asked = request.args.get("lang")
    person = _person(request)
    language = choose_language(asked, request.accept_languages, person.language if person is not None else None)
    host = host_of(request)
    brand = trust.brand_of(host) if host else None
    return Visit(
        host if brand and host else "",
        brand.name if brand else "",
        language,
        asked in set(Language),
        "" if request.path.startswith("/01/") else request.path,
        person is not None,
        person is not None and person.role is Role.STAFF,
    )


def _person(request: Request) -> Person | None:
    """Give who is signed in. A database that is away signs nobody in, and keeps no page from saying so."""
    if not has_cookie(request.environ):
        return None
    try:
        return current_person()
    except UnavailableError:
        return None
