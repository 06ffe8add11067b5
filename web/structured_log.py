"""The log: one JSON object a line, one line a request.

A request is named by its route's rule, never by its path, and by an id that the answer carries too.
"""

from __future__ import annotations

import json
import logging
import secrets
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TextIO

from flask import Flask, Response, has_request_context, request

from web.log_redaction import describe_exception, redact_method

REQUEST_ID: Final = "X-Request-Id"
_FIELDS: Final = "assay_fields"
_LINE: Final = "assay.request_line"
_LOG: Final = logging.getLogger("assay.request")
_QUIET: Final = ("urllib3", "asyncio", "werkzeug", "alembic", "_granian", "granian", "gunicorn")
"""Libraries that repeat URLs, headers or first lines of requests in what they say; their errors are still told."""

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Told = Callable[[str, str, int, str, float], None]
"""Hears of each request: route rule, method, status, class of error or nothing, seconds."""


class JsonFormatter(logging.Formatter):
    """Writes a record as one line of JSON; an exception without its words and values."""

    def format(self, record: logging.LogRecord) -> str:
        """Write one record."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line: dict[str, Any] = {"at": at, "level": record.levelname.lower(), "log": record.name}
        line |= getattr(record, _FIELDS, None) or {"message": record.getMessage()}
        if has_request_context() and (present := request.environ.get(_LINE)) is not None:
            line.setdefault("request", present.id)
        if record.exc_info and record.exc_info[1] is not None:
            line["exception"] = describe_exception(record.exc_info[1])
        return json.dumps(line, ensure_ascii=True, default=str)


def configure_log(level: str = "info", stream: TextIO | None = None) -> None:
    """Send every record of this process to one stream, and nothing anywhere else. `level` is that of our own."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger("assay").setLevel(level.upper())
    for name in _QUIET:
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True
        logger.setLevel(logging.ERROR)


@dataclass(slots=True)
class RequestLine:
    """What is known of one request; filled while it is answered."""

    id: str
    method: str
    began_ns: int
    route: str = "-"
    """The rule, as `/01/<path:_decoded>`; `-` for an address that leads nowhere."""
    status: int = 0
    size_bytes: int = 0
    error: str = ""
    """The class of what went wrong on our side."""

    def fields(self, now_ns: int) -> dict[str, Any]:
        """Give the line."""
        line: dict[str, Any] = {
            "request": self.id,
            "method": self.method,
            "route": self.route,
            "status": self.status,
            "ms": round((now_ns - self.began_ns) / 1e6, 2),
            "bytes": self.size_bytes,
        }
        return line | {"error": self.error} if self.error else line


class RequestLog:
    """Around an application: gives each request an id, and writes its line when its answer has been sent."""

    def __init__(
        self, application: Application, clock_ns: Callable[[], int] = time.perf_counter_ns, told: Told | None = None
    ) -> None:
        self._application = application
        self._clock_ns = clock_ns
        self._told = told

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        line = RequestLine(secrets.token_hex(8), redact_method(environ["REQUEST_METHOD"]), self._clock_ns())
        environ[_LINE] = line

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            line.status = int(status[:3])
            return start_response(status, [*headers, (REQUEST_ID, line.id)], *rest)

        try:
            body = self._application(environ, start)
        except BaseException as error:
            self._write(line, error)
            raise
        return _Counted(body, line, self._write)

    def _write(self, line: RequestLine, error: BaseException | None) -> None:
        if error is not None:
            line.error = type(error).__name__
        now_ns = self._clock_ns()
        if self._told is not None:
            self._told(line.route, line.method, line.status, line.error, (now_ns - line.began_ns) / 1e9)
        _LOG.info("request", extra={_FIELDS: line.fields(now_ns)})


class _Counted:
    """A body that counts its bytes, and says when it ends."""

    def __init__(
        self, body: Iterable[bytes], line: RequestLine, write: Callable[[RequestLine, BaseException | None], None]
    ) -> None:
        self._body = body
        self._line = line
        self._write = write
        self._error: BaseException | None = None

    def __iter__(self) -> Iterator[bytes]:
        try:
            for part in self._body:
                self._line.size_bytes += len(part)
                yield part
        except Exception as error:
            self._error = error
            raise

    def close(self) -> None:
        close = getattr(self._body, "close", None)
        try:
            if close is not None:
                close()
        finally:
            self._write(self._line, self._error)


def note_error(error: BaseException) -> None:
    """Put an exception's class into the line of the present request."""
    line: RequestLine | None = request.environ.get(_LINE)
    if line is not None:
        line.error = type(error).__name__


def install_request_log(app: Flask, told: Told | None = None) -> None:
    """Write a line for every request of an application, and tell whoever counts them."""

    def note_route(response: Response) -> Response:
        line: RequestLine | None = request.environ.get(_LINE)
        if line is not None and request.url_rule is not None:
            line.route = request.url_rule.rule
        return response

    app.after_request(note_route)
    app.wsgi_app = RequestLog(app.wsgi_app, told=told)  # type: ignore[method-assign]
