"""`assay mint keys list|rotate|accept|cancel|set|encrypt|import|export|passphrase`: the keys of the house."""

from __future__ import annotations

import argparse
from typing import Any

from mint.cli import keys_files, keys_rotate
from mint.cli.common import add_house_options, guarded, opened_house, say
from mint.key_standing import Standing, key_standings


def add_parser(subparsers: Any) -> None:
    """Add the subcommand and those below it."""
    parser = subparsers.add_parser(
        "keys",
        help="the keys of the house",
        description="The keys of the house: where they are, what they may do, and how one is replaced.",
    )
    below = parser.add_subparsers(dest="keys_command", metavar="COMMAND", required=True)
    listing = below.add_parser(
        "list",
        help="list the keys",
        description="List the keys: account, where it is, and what the ledger lets it do. Exit code 1 when a key that "
        "was replaced may still act.",
    )
    listing.add_argument("--ask", action="store_true", help="open every signer, and ask those elsewhere for their keys")
    add_house_options(listing)
    listing.set_defaults(run=guarded(_list))
    keys_rotate.add_parsers(below)
    keys_files.add_parsers(below)


def _list(args: argparse.Namespace) -> int:
    with opened_house(args) as house:
        found = key_standings(house, house.keys if args.ask else None)
    value = [
        {
            "name": one.name,
            "address": one.address,
            "kind": one.kind,
            "where": one.where,
            "may": list(one.may),
            "disputed_since_s": one.disputed_since_s or None,
            "balance_wei": str(one.balance_wei),
            "problem": one.problem,
        }
        for one in found
    ]
    say(args, value, "\n".join(map(_line, found)))
    return 1 if any(one.problem for one in found) else 0


def _line(one: Standing) -> str:
    words = ", ".join(one.may) or "nothing on the ledger"
    disputed = ", disputed" if one.disputed_since_s else ""
    problem = f"  PROBLEM: {one.problem}" if one.problem else ""
    return f"{one.name:<14} {one.address}  {one.kind}: {one.where}  may {words}{disputed}{problem}"
