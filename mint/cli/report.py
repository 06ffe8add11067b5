"""`assay mint report stolen|lost|withdraw PIECE`: what an owner says of a piece."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, Final

from mint.cli.common import add_house_options, guarded, opened_house, owner_key, say
from mint.reports import ReportReason, report
from provenance_schemas.step_kinds import EntryKind

KINDS: Final = {
    "stolen": EntryKind.REPORTED_STOLEN,
    "lost": EntryKind.REPORTED_LOST,
    "withdraw": EntryKind.REPORT_WITHDRAWN,
}
REASONS: Final = {reason.name.lower(): reason for reason in ReportReason}


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "report",
        help="report a piece stolen or lost, or take that back",
        description="Report a piece in stock, or with --key one that its owner holds. "
        "The guardian withdraws the report of a piece whose owner is not here.",
    )
    parser.add_argument("kind", choices=KINDS, help="what to report")
    parser.add_argument("piece", metavar="PIECE", help="a reference or token")
    parser.add_argument("--reason", choices=REASONS, default="not_stated", help="why")
    parser.add_argument("--key", metavar="FILE", type=Path, help="the owner's key")
    add_house_options(parser)
    parser.set_defaults(run=guarded(run))


def run(args: argparse.Namespace) -> int:
    """Report it."""
    with opened_house(args) as house:
        kind = KINDS[args.kind]
        report(house, args.piece, kind, REASONS[args.reason], owner_key(args))
        say(args, {"piece": args.piece, "kind": kind.word, "reason": args.reason}, f"{args.piece}: {kind.word}")
    return 0
