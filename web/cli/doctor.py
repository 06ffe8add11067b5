"""`assay doctor`: every part, key, copy, clock and lag of a house; what is wrong, and what to do."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from web.doctor.examine import examine
from web.doctor.house_checks import mark_custody
from web.doctor.lines import Line, Weight, worst
from web.errors import SettingsError
from web.settings import read_settings

USAGE_ERROR: Final = 2
EXIT: Final = {Weight.OK: 0, Weight.FAIL: 1, Weight.WARN: 4}


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "doctor",
        help="look at every part of a house, and say what to do",
        description="Look at settings, trust file, nodes, index, database, jobs, outbox, worker, points, documents' "
        "copies, keys and clock. Nothing is changed or started, and no secret is shown.",
        epilog="Exit codes: 0 all is well, 1 something is broken, 2 bad input, 4 something wants somebody soon.",
    )
    parser.add_argument("--data", metavar="DIR", type=Path, help="the brand's folder; default: $ASSAY_DATA")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--custody-backed-up", action="store_true", help="note that you keep a copy of keys/custody.key elsewhere"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Look."""
    try:
        settings = read_settings(os.environ, data=args.data)
        if args.custody_backed_up:
            print(f"noted: a copy of custody key {mark_custody(settings)} is kept elsewhere", file=sys.stderr)
    except SettingsError as error:
        print(f"assay: {error}", file=sys.stderr)
        return USAGE_ERROR
    lines = examine(settings, os.environ)
    print(_json(lines) if args.json else _text(lines))
    return EXIT[worst(lines)]


def _json(lines: Sequence[Line]) -> str:
    found = [{"weight": one.weight.value, "part": one.part, "said": one.said, "do": one.do} for one in lines]
    return json.dumps({"worst": worst(lines).value, "lines": found}, indent=2, ensure_ascii=False)


def _text(lines: Sequence[Line]) -> str:
    written = []
    for line in lines:
        written.append(f"{line.weight.value:<5} {line.part:<9} {line.said}")
        if line.do:
            written.append(f"{'':<16}-> {line.do}")
    return "\n".join(written)
