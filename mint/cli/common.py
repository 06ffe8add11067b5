"""What the subcommands share: options, opening the house, progress, exit codes."""

from __future__ import annotations

import argparse
import getpass
import json
import math
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from mint.adapters.key_ring import nobody_to_ask
from mint.adapters.keystore_signer import KeySigner, read_key
from mint.dispatch import Progress, Terms
from mint.errors import MintError
from mint.house import House
from mint.labels.errors import LabelPrintError
from mint.limits import FEE_MAX_GWEI

DEFAULT_DATA: Final = "var/assay"
USAGE_ERROR: Final = 2
_BAR: Final = 30
_WORDS: Final = {
    "plan": "writing documents",
    "publish": "publishing",
    "send": "sending",
    "mine": "waiting for a block",
    "final": "waiting until final",
    "verify": "verifying",
}


def add_house_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that every subcommand has."""
    parser.add_argument(
        "--data", metavar="DIR", type=Path, help=f"the house's folder; default: $ASSAY_DATA, then {DEFAULT_DATA}"
    )
    parser.add_argument(
        "--node",
        metavar="URL",
        help="JSON-RPC node; default: $ASSAY_NODE, then the embedded ledger, started if need be",
    )
    parser.add_argument(
        "--fee-max-gwei",
        metavar="GWEI",
        type=_gwei,
        default=FEE_MAX_GWEI,
        help=f"most to pay for a unit of gas; default {FEE_MAX_GWEI:g}",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def _gwei(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:  # never true of NaN
        raise argparse.ArgumentTypeError(f"a number over 0 is needed, not {text}")
    return number


def data_dir(args: argparse.Namespace) -> Path:
    """Name the house's folder."""
    return args.data or Path(os.environ.get("ASSAY_DATA", DEFAULT_DATA))


def node_url(args: argparse.Namespace) -> str | None:
    """Name the node to write through, the first of $ASSAY_NODE; None for the embedded ledger."""
    return args.node or next(iter(os.environ.get("ASSAY_NODE", "").split()), None)


def terms(args: argparse.Namespace) -> Terms:
    """Read on what terms transactions are made."""
    return Terms(fee_max_gwei=args.fee_max_gwei)


@contextmanager
def opened_house(args: argparse.Namespace) -> Iterator[House]:
    """Open the house that the options name."""
    house = House.open(data_dir(args), node_url(args), terms=terms(args), ask=ask_passphrase)
    try:
        yield house
    finally:
        house.close()


def ask_passphrase(path: Path) -> str:
    """Ask whoever sits at the terminal for the passphrase of a file. Raises KeyFileError when nobody does."""
    if not sys.stdin.isatty():
        return nobody_to_ask(path)
    return getpass.getpass(f"Passphrase of {path}: ")


def owner_key(args: argparse.Namespace) -> KeySigner | None:
    """Read the owner's key that `--key` names."""
    return KeySigner(read_key(args.key)) if args.key else None


def guarded(work: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """Turn our errors into words on stderr and an exit code: 1 refused, 2 bad input, 3 not there now."""

    def run(args: argparse.Namespace) -> int:
        try:
            return work(args)
        except MintError as error:
            print(f"assay: {error}", file=sys.stderr)
            return error.exit_code
        except LabelPrintError as error:
            print(f"assay: {error}", file=sys.stderr)
            return USAGE_ERROR

    return run


def say(args: argparse.Namespace, value: Any, text: str) -> None:
    """Print the answer: JSON when it was asked for, text otherwise."""
    print(json.dumps(value, indent=2, ensure_ascii=False) if args.json else text)


def shown_progress() -> Progress:
    """Show progress on stderr: a bar for a person, plain lines for a file."""
    return _Bar() if sys.stderr.isatty() else _lines


def _lines(phase: str, done: int, total: int) -> None:
    if total and done == total:
        print(f"{_WORDS.get(phase, phase)}: {done} of {total}", file=sys.stderr)


class _Bar:
    """One line that is drawn over; a new one for each phase."""

    def __init__(self) -> None:
        self._phase = ""

    def __call__(self, phase: str, done: int, total: int) -> None:
        if not total:
            return
        if phase != self._phase and self._phase:
            sys.stderr.write("\n")
        self._phase = phase
        full = _BAR * done // total
        bar = "█" * full + "·" * (_BAR - full)
        sys.stderr.write(f"\r{_WORDS.get(phase, phase):<22} {bar} {done}/{total}\x1b[K")
        if done == total:
            sys.stderr.write("\n")
            self._phase = ""
        sys.stderr.flush()
