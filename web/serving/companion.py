"""The process beside the servers: says when the site answers, and keeps a worker at work.

It has no threads and opens nothing, so each worker it starts begins clean.
"""

from __future__ import annotations

import http.client
import os
import signal
import time
from typing import Any, Final

from web.serving.process import Listening, announce, new_process
from web.serving.worker_process import work
from web.settings import Settings

_START_TIMEOUT_S: Final = 60.0
_PAUSE_S: Final = 0.05
_LOOK_S: Final = 0.5
_REST_S: Final = 2.0
"""Before a worker that died is replaced."""
_ASK_TIMEOUT_S: Final = 5.0


def accompany(settings: Settings, listening: Listening, address: str, parent: int, *, with_worker: bool) -> None:
    """Say where the site answers, and keep a worker until told to stop, or until the server is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to everybody; the server passes on its end
    signal.signal(signal.SIGTERM, _end)
    worker = _started(settings) if with_worker else None
    try:
        _announce_when_ready(listening, address, parent)
        while os.getppid() == parent:
            if worker is not None and not worker.is_alive():
                time.sleep(_REST_S)
                worker = _started(settings)
            time.sleep(_LOOK_S)
    finally:
        if worker is not None:
            worker.terminate()
            worker.join()


def _started(settings: Settings) -> Any:
    worker = new_process(work, settings)
    worker.start()
    return worker


def _end(signum: int, frame: object) -> None:
    del signum, frame
    raise SystemExit(0)


def _announce_when_ready(listening: Listening, address: str, parent: int) -> None:
    deadline_s = time.monotonic() + _START_TIMEOUT_S
    while time.monotonic() < deadline_s and os.getppid() == parent:
        if _answers(listening):
            announce(address)
            return
        time.sleep(_PAUSE_S)


def _answers(listening: Listening) -> bool:
    connection = http.client.HTTPConnection(listening.reachable, listening.port, timeout=_ASK_TIMEOUT_S)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()
