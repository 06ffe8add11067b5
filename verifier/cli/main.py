"""The `assay` command. Each installed package adds its own subcommands by entry point, so it works without them.

An entry point of group `assay.commands` names a module with `add_parser(subparsers)`, which sets `run` as default:
`run(args) -> int` gives the exit code. Exit 2 is a usage or input error.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib.metadata import entry_points

from provenance_schemas.errors import SchemaError
from verifier.errors import TrustError

USAGE_ERROR = 2


def build_parser() -> argparse.ArgumentParser:
    """Collect every installed subcommand."""
    parser = argparse.ArgumentParser(
        prog="assay", description="Register luxury items, and verify their record without believing anyone."
    )
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for entry in sorted(entry_points(group="assay.commands"), key=lambda e: e.name):
        try:
            module = entry.load()
        except ModuleNotFoundError as error:
            if error.name and error.name.split(".")[0] in {"verifier", "provenance_schemas"}:
                raise
            continue  # an extra that is not installed: `pip install assay[mint]` or `assay[web]` brings it
        module.add_parser(subparsers)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; give its exit code."""
    args = build_parser().parse_args(argv)
    try:
        code: int = args.run(args)
        sys.stdout.flush()
    except (SchemaError, TrustError) as error:
        print(f"assay: {error}", file=sys.stderr)
        return USAGE_ERROR
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        print("assay: stopped", file=sys.stderr)
        return 130
    return code


if __name__ == "__main__":
    sys.exit(main())
