"""`assay serve`: the site, on this machine or behind a proxy."""

from __future__ import annotations

import argparse
import dataclasses
import logging
import os
import signal
import sys
from pathlib import Path
from typing import Any, Final

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from web.app import create_app
from web.errors import SettingsError
from web.parts import Parts
from web.serving.launch import PortTakenError, claim_port, launch
from web.serving.process import Listening, address_for, announce, warn_of_other_hosts, warn_of_what_is_away
from web.settings import Server, Settings, read_settings, unknown_variables
from web.structured_log import configure_log
from web.wiring import wire

USAGE_ERROR: Final = 2
_PORT_MAX: Final = 65_535
_WORKERS_MAX: Final = 64
_IDLE_TIMEOUT_S: Final = 30
_LOG: Final = logging.getLogger("assay.server")


class DiscreetHandler(WSGIRequestHandler):
    """The development server's handler, with a log that names no label and no client, and with a time limit."""

    timeout = _IDLE_TIMEOUT_S

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Leave it to the application, which knows the route's rule."""

    def log_error(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Log that a request failed. The arguments may repeat its first line, so they are left out."""
        del args
        _LOG.warning("request refused: %s", format.partition("%")[0].strip(" (:"))

    def version_string(self) -> str:
        """Say what answers, and no version of anything."""
        return "assay"


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "serve",
        help="serve the site: labels open their record, photos are read",
        description="Serve the brand's site from its data folder. Without $ASSAY_NODE the embedded ledger is used, "
        "and started if need be. docs/settings.md explains every variable.",
    )
    parser.add_argument("--data", metavar="DIR", type=Path, help="the brand's folder; default: $ASSAY_DATA")
    parser.add_argument("--port", type=_port, default=5000, help="default: 5000; 0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on; default: this machine only")
    parser.add_argument(
        "--server", choices=[server.value for server in Server], help="default: $ASSAY_SERVER, then granian"
    )
    parser.add_argument(
        "--workers", type=_workers, metavar="N", help="processes; default: $ASSAY_WORKERS, then one a core, at most 4"
    )
    parser.add_argument(
        "--no-worker", action="store_true", help="leave claims and registrations to an `assay worker` of its own"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serve until told to stop. Raises TrustError when there is no usable trust file."""
    try:
        settings = _settings(args)
        warn_of_unknown_variables()
        port = claim_port(args.host, args.port)
        if settings.server is Server.DEV:
            return _serve_for_development(wire(settings), args.host, port, settings)
        listening = Listening(args.host, port, settings.workers, settings.threads, settings.proxies)
        return launch(settings, listening, with_worker=not args.no_worker)
    except (SettingsError, PortTakenError) as error:
        print(f"assay: {error}", file=sys.stderr)
        return USAGE_ERROR


def make_site_server(parts: Parts, host: str, port: int) -> BaseWSGIServer:
    """Listen; a thread a connection. Exits with a message when the port is taken."""
    return make_server(host, port, create_app(parts), threaded=True, request_handler=DiscreetHandler)


def _settings(args: argparse.Namespace) -> Settings:
    settings = read_settings(os.environ, data=args.data)
    if args.server:
        settings = dataclasses.replace(settings, server=Server(args.server))
    return dataclasses.replace(settings, workers=args.workers) if args.workers else settings


def _serve_for_development(parts: Parts, host: str, port: int, settings: Settings) -> int:
    configure_log(settings.log_level)
    parts.start()
    warn_of_what_is_away(parts)
    server = make_site_server(parts, host, port)
    listening = Listening(host, server.server_port, workers=1, threads=0)
    warn_of_other_hosts(parts, listening)
    announce(address_for(parts.hosts, listening) or listening.address)
    _stop_on_sigterm()
    try:
        server.serve_forever()
    finally:
        server.server_close()
        parts.close()
    return 0


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > _PORT_MAX:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: a whole number from 0 to {_PORT_MAX}")
    return int(text)


def _workers(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= _WORKERS_MAX:
        raise argparse.ArgumentTypeError(f"{text!r} is no count of processes: 1 to {_WORKERS_MAX}")
    return int(text)


def warn_of_unknown_variables() -> None:
    """Name the variables that nobody reads."""
    for name, nearest in unknown_variables(os.environ).items():
        hint = f"; did you mean {nearest}?" if nearest else ""
        print(f"assay: nobody reads the variable {name}{hint}", file=sys.stderr)


def _stop_on_sigterm() -> None:
    def stop(signum: int, frame: object) -> None:
        del signum, frame
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
