"""`assay mint label PIECE... --out DIR`: draw the labels in force."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from mint.cli.common import add_house_options, guarded, opened_house, say
from mint.cli.label_options import (
    add_drawing_options,
    add_format_option,
    add_size_options,
    add_spelling_options,
    choices_of,
)
from mint.printing import make_label, print_label


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "label",
        help="draw labels",
        description="Draw the label of each piece, and read it back in every simulated print before it is written. "
        "A label's serial is a secret: the files are readable by their owner only.",
    )
    parser.add_argument("pieces", metavar="PIECE", nargs="+", help="a reference or token")
    parser.add_argument("--out", metavar="DIR", type=Path, required=True, help="folder for the pictures")
    add_format_option(parser)
    add_size_options(parser)
    add_spelling_options(parser)
    add_drawing_options(parser)
    parser.add_argument("--text", action="store_true", help="also print what the labels say; that is the secret")
    add_house_options(parser)
    parser.set_defaults(run=guarded(run))


def run(args: argparse.Namespace) -> int:
    """Draw them all."""
    with opened_house(args) as house:
        choices = choices_of(args)
        sheets = [make_label(house, name, args.format, choices, args.spelling) for name in args.pieces]
    written = [print_label(sheet, args.out) for sheet in sheets]
    module_mm = round(choices.printed_module_mm(args.format), 3)
    value = [
        {"reference": sheet.reference, "file": str(path), "module_mm": module_mm}
        | ({"text": sheet.text} if args.text else {})
        for sheet, path in zip(sheets, written, strict=True)
    ]
    say(args, value, "\n".join(map(_line, value)))
    return 0


def _line(one: dict[str, object]) -> str:
    said = f"  {one['text']}" if "text" in one else ""
    return f"{one['reference']}  {one['file']}  modules of {one['module_mm']} mm{said}"
