"""`assay mint label PIECE... --out DIR`: draw the labels in force."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from mint.cli.common import add_house_options, guarded, opened_house, say
from mint.printing import make_label, print_label


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "label",
        help="draw labels",
        description="Draw the label of each piece, and read the picture back before it is written. "
        "A label's serial is a secret: the files are readable by their owner only.",
    )
    parser.add_argument("pieces", metavar="PIECE", nargs="+", help="a reference or token")
    parser.add_argument("--out", metavar="DIR", type=Path, required=True, help="folder for the pictures")
    parser.add_argument("--format", choices=("png", "svg"), default="png", help="default: png, 600 dpi")
    parser.add_argument("--text", action="store_true", help="also print what the labels say; that is the secret")
    add_house_options(parser)
    parser.set_defaults(run=guarded(run))


def run(args: argparse.Namespace) -> int:
    """Draw them all."""
    with opened_house(args) as house:
        sheets = [make_label(house, name, args.format) for name in args.pieces]
    written = [print_label(sheet, args.out) for sheet in sheets]
    value = [
        {"reference": sheet.reference, "file": str(path)} | ({"text": sheet.text} if args.text else {})
        for sheet, path in zip(sheets, written, strict=True)
    ]
    say(args, value, "\n".join("  ".join(map(str, one.values())) for one in value))
    return 0
