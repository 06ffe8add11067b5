"""Which trust file a command uses: the one named, or the one that lies where it should."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from verifier.adapters.trust_store import TrustStore, open_trust, state_folder
from verifier.errors import TrustError
from verifier.trust import TrustRegistry


def add_trust_option(parser: argparse.ArgumentParser) -> None:
    """Add the option that names one."""
    parser.add_argument(
        "--trust",
        metavar="FILE",
        type=Path,
        help="trust file; default: $ASSAY_TRUST, then trust.json, then what `assay trust update` follows",
    )


def chosen_trust(given: Path | None, state: Path | None = None) -> TrustRegistry:
    """Read the trust file to use; a signed one through what was seen of it. Raises TrustError."""
    state = state or state_folder(os.environ)
    return open_trust(_path(given, state), state)


def _path(given: Path | None, state: Path) -> Path:
    if given:
        return given
    if named := os.environ.get("ASSAY_TRUST"):
        return Path(named)
    store = TrustStore(state)
    names = store.names()
    for path in (Path("trust.json"), Path(os.environ.get("ASSAY_DATA", "var/assay")) / "trust.json"):
        if path.exists():
            # A folder somebody sent may hold one: it must not take the place of what a person has compared.
            if names and (path.parent == Path() or "ASSAY_DATA" not in os.environ):
                raise TrustError(f"{path} lies here, and {', '.join(names)} is followed: choose with --trust FILE")
            if path.parent == Path():
                print(f"assay: using trust file {path.absolute()}", file=sys.stderr)
            return path
    if len(names) == 1:
        return store.path(names[0])
    if names:
        raise TrustError(f"{len(names)} signed trust files are followed: name one of {store.folder} with --trust FILE")
    raise TrustError("no trust file: name one with --trust FILE or $ASSAY_TRUST; the brand publishes it")
