"""`assay mint resume`: finish what an interrupted command left."""

from __future__ import annotations

import argparse
from typing import Any

from mint.cli.common import add_house_options, guarded, opened_house, say, shown_progress
from mint.desk import finish_open_jobs


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "resume",
        help="finish what an interrupted command left",
        description="Carry every open job on from where it stopped. Nothing is sent twice. Writing commands do so too.",
    )
    add_house_options(parser)
    parser.set_defaults(run=guarded(run))


def run(args: argparse.Namespace) -> int:
    """Finish the open jobs; 1 when one of them was refused or does not verify."""
    with opened_house(args) as house, house.lock(), house.dispatch.showing(shown_progress()):
        resumed = finish_open_jobs(house)
        problems = [str(problem) for problem in resumed.problems]
        lines = [f"finished {job}" for job in resumed.finished] + problems
        say(
            args,
            {"finished": list(resumed.finished), "problems": problems},
            "\n".join(lines) or "nothing was left to do",
        )
    return 1 if problems else 0
