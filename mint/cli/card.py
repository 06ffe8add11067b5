"""`assay mint card PIECE... --out DIR`: draw claim cards, once, and forget their codes."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from mint.claims import renew_claim_key
from mint.cli.common import add_house_options, guarded, opened_house, say
from mint.cli.label_options import add_format_option
from mint.labels.claim_card import CardShape
from mint.printing import print_cards


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "card",
        help="draw claim cards, and forget their codes",
        description="Draw the claim card of each piece. Once all are written the codes are erased from the house: "
        "a card can be drawn once.",
    )
    parser.add_argument("pieces", metavar="PIECE", nargs="+", help="a reference or token")
    parser.add_argument("--out", metavar="DIR", type=Path, required=True, help="folder for the pictures")
    add_format_option(parser)
    parser.add_argument(
        "--shape",
        choices=[one.value for one in CardShape],
        default=CardShape.FOLD.value,
        help="folded over the code, or with scratch foil over it; default: fold",
    )
    parser.add_argument(
        "--renew", action="store_true", help="set a new code on the ledger first, while the piece is in stock"
    )
    add_house_options(parser)
    parser.set_defaults(run=guarded(run))


def run(args: argparse.Namespace) -> int:
    """Draw them all, then forget."""
    with opened_house(args) as house:
        if args.renew:
            for name in args.pieces:
                renew_claim_key(house, name)
        written = print_cards(house, args.pieces, args.out, args.format, shape=CardShape(args.shape))
    value = [{"reference": reference, "file": str(path)} for reference, path in written]
    text = "\n".join(f"{reference}  {path}" for reference, path in written)
    say(args, value, f"{text}\nThe codes are erased here; whoever holds the cards holds the only copies.")
    return 0
