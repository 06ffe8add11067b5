"""From a request to the visit: which of our hosts, which brand, which language."""

from __future__ import annotations

import re
from typing import Final

from flask import Request

from verifier.trust import TrustRegistry
from web.presenters.frame import Visit
from web.presenters.language import Language, choose_language

_HOST: Final = re.compile(r"([a-z0-9.-]{1,253}|\[[0-9a-f:]{2,45}\])(:[0-9]{1,5})?")


def host_of(request: Request) -> str | None:
    """Give the host that the request names, in a label's spelling; None where it names none that could be one."""
    host = request.environ.get("HTTP_HOST", "").lower()
    host = host.removesuffix(":443" if request.is_secure else ":80")
    return host if _HOST.fullmatch(host) else None


def visit_of(request: Request, trust: TrustRegistry) -> Visit:
    """Say where the visitor came to. A host that is none of ours has no brand, and is not repeated."""
    asked = request.args.get("lang")
    language = choose_language(asked, request.accept_languages)
    host = host_of(request)
    brand = trust.brand_of(host) if host else None
    return Visit(host if brand and host else "", brand.name if brand else "", language, asked in set(Language))
