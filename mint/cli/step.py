"""`assay mint step`: record what happened to a piece, or a file of many steps."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from mint.cli.common import add_house_options, guarded, opened_house, say, shown_progress
from mint.errors import FaultsError, InputError
from mint.row_reader import read_rows
from mint.step_input import FIELDS, KINDS, ParsedSteps, parse_steps, read_steps
from mint.steps import StepReport, record_steps


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "step",
        help="record steps",
        description="Record one step of a piece: PIECE KIND --at TIME. Or many: FILE, as CSV or JSON, oldest first.",
        epilog=f"Kinds: {', '.join(KINDS)}. Fields of a file: {', '.join(FIELDS)}.",
    )
    parser.add_argument("piece", metavar="PIECE|FILE", help="a reference or token, or a .csv or .json file")
    parser.add_argument("kind", metavar="KIND", nargs="?", help="what happened, as shipped")
    parser.add_argument("--at", metavar="TIME", help="when, with its zone, as 2026-11-02T10:30:00+01:00")
    parser.add_argument("--batch", action="store_true", help="it happened to the piece's whole batch")
    parser.add_argument("--actor", metavar="NAME", help="who records it, where several could")
    for part in ("", "-city", "-country", "-id", "-latitude", "-longitude"):
        parser.add_argument(f"--place{part}", help="a site of a company, never somebody's home" if not part else None)
    parser.add_argument("--description", help="what happened, in a sentence everyone may read")
    parser.add_argument("--reason", help="why; for recalled, retired and revoked")
    parser.add_argument("--disposition", help="state of the piece afterwards, where the kind knows several")
    parser.add_argument("--evidence", metavar="FILE[=TITLE]", action="append", help="a certificate or photo")
    parser.add_argument("--document", metavar="FILE", type=Path, help="a JSON object with further fields of this step")
    add_house_options(parser)
    parser.set_defaults(run=guarded(run))


def run(args: argparse.Namespace) -> int:
    """Read, check, record."""
    parsed = _one(args) if args.kind else read_steps(Path(args.piece))
    if parsed.faults:
        raise FaultsError(parsed.faults)
    with opened_house(args) as house:
        report = record_steps(house, parsed.steps, progress=shown_progress())
        say(args, report_json(report), _text(report))
    return 0


def _one(args: argparse.Namespace) -> ParsedSteps:
    """Make one row of the options; `--document` fills in what they leave out."""
    row: dict[str, Any] = {}
    if args.document:
        row = dict(next(iter(read_rows(args.document)))[1])
        if args.document.suffix.lower() != ".json":
            raise InputError(f"--document: {args.document} is not a .json file")
    given = {
        "piece": args.piece,
        "kind": args.kind,
        "at": args.at,
        "actor": args.actor,
        "place": args.place,
        "place_city": args.place_city,
        "place_country": args.place_country,
        "place_id": args.place_id,
        "place_latitude": args.place_latitude,
        "place_longitude": args.place_longitude,
        "description": args.description,
        "reason": args.reason,
        "disposition": args.disposition,
        "evidence": args.evidence,
    }
    row |= {name: value for name, value in given.items() if value is not None}
    if args.batch:
        row["batch"] = True
    return parse_steps([(1, row)], source="the command line", folder=Path())


def report_json(report: StepReport) -> dict[str, object]:
    """Give what was recorded as JSON."""
    return {
        "recorded": [
            {"subject": str(one.subject), "kind": one.kind.word, "document": str(one.document)} for one in report.steps
        ],
        "transactions": report.transactions,
        "gas_used": report.gas_used,
    }


def _text(report: StepReport) -> str:
    lines = [f"{one.kind.word}  {one.subject}  ipfs://{one.document}" for one in report.steps[:20]]
    steps = "1 step" if len(report.steps) == 1 else f"{len(report.steps)} steps"
    transactions = "1 transaction" if report.transactions == 1 else f"{report.transactions} transactions"
    return "\n".join([*lines, f"{steps} recorded and verified in {transactions}; {report.gas_used} gas"])
