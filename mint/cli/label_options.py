"""The options of everything that draws labels."""

from __future__ import annotations

import argparse
from pathlib import Path

from mint.errors import InputError
from mint.labels.choices import PICTURE_FORMATS, PNG_DPI, ZPL_DPIS, PrintChoices, Spelling
from mint.labels.ink import Inks
from mint.labels.substrates import DEMANDS, Substrate


def add_size_options(parser: argparse.ArgumentParser, substrate: Substrate = Substrate.PAPER) -> None:
    """Add substrate, module and format."""
    parser.add_argument(
        "--substrate",
        choices=[one.value for one in Substrate],
        default=substrate.value,
        help=f"what it is printed on; sets error correction and the smallest module. Default: {substrate}",
    )
    sizes = ", ".join(f"{one} {demands.module_mm:g}" for one, demands in DEMANDS.items())
    parser.add_argument("--module-mm", metavar="MM", type=float, help=f"width of a module, 0.396 to 0.99; else {sizes}")


def add_spelling_options(parser: argparse.ArgumentParser) -> None:
    """Add how the address is written."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--upper",
        dest="spelling",
        action="store_const",
        const=Spelling.UPPER,
        default=Spelling.UPPER,
        help="HTTPS:// and host in capitals: the smallest symbol, 33 modules for a host of 17 characters (default)",
    )
    group.add_argument(
        "--mixed",
        dest="spelling",
        action="store_const",
        const=Spelling.MIXED,
        help="https:// and host in small letters, for apps that want them: 37 modules a side for the same host",
    )


def add_drawing_options(parser: argparse.ArgumentParser) -> None:
    """Add inks, logo, typeface and resolution."""
    parser.add_argument("--ink", metavar="#RRGGBB", default="#000000", help="darker than the paper; default: black")
    parser.add_argument("--paper", metavar="#RRGGBB", default="#ffffff", help="default: white")
    parser.add_argument("--logo", metavar="PNG", type=Path, help="a picture for the middle of the symbol")
    parser.add_argument("--logo-modules", metavar="N", type=int, help="its width; default: the most that is safe")
    parser.add_argument("--font", metavar="FILE", type=Path, help="the house's own typeface; for PDF a TrueType file")
    parser.add_argument(
        "--dpi", type=int, choices=ZPL_DPIS, help=f"of a PNG or a thermal printer; default: {PNG_DPI}, for zpl 203"
    )


def add_format_option(parser: argparse.ArgumentParser, default: str = "png") -> None:
    """Add the format of the files."""
    parser.add_argument("--format", choices=PICTURE_FORMATS, default=default, help=f"default: {default}")


def choices_of(args: argparse.Namespace) -> PrintChoices:
    """Read what was chosen. Raises InputError for a logo that cannot be read, LabelPrintError."""
    logo = None
    if args.logo is not None:
        try:
            logo = args.logo.read_bytes()
        except OSError as error:
            raise InputError(f"{args.logo}: {error.strerror or 'cannot be read'}") from error
    dpi = args.dpi or (min(ZPL_DPIS) if args.format == "zpl" else PNG_DPI)
    return PrintChoices(
        substrate=Substrate(args.substrate),
        module_mm=args.module_mm,
        inks=Inks(args.ink, args.paper),
        logo=logo,
        logo_modules=args.logo_modules,
        font_path=args.font,
        dpi=dpi,
    )
