"""`assay worker`: do what visitors have asked for, without serving them."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from web.serving.launch import START_ERRORS, USAGE_ERROR
from web.serving.worker_process import work
from web.settings import read_settings


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "worker",
        help="record claims, registrations and reports that the site was asked for; `assay serve` starts one itself",
        description="Bring to the registry what the site was asked for, let points vest, and forget what is too old. "
        "However many there are, one works at a time. A worker that is killed loses nothing.",
    )
    parser.add_argument("--data", metavar="DIR", type=Path, help="the brand's folder; default: $ASSAY_DATA")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Work until told to stop."""
    try:
        work(read_settings(os.environ, data=args.data))
    except START_ERRORS as error:
        print(f"assay: {error}", file=sys.stderr)
        return USAGE_ERROR
    return 0
