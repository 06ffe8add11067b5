"""`assay mint void PIECE ENTRY --reason TEXT`: take back a step that should not have been recorded."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import Any

from mint.cli.common import add_house_options, guarded, opened_house, say
from mint.voids import void_step


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "void",
        help="void a step",
        description="Void an entry of a piece's history. It stays on the ledger with the reason; readers leave it out.",
    )
    parser.add_argument("piece", metavar="PIECE", help="a reference or token")
    parser.add_argument("entry", metavar="ENTRY", type=int, help="its number in the piece's own history, from 1")
    parser.add_argument("--reason", required=True, help="why, in a sentence everyone may read")
    parser.add_argument("--batch", action="store_true", help="the entry stands in the batch's history")
    parser.add_argument("--actor", metavar="NAME", help="who recorded it; otherwise the guardian voids it")
    add_house_options(parser)
    parser.set_defaults(run=guarded(run))


def run(args: argparse.Namespace) -> int:
    """Void it."""
    with opened_house(args) as house:
        now = datetime.now(UTC).replace(microsecond=0)
        intent = void_step(house, args.piece, args.entry, args.reason, now, whole_batch=args.batch, actor=args.actor)
        say(args, {"voided": args.entry, "gas_used": intent.gas_used}, f"entry {args.entry} of {args.piece} is voided")
    return 0
