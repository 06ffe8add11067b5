"""The site behind gunicorn's threads. Put a proxy in front that reads requests whole: a slow client holds a thread."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from gunicorn.app.base import BaseApplication

from web.serving.bodies import BodyLimits
from web.serving.bridge import Application
from web.serving.draining import delay_sigterm
from web.serving.process import GRACE_S, Listening, Load

_READ_TIMEOUT_S: Final = 15
_LINE_MAX_BYTES: Final = 8_190
_FIELD_MAX_BYTES: Final = 8_190
_FIELDS_MAX: Final = 64
_KEEP_ALIVE_S: Final = 30
_SENT_MAX_BYTES: Final = BodyLimits().sent_max_bytes
_PART_BYTES: Final = 64 * 1024
_OPENING_WORDS: Final = re.compile(r"[A-Za-z ,.-]*(?=[^A-Za-z]|$)")
_LOG: Final = logging.getLogger("assay.server")


class DiscreetLogger:
    """What gunicorn says, without what it says it about: its arguments name addresses and first lines."""

    def __init__(self, config: Any) -> None:
        del config
        self.error_log = self.access_log = _LOG

    def critical(self, message: str, *_args: Any, **_kwargs: Any) -> None:
        """Log the words."""
        _LOG.critical("%s", _words(message))

    def error(self, message: str, *_args: Any, **_kwargs: Any) -> None:
        """Log the words."""
        _LOG.error("%s", _words(message))

    def warning(self, message: str, *_args: Any, **_kwargs: Any) -> None:
        """Log the words."""
        _LOG.warning("%s", _words(message))

    def info(self, message: str, *_args: Any, **_kwargs: Any) -> None:
        """Log the words, for whoever looks for them."""
        _LOG.debug("%s", _words(message))

    def debug(self, message: str, *_args: Any, **_kwargs: Any) -> None:
        """Log nothing."""

    def exception(self, message: str, *_args: Any, **_kwargs: Any) -> None:
        """Log the words, and the exception in flight as our log writes it."""
        _LOG.exception("%s", _words(message))

    def log(self, level: int, message: str, *_args: Any, **_kwargs: Any) -> None:
        """Log the words."""
        _LOG.log(level, "%s", _words(message))

    def access(self, *_args: Any) -> None:
        """Leave it to the application, which knows the route's rule."""

    def atoms(self, *_args: Any) -> dict[str, Any]:
        """Give nothing to an access log that is not written."""
        return {}

    def reopen_files(self) -> None:
        """Do nothing: there are no files."""

    def close_on_exec(self) -> None:
        """Do nothing: there are no files."""


class _Site(BaseApplication):  # type: ignore[misc]
    """Gunicorn, configured here alone: no file, no environment."""

    def __init__(self, load: Load, listening: Listening) -> None:
        self._load = load
        self._listening = listening
        super().__init__()

    def load_config(self) -> None:
        """Set everything that differs from gunicorn's own."""
        for name, value in _options(self._listening).items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Build the application, in the worker."""
        return _read_to_the_end(self._load())


def serve_with_gunicorn(load: Load, listening: Listening) -> None:
    """Serve until SIGTERM or SIGINT; requests that have begun are answered first.

    Forks, so nothing may be open; `load` runs in each worker.
    """
    _Site(load, listening).run()


def _options(listening: Listening) -> dict[str, Any]:
    return {
        "bind": listening.address,
        "workers": listening.workers,
        "worker_class": "gthread",
        "threads": listening.threads,
        "preload_app": False,
        "keepalive": _KEEP_ALIVE_S,
        "graceful_timeout": GRACE_S,
        "limit_request_line": _LINE_MAX_BYTES,
        "limit_request_fields": _FIELDS_MAX,
        "limit_request_field_size": _FIELD_MAX_BYTES,
        # Who stands in front is ASSAY_PROXIES' business: otherwise anybody on this machine could say "https".
        "forwarded_allow_ips": "",
        "forwarder_headers": "",
        "secure_scheme_headers": {},
        "header_map": "drop",
        "control_socket_disable": True,
        "accesslog": None,
        "logger_class": DiscreetLogger,
        "pre_request": _limit_body_pauses,
        "when_ready": lambda _: delay_sigterm(listening.folder, listening.drain_s),
    }


def _read_to_the_end(application: Application) -> Application:
    """Read what an application left of a body: who is still sending would see a broken connection and no answer."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = application(environ, start_response)
        left_bytes = _SENT_MAX_BYTES
        while left_bytes > 0 and (part := environ["wsgi.input"].read(_PART_BYTES)):
            left_bytes -= len(part)
        return body

    return answer


def _limit_body_pauses(worker: Any, request: Any) -> None:
    """End a connection that stays silent within a body."""
    del worker
    request.unreader.sock.settimeout(_READ_TIMEOUT_S)


def _words(message: object) -> str:
    """Keep the words a message opens with; gunicorn puts addresses and first lines into some of them itself."""
    match = _OPENING_WORDS.match(str(message))
    return match[0].strip() if match and match[0].strip() else "(no words)"
