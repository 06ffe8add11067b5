"""`assay custody find`: the key of a held piece, from the custody key alone."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any, Final

from mint.adapters.keystore_signer import write_key
from mint.errors import KeyFileError
from provenance_schemas.errors import IdError
from provenance_schemas.ids import Address, ItemId, parse_address
from web.custody.errors import CustodyKeyError
from web.custody.keys import TRIES, TRIES_MAX, load_custody_keys
from web.errors import SettingsError, WebError
from web.settings import read_settings

NOT_OURS: Final = 1
USAGE_ERROR: Final = 2
_DIGITS_MAX: Final = len(str(TRIES_MAX))


class AddressNotOursError(WebError):
    """No holding of this piece has this address, so far as it was looked. No key was written."""

    def __init__(self, item: ItemId, address: Address, tries: int) -> None:
        super().__init__(
            f"{address} is none of the first {tries} addresses of {item}; compare both with what `assay verify --json` "
            "says, or look further with --tries"
        )
        self.item = item
        self.address = address
        self.tries = tries


def add_parser(subparsers: Any) -> None:
    """Add the subcommand and those below it."""
    parser = subparsers.add_parser(
        "custody", help="find the key of a held piece whose row was lost", description="Pieces held for people."
    )
    below = parser.add_subparsers(dest="custody_command", metavar="COMMAND", required=True)
    finding = below.add_parser(
        "find",
        help="find which holding of a piece an address is",
        description="Find an address among those of a piece, from keys/custody.key alone: neither database nor ledger "
        "is asked. With --write its key goes into a file, with which `assay transfer --key` moves the piece.",
        epilog="Exit codes: 0 found, 1 not one of ours, 2 bad input.",
    )
    finding.add_argument("item", metavar="ITEM", help="its CAIP-19 name, as `assay verify --json` shows it")
    finding.add_argument("address", metavar="0x...", help="its owner on the ledger")
    finding.add_argument("--write", metavar="FILE", type=Path, help="write the key there, for its owner alone")
    finding.add_argument("--tries", type=_tries, default=TRIES, metavar="N", help=f"how far to look; default: {TRIES}")
    finding.add_argument("--data", metavar="DIR", type=Path, help="the brand's folder; default: $ASSAY_DATA")
    finding.add_argument("--json", action="store_true", help="print JSON")
    finding.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Find it. The key itself is never printed."""
    try:
        _find(args)
    except AddressNotOursError as error:
        print(f"assay: {error}", file=sys.stderr)
        return NOT_OURS
    except (SettingsError, IdError, CustodyKeyError, KeyFileError) as error:
        print(f"assay: {error}", file=sys.stderr)
        return USAGE_ERROR
    return 0


def _find(args: argparse.Namespace) -> None:
    item, address = ItemId.parse(args.item), parse_address(args.address)
    path = read_settings(os.environ, data=args.data).custody_key_file
    found = load_custody_keys(path, in_use=True).find_holding_key(item, address, args.tries)
    if found is None:
        raise AddressNotOursError(item, address, args.tries)
    value: dict[str, object] = {"item": str(item), "address": address, "counter": found.counter}
    text = f"{address} is address {found.counter} of {item}"
    if args.write is not None:
        write_key(args.write, found.key)
        value["key"] = str(args.write)
        text += f"\nIts key is in {args.write}: delete it when the piece is moved."
    print(json.dumps(value, indent=2) if args.json else text)


def _tries(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > _DIGITS_MAX or not 0 < int(text) <= TRIES_MAX:
        raise argparse.ArgumentTypeError(f"{text[:20]!r} is not a number from 1 to {TRIES_MAX}")
    return int(text)
