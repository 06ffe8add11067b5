"""`assay claim CODE --label LABEL --to ADDRESS`: take a sold piece into one's own hands."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any, Final

from mint.adapters.keystore_signer import KeySigner, draw_key, write_key
from mint.claims import claim
from mint.cli.common import add_house_options, guarded, opened_house, say
from provenance_schemas.claim_codes import ClaimCode
from provenance_schemas.ids import Address, parse_address

_LINE_MAX: Final = 200


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "claim",
        help="take a sold piece into one's own hands",
        description="Claim a sold piece with the code from its card. The house's relayer pays.",
        epilog="Exit codes: 0 done, 1 refused, 2 bad input, 3 not there now.",
    )
    parser.add_argument("code", metavar="CODE", help="the 27 characters of the card, in any grouping; - reads them")
    parser.add_argument("--label", metavar="URL", required=True, help="what the piece's label says")
    to = parser.add_mutually_exclusive_group(required=True)
    to.add_argument("--to", metavar="0x...", help="the account that is to hold it")
    to.add_argument("--new-key", metavar="FILE", type=Path, help="make a key for it and write it to FILE")
    add_house_options(parser)
    parser.set_defaults(run=guarded(run))


def run(args: argparse.Namespace) -> int:
    """Claim it."""
    code = ClaimCode.parse(sys.stdin.readline(_LINE_MAX).strip() if args.code == "-" else args.code)
    to = parse_address(args.to) if args.to else _new_account(args.new_key)
    with opened_house(args) as house:
        intent = claim(house, code, args.label, to)
        token_id = int(intent.payload["tokens"][0])
        item = house.identity.item(token_id)
        say(args, {"item": str(item), "owner": to}, f"{item} belongs to {to} now")
    return 0


def _new_account(path: Path) -> Address:
    """Make a key first: a piece claimed for a key that could not be written would be lost."""
    key = draw_key()
    write_key(path, key)
    return KeySigner(key).address
