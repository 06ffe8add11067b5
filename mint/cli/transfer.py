"""`assay transfer PIECE --to ADDRESS`: hand a piece on."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from mint.cli.common import add_house_options, guarded, opened_house, owner_key, say
from mint.ownership import item_of
from mint.transfers import transfer
from provenance_schemas.ids import parse_address


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "transfer",
        help="hand a piece on",
        description="Move a piece to another account. Its owner's key signs; the house's relayer brings it and pays.",
        epilog="Exit codes: 0 done, 1 refused, 2 bad input, 3 not there now.",
    )
    parser.add_argument("piece", metavar="PIECE", help="a reference, token or CAIP-19 name")
    parser.add_argument("--to", metavar="0x...", required=True, help="the account that is to hold it")
    parser.add_argument("--key", metavar="FILE", type=Path, help="the owner's key; without it, out of stock")
    add_house_options(parser)
    parser.set_defaults(run=guarded(run))


def run(args: argparse.Namespace) -> int:
    """Move it."""
    to = parse_address(args.to)
    with opened_house(args) as house:
        item = item_of(house, args.piece)
        transfer(house, args.piece, to, owner_key(args))
        say(args, {"item": str(item), "owner": to}, f"{item} belongs to {to} now")
    return 0
