"""The usual report of a scan, taken at the door: a visitor nobody knows, our own script, a good token.

Every page that is looked at sends one, so it is worth a short way. Only what is plainly right goes it: whatever
differs in anything, a cookie, another origin, a bad token, a full meter, a database that is away, is handed to the
application with its body untouched, and is answered there. What the application answered to the first good report is
the answer to the next.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from werkzeug.exceptions import TooManyRequests

from verifier.errors import UnavailableError
from web.limits import LimitName, Limits, network_of
from web.scan.errors import TokenRefusedError
from web.scan.scan_tokens import LENGTH
from web.scan.scans import Scans
from web.scan.visitors import Visitor, country_of

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Answer = tuple[str, list[tuple[str, str]]]
PATH: Final = "/scans"
_BODY: Final = re.compile(rb"scan=([A-Za-z0-9_-]{%d})" % LENGTH)
_BODY_BYTES: Final = str(LENGTH + len("scan="))
_HOST: Final = re.compile(r"[a-z0-9.-]{1,253}(:[0-9]{1,5})?")
_FORM: Final = "application/x-www-form-urlencoded"
_LINE: Final = "assay.request_line"
_DONE: Final = "204"


class ReportDoor:
    """Around the application (PEP 3333). Safe to use from several threads."""

    def __init__(self, application: Application, scans: Scans, limits: Limits, country_header: str) -> None:
        self._application = application
        self._scans = scans
        self._limits = limits
        self._country = "HTTP_" + country_header.upper().replace("-", "_") if country_header else ""
        self._answers: dict[str, Answer] = {}
        """By scheme: what the application answers to a good report."""

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Take a report, or hand the request on."""
        if environ.get("PATH_INFO") != PATH or not _is_usual(environ):
            return self._application(environ, start_response)
        body = environ["wsgi.input"].read(int(_BODY_BYTES))
        environ["wsgi.input"] = io.BytesIO(body)
        scheme = environ["wsgi.url_scheme"]
        answer = self._answers.get(scheme)
        if answer is None:
            return self._asked(scheme, environ, start_response)
        if not self._is_taken(body, environ):
            return self._application(environ, start_response)
        line = environ.get(_LINE)
        if line is not None:
            line.route = PATH
        start_response(*answer)
        return []

    def _is_taken(self, body: bytes, environ: dict[str, Any]) -> bool:
        """Count and keep a report; False where the application has something to say."""
        token, address = _BODY.fullmatch(body), environ.get("REMOTE_ADDR", "")
        host = environ.get("HTTP_HOST", "")
        if token is None or not _HOST.fullmatch(host):
            return False
        try:
            self._limits.check(LimitName.SCAN_REPORT, network_of(address))
            country = country_of(environ.get(self._country, ""))
            self._scans.report_soon(token[1].decode(), host, Visitor(address, country))
        except (TooManyRequests, TokenRefusedError, UnavailableError):
            return False
        return True

    def _asked(self, scheme: str, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            if status.startswith(_DONE):
                assert not any(name.lower() == "set-cookie" for name, _ in headers), "a cookie is one visitor's own"
                self._answers[scheme] = status, list(headers)
            return start_response(status, headers, *rest)

        return self._application(environ, start)


def _is_usual(environ: dict[str, Any]) -> bool:
    """Say whether a request is what our script sends for a visitor without a session."""
    return (
        environ["REQUEST_METHOD"] == "POST"
        and "HTTP_COOKIE" not in environ
        and environ.get("HTTP_SEC_FETCH_SITE") == "same-origin"
        and environ.get("CONTENT_LENGTH") == _BODY_BYTES
        and environ.get("CONTENT_TYPE", "").partition(";")[0] == _FORM
        and not environ.get("QUERY_STRING")
    )
