"""`assay mint register FILE...`: register pieces, one or thousands."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from mint.cli.common import add_house_options, guarded, opened_house, say, shown_progress
from mint.errors import Fault, FaultsError, InputError
from mint.house import House, write_text
from mint.items import RegistrationReport, register_pieces
from mint.pieces import PieceInput
from mint.registration_input import FIELDS, read_pieces

_SHOWN: Final = 20


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "register",
        help="register pieces from CSV or JSON files",
        description="Register pieces. All rows of all files are checked first; one broken row and none is registered.",
        epilog=f"Fields: {', '.join(FIELDS)}.",
    )
    parser.add_argument("files", metavar="FILE", nargs="+", type=Path, help=".json, or anything else as CSV")
    parser.add_argument(
        "--skip-broken",
        metavar="FILE",
        type=Path,
        help="register the good rows and write what is wrong with the others to FILE",
    )
    add_house_options(parser)
    parser.set_defaults(run=guarded(run))


def run(args: argparse.Namespace) -> int:
    """Read, check, register."""
    with opened_house(args) as house:
        pieces, faults = _read(house, args.files)
        if faults and args.skip_broken is None:
            raise FaultsError(faults)
        if faults:
            rows = [fault_json(fault) for fault in faults]
            write_text(args.skip_broken, json.dumps(rows, indent=2, ensure_ascii=False) + "\n")
            print(f"{len(faults)} faults were written to {args.skip_broken}", file=sys.stderr)
        if not pieces:
            raise InputError("no row is left to register")
        report = register_pieces(house, pieces, progress=shown_progress())
        say(args, report_json(report), _text(report))
    return 0


def _read(house: House, files: Sequence[Path]) -> tuple[list[PieceInput], list[Fault]]:
    """Read all files; a reference that is registered already, or stands in two files, is a fault too."""
    pieces: list[PieceInput] = []
    faults: list[Fault] = []
    seen: set[str] = set()
    for path in files:
        parsed = read_pieces(path, house.identity.maker)
        faults += parsed.faults
        for row, piece in zip(parsed.rows, parsed.pieces, strict=True):
            references = {one.reference for one in piece.each()}
            known = house.book.known(sorted(references))
            for reference, taken in known.items():
                reason = f"{reference} is registered already, as token {taken.token_id}"
                faults.append(Fault(path.name, row, "reference", reason, "leave it out"))
            if twice := sorted(references & seen):
                faults.append(Fault(path.name, row, "reference", f"{twice[0]} stands in another file already"))
            if not known and not twice:
                pieces.append(piece)
            seen |= references
    return pieces, faults


def fault_json(fault: Fault) -> dict[str, object]:
    """Give a fault as JSON."""
    return {
        "file": fault.source,
        "row": fault.row,
        "field": fault.field,
        "reason": fault.reason,
        "advice": fault.advice,
    }


def report_json(report: RegistrationReport) -> dict[str, object]:
    """Give what was registered as JSON."""
    return {
        "registered": [{"reference": one.reference, "item": str(one.item)} for one in report.items],
        "transactions": report.transactions,
        "gas_used": report.gas_used,
    }


def _text(report: RegistrationReport) -> str:
    lines = [f"{one.reference}  {one.item}" for one in report.items[:_SHOWN]]
    if len(report.items) > _SHOWN:
        lines.append(f"and {len(report.items) - _SHOWN} more; `assay mint status` lists them")
    pieces = "1 piece" if len(report.items) == 1 else f"{len(report.items)} pieces"
    return "\n".join([*lines, f"{pieces} registered and verified; {report.gas_used} gas"])
