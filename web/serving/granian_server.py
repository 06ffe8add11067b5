"""The site behind granian: HTTP in Rust, one bridge a process."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings

from web.serving.bridge import Bridge
from web.serving.draining import in_this_process, stop_later
from web.serving.process import GRACE_S, Listening, Load

_HEADER_TIMEOUT_MS: Final = 15_000
_HEADERS_MAX_BYTES: Final = 64 * 1024
_BACKLOG: Final = 1_024
_CONCURRENT_MAX: Final = 1_024
"""Connections that one process reads from at once. Slow ones cost memory only, so it may be high."""
_SILENT: Final[dict[str, Any]] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {},
    "handlers": {},
    "loggers": {name: {"handlers": [], "propagate": True} for name in ("_granian", "granian.access")},
}
"""Granian's own log goes where ours goes; it writes no line for a request."""


def serve_with_granian(load: Load, listening: Listening) -> None:
    """Serve until SIGTERM or SIGINT; requests that have begun are answered first.

    Forks, so nothing may be open; `load` runs in each worker.
    """
    server: Any = Granian(
        "web",
        address=listening.host,
        port=listening.port,
        interface=Interfaces.ASGINL,
        workers=listening.workers,
        http=HTTPModes.http1,
        websockets=False,
        backlog=_BACKLOG,
        backpressure=_CONCURRENT_MAX,
        http1_settings=HTTP1Settings(header_read_timeout=_HEADER_TIMEOUT_MS, max_buffer_size=_HEADERS_MAX_BYTES),
        log_access=False,
        log_dictconfig=_SILENT,
        respawn_failed_workers=True,
        workers_kill_timeout=GRACE_S,
    )
    server.signal_handler_interrupt = _draining_first(server.signal_handler_interrupt, listening)
    server.serve(target_loader=partial(_bridge, load, listening), wrap_loader=False)


def _draining_first(stop: Callable[..., None], listening: Listening) -> Callable[..., None]:
    """Say for a while that the server is not ready, and stop then. Told twice, it stops at once."""
    waits_s = [listening.drain_s]

    def handler(*args: Any, **kwargs: Any) -> None:
        stop_later(listening.folder, waits_s.pop() if waits_s else 0, lambda: stop(*args, **kwargs))

    return in_this_process(handler)


def _bridge(load: Load, listening: Listening) -> Bridge:
    return Bridge(load(), threads=listening.threads, proxies=listening.proxies)
