"""The whole answer of a verdict page, headers and all, given again to whoever asks the very same thing.

What came out of the application once is kept beside the recent answer it was printed of, and ends with it: nothing
here is older than five seconds, and an answer that could not be given is never here. The key is all of a request that
an answer may depend on, and a request that brings a cookie is never answered from here nor kept. Only the token is new
each time. Everything else, from a full meter to an unknown host, is for the application to answer.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from werkzeug.exceptions import TooManyRequests

from web.limits import LimitName, Limits, network_of
from web.scan.recent import RecentAnswer, RecentAnswers
from web.scan.shared_page import SharedPage

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Key = tuple[str | None, ...]
PREFIX: Final = "/01/"
RULE: Final = "/01/<path:_decoded>"
_KEY: Final = ("RAW_URI", "REQUEST_URI", "HTTP_HOST", "wsgi.url_scheme", "HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE")
_ENCODING: Final = "HTTP_ACCEPT_ENCODING"
_PAGE: Final = "assay.shared_page"
_LINE: Final = "assay.request_line"
_KEPT_MAX: Final = 1_024
_KEY_MAX: Final = 2_048
"""Characters of one request that are worth keeping."""


@dataclass(frozen=True, slots=True)
class PrintedPage:
    """What the view says of the page it has just given: it is the same for everybody who asks the same."""

    recent: RecentAnswer
    shared: SharedPage
    new_token: Callable[[], str]
    gzipped: bool

    def body(self) -> bytes:
        """Give the page with a token of its own."""
        token = self.new_token()
        return self.shared.gzipped(token) if self.gzipped else self.shared.plain(token)


@dataclass(frozen=True, slots=True)
class _Kept:
    page: PrintedPage
    status: str
    headers: tuple[tuple[str, str], ...]


def offer(environ: dict[str, Any], page: PrintedPage) -> None:
    """Let the memory around the application keep the page of this request."""
    environ[_PAGE] = page


class PageMemory:
    """Around the application (PEP 3333). Safe to use from several threads."""

    def __init__(self, application: Application, answers: RecentAnswers, limits: Limits) -> None:
        self._application = application
        self._answers = answers
        self._limits = limits
        self._kept: OrderedDict[Key, _Kept] = OrderedDict()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer from memory, or let the application answer and remember it."""
        if environ["REQUEST_METHOD"] != "GET" or not environ.get("PATH_INFO", "").startswith(PREFIX):
            return self._application(environ, start_response)
        if "HTTP_COOKIE" in environ:
            return self._application(environ, start_response)
        key = (*map(environ.get, _KEY), environ.get(_ENCODING))
        kept = self._kept.get(key)
        if kept is None or not self._answers.is_recent(kept.page.recent) or not self._is_within_limits(environ):
            return self._asked(key, environ, start_response)
        line = environ.get(_LINE)
        if line is not None:
            line.route = RULE
        body = kept.page.body()
        start_response(kept.status, [*kept.headers, ("Content-Length", str(len(body)))])
        return [body]

    def _is_within_limits(self, environ: dict[str, Any]) -> bool:
        """Count this request like any other; the application counts it again only to send it away."""
        try:
            self._limits.check(LimitName.READ, network_of(environ.get("REMOTE_ADDR", "")))
        except TooManyRequests:
            return False
        return True

    def _asked(self, key: Key, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        started: list[tuple[str, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            started.append((status, headers))
            return start_response(status, headers, *rest)

        body = self._application(environ, start)
        page = environ.get(_PAGE)
        if page is not None and page.recent.is_given and len(started) == 1 and _size(key) <= _KEY_MAX:
            status, headers = started[0]
            assert not any(name.lower() == "set-cookie" for name, _ in headers), "a cookie is one visitor's own"
            self._keep(key, _Kept(page, status, tuple(h for h in headers if h[0].lower() != "content-length")))
        return body

    def _keep(self, key: Key, kept: _Kept) -> None:
        self._kept[key] = kept
        while len(self._kept) > _KEPT_MAX:
            try:
                self._kept.popitem(last=False)
            except KeyError:  # another thread was faster
                break


def _size(key: Key) -> int:
    return sum(len(part or "") for part in key)
