"""`/portable`: the page that verifies without us, as one file. It holds its own policy, here as in a folder."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from http import HTTPStatus
from pathlib import Path
from typing import Final

from flask import Blueprint, Response, abort, request

from web.access import public
from web.compression import accepts_gzip
from web.limits import LimitName, limited
from web.scripts import content_version
from web.static_files import packed_text

PAGE: Final = Path(__file__).parent / "built" / "assay-verify.html"
"""Built by `tools/build_portable.py`."""
_POLICY: Final = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">')


@dataclass(frozen=True, slots=True)
class PortablePage:
    """The file, ready to be sent."""

    content: bytes
    packed: bytes | None
    policy: str
    """The same as its own meta element says, and that nobody frames it."""
    version: str


def load_portable_page(path: Path = PAGE) -> PortablePage | None:
    """Read the page; None where it was not built."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    policy = _POLICY.search(content.decode())
    assert policy is not None, f"{path} has no policy of its own"
    sent = f"{unescape(policy[1])}; frame-ancestors 'none'"
    return PortablePage(content, packed_text(content), sent, content_version(content))


def make_page_blueprint(page: PortablePage | None = None) -> Blueprint:
    """Serve the page; 404 where it was not built."""
    blueprint = Blueprint("portable_page", __name__)
    page = page or load_portable_page()

    @blueprint.get("/portable")
    @public
    @limited(LimitName.FILES)
    def portable() -> Response:
        if page is None:
            abort(HTTPStatus.NOT_FOUND)
        packed = page.packed if accepts_gzip() else None
        response = Response(page.content if packed is None else packed, mimetype="text/html")
        if packed is not None:
            response.headers["Content-Encoding"] = "gzip"
        response.headers["Vary"] = "Accept-Encoding"
        response.headers["Content-Security-Policy"] = page.policy
        response.headers["Cache-Control"] = "public, no-cache"
        response.set_etag(page.version, weak=True)
        response.make_conditional(request)
        return response

    return blueprint
