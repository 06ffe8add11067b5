"""`assay mint ...`: register pieces, record steps, print labels."""

from __future__ import annotations

from typing import Any

from mint.cli import (
    actor,
    card,
    checkpoint,
    init,
    keys,
    label,
    print_run,
    register,
    report,
    resume,
    status,
    step,
    tag,
    void,
)


def add_parser(subparsers: Any) -> None:
    """Add the subcommand and those below it."""
    parser = subparsers.add_parser(
        "mint",
        help="register pieces, record steps, print labels",
        description="The write side of a house.",
        epilog="Exit codes: 0 done, 1 refused or not verified, 2 bad input, 3 not there now: `assay mint resume`.",
    )
    below = parser.add_subparsers(dest="mint_command", metavar="COMMAND", required=True)
    for command in (
        init,
        register,
        step,
        void,
        report,
        status,
        resume,
        label,
        card,
        print_run,
        actor,
        keys,
        checkpoint,
        tag,
    ):
        command.add_parser(below)
