"""Start the site's processes: prepare in one of its own, then serve, and say so once the site answers."""

from __future__ import annotations

import dataclasses
import os
import socket
import sys
from collections.abc import Callable
from functools import partial
from typing import Final

from verifier.adapters.trust_store import open_trust
from verifier.errors import TrustError, UnavailableError
from web.errors import WebError
from web.serving.companion import accompany
from web.serving.draining import ServingFolder
from web.serving.granian_server import serve_with_granian
from web.serving.gunicorn_server import serve_with_gunicorn
from web.serving.process import GRACE_S, Listening, Load, address_for, all_hosts, load_application, new_process, prepare
from web.settings import Server, Settings
from web.structured_log import configure_log

USAGE_ERROR: Final = 2
START_ERRORS: Final = (WebError, TrustError, UnavailableError)
"""What an operator can mend: said in one line."""
SERVERS: Final[dict[Server, Callable[[Load, Listening], None]]] = {
    Server.GRANIAN: serve_with_granian,
    Server.GUNICORN: serve_with_gunicorn,
}


class PortTakenError(WebError):
    """Somebody listens there already. Nothing was started."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(f"cannot listen on {host}:{port}: {reason}")
        self.host = host
        self.port = port


def claim_port(host: str, port: int) -> int:
    """Make sure that nobody listens there, and give the port; 0 becomes a free one. Raises PortTakenError.

    Several processes will share the port (SO_REUSEPORT), so the kernel would let a second site join the first.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            found: int = probe.getsockname()[1]
    except OSError as error:
        raise PortTakenError(host, port, error.strerror or "not an address of this machine") from error
    return found


def launch(settings: Settings, listening: Listening, *, with_worker: bool = True) -> int:
    """Serve until told to stop; give the exit code.

    1. Migrations, the embedded ledger and warnings happen in a process that ends, so that this one never opens a
       connection which its children would inherit.
    2. A companion says where the site answers, and keeps a worker at work.
    3. The server forks its processes; each opens its own parts.
    """
    configure_log(settings.log_level)
    first = new_process(_prepare, settings, listening)  # 1.
    first.start()
    first.join()
    if first.exitcode:
        return USAGE_ERROR if first.exitcode == USAGE_ERROR else 1
    address = address_for(all_hosts(open_trust(settings.trust, settings.state_folder)), listening) or listening.address
    serving = ServingFolder(settings.serving_folder, os.getpid())
    serving.make()
    listening = dataclasses.replace(listening, drain_s=settings.drain_s, folder=serving.path)
    companion = new_process(accompany, settings, listening, address, os.getpid(), with_worker=with_worker)  # 2.
    companion.start()
    try:
        SERVERS[settings.server](partial(load_application, settings), listening)  # 3.
    finally:
        companion.terminate()
        companion.join(GRACE_S)
        serving.remove()
    return 0


def _prepare(settings: Settings, listening: Listening) -> None:
    try:
        prepare(settings, listening)
    except START_ERRORS as error:
        print(f"assay: {error}", file=sys.stderr)
        raise SystemExit(USAGE_ERROR) from error
