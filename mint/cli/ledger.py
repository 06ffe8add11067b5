"""`assay ledger start|stop|status`: the embedded ledger of a house."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from mint.cli.common import data_dir, guarded, say
from mint.errors import LedgerUnavailableError
from mint.localnet.errors import LocalnetError
from mint.localnet.lock import holder
from mint.localnet.start import ensure_localnet, stop_localnet


def add_parser(subparsers: Any) -> None:
    """Add the subcommand and those below it."""
    parser = subparsers.add_parser(
        "ledger",
        help="start or stop the embedded ledger",
        description="The embedded ledger of a house: an EVM chain in its folder. Commands start it when they need it.",
    )
    below = parser.add_subparsers(dest="ledger_command", metavar="COMMAND", required=True)
    for name, words, work in (
        ("start", "start it, if it does not run", _start),
        ("stop", "stop it; what it acknowledged is kept", _stop),
        ("status", "say whether it runs", _status),
    ):
        one = below.add_parser(name, help=words, description=words.capitalize() + ".")
        one.add_argument("--data", metavar="DIR", type=Path, help="the house's folder; default: $ASSAY_DATA")
        one.add_argument("--json", action="store_true", help="print JSON")
        one.set_defaults(run=guarded(work))


def _folder(args: argparse.Namespace) -> Path:
    return data_dir(args) / "localnet"


def _start(args: argparse.Namespace) -> int:
    try:
        handle = ensure_localnet(_folder(args))
    except LocalnetError as error:
        raise LedgerUnavailableError(str(error)) from error
    say(args, {"url": handle.url, "pid": handle.pid, "started": handle.started}, f"{handle.url}  process {handle.pid}")
    return 0


def _stop(args: argparse.Namespace) -> int:
    try:
        stopped = _folder(args).exists() and stop_localnet(_folder(args))
    except LocalnetError as error:
        raise LedgerUnavailableError(str(error)) from error
    say(args, {"stopped": stopped}, "stopped" if stopped else "it was not running")
    return 0


def _status(args: argparse.Namespace) -> int:
    pid = holder(_folder(args)) if _folder(args).exists() else None
    say(args, {"pid": pid}, "not running" if pid is None else f"running as process {pid}")
    return 0
