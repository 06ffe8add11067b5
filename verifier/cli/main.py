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
PIPE_CLOSED = 141
"""As a shell says it; 1 would read as "rejected"."""


def build_parser(wanted: str | None = None) -> argparse.ArgumentParser:
    """Collect the installed subcommands; only `wanted` where there is one of that name.

    Importing them all costs a second, most of it for libraries that verifying never needs.
    """
    parser = argparse.ArgumentParser(
        prog="assay", description="Register luxury items, and verify their record without believing anyone."
    )
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    entries = sorted(entry_points(group="assay.commands"), key=lambda e: e.name)
    for entry in [e for e in entries if e.name == wanted] or entries:
        try:
            module = entry.load()
        except ModuleNotFoundError as error:
            if error.name and error.name.split(".")[0] in {"verifier", "provenance_schemas"}:
                raise
            if entry.name == wanted:
                extra = entry.value.partition(".")[0]
                parser.error(f"`assay {wanted}` is not installed here; pip install 'assay[{extra}]' brings it")
            continue
        module.add_parser(subparsers)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; give its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    args = build_parser(arguments[0] if arguments else None).parse_args(arguments)
    try:
        code: int = args.run(args)
        sys.stdout.flush()
    except (SchemaError, TrustError) as error:
        print(f"assay: {error}", file=sys.stderr)
        return USAGE_ERROR
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    except KeyboardInterrupt:
        print("assay: stopped", file=sys.stderr)
        return 130
    return code


if __name__ == "__main__":
    sys.exit(main())
