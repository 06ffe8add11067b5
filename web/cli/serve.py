"""`assay serve`: the site on this machine, for a demonstration or behind a proxy on the same host."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
from pathlib import Path
from typing import Any, Final

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from verifier.errors import UnavailableError
from web.app import create_app, origin_of
from web.errors import SettingsError
from web.log_redaction import redact_method, redact_target
from web.parts import Parts
from web.settings import read_settings
from web.wiring import wire

USAGE_ERROR: Final = 2
_PORT_MAX: Final = 65_535
_IDLE_TIMEOUT_S: Final = 30


class DiscreetHandler(WSGIRequestHandler):
    """The development server's handler, with a log that names no label and no client, and with a time limit."""

    timeout = _IDLE_TIMEOUT_S

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log method, shape of the target, status and size."""
        # A request line that cannot be parsed leaves neither method nor path.
        method, target = getattr(self, "command", None) or "-", getattr(self, "path", None) or "-"
        _LOG.info("%s %s %s %s", redact_method(method), redact_target(target), code, size)

    def log_error(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Log that a request failed. The arguments may repeat its first line, so they are left out."""
        del args
        _LOG.warning("request refused: %s", format.partition("%")[0].strip(" (:"))

    def version_string(self) -> str:
        """Say what answers, and no version of anything."""
        return "assay"


_LOG: Final = logging.getLogger("assay.access")


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "serve",
        help="serve the site: labels open their record, photos are read",
        description="Serve the brand's site from its data folder. Without $ASSAY_NODE the embedded ledger is used, "
        "and started if need be.",
    )
    parser.add_argument("--data", metavar="DIR", type=Path, help="the brand's folder; default: $ASSAY_DATA")
    parser.add_argument("--port", type=_port, default=5000, help="default: 5000; 0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on; default: this machine only")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serve until told to stop. Raises TrustError when there is no usable trust file."""
    try:
        parts = wire(read_settings(os.environ, data=args.data))
    except SettingsError as error:
        print(f"assay: {error}", file=sys.stderr)
        return USAGE_ERROR
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s", stream=sys.stderr)
    _warn_of_what_is_away(parts)
    server = make_site_server(parts, args.host, args.port)
    _announce(parts, args.host, server.server_port)
    _stop_on_sigterm()
    try:
        server.serve_forever()
    finally:
        server.server_close()
    return 0


def make_site_server(parts: Parts, host: str, port: int) -> BaseWSGIServer:
    """Listen; a thread a connection. Exits with a message when the port is taken."""
    return make_server(host, port, create_app(parts), threaded=True, request_handler=DiscreetHandler)


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > _PORT_MAX:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: a whole number from 0 to {_PORT_MAX}")
    return int(text)


def _warn_of_what_is_away(parts: Parts) -> None:
    """Ask each part once, so that the first visitor does not wait for a ledger that starts."""
    for name, probe in parts.probes.items():
        try:
            probe()
        except UnavailableError as error:
            print(f"assay: {name}: {error}; until it is back, every answer is 503", file=sys.stderr)


def _announce(parts: Parts, host: str, port: int) -> None:
    address = f"{host}:{port}"
    print(f"Serving {origin_of(address)}/", flush=True)
    if address not in parts.hosts:
        print(
            f"assay: no label leads to {address}; the trust file names {', '.join(parts.hosts)}, "
            "and requests for any other host get 421",
            file=sys.stderr,
            flush=True,
        )


def _stop_on_sigterm() -> None:
    def stop(signum: int, frame: object) -> None:
        del signum, frame
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
