"""`assay restore`: a backup into an empty folder, with proof that it is right."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any, Final

from loyalty.adapters.sql_database import DatabaseUrlError
from mint.errors import MintError
from web.backup.errors import ArchiveError, RestoreError
from web.backup.restore import Restored, restore_backup
from web.backup.sealing import read_passphrase
from web.errors import SettingsError
from web.settings import read_settings

WRONG: Final = 1
USAGE_ERROR: Final = 2
_UNSURE: Final = (
    "assay: without a passphrase nothing says that nobody changed this backup: digests find damage, not a forger"
)


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "restore",
        help="bring a backup back into an empty folder, and prove that it is right",
        description="Check every digest of a backup, bring it into an empty folder, play the points again, hold every "
        "document against its name, and verify pieces. Nothing of the present house is touched.",
        epilog="Exit codes: 0 restored and right, 1 the backup is damaged or something in it is wrong, 2 bad input.",
    )
    parser.add_argument("file", metavar="FILE", type=Path)
    parser.add_argument("--into", metavar="FOLDER", type=Path, required=True, help="empty, or not there yet")
    parser.add_argument(
        "--keys-passphrase-file",
        metavar="FILE",
        type=Path,
        help="authenticates the file and opens the sealed keys; without it they stay sealed",
    )
    parser.add_argument(
        "--accept-commands",
        action="store_true",
        help="without a passphrase: bring back a house.json that names a command to sign with; read it first",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Restore it."""
    try:
        settings = read_settings(os.environ, data=args.into)
        passphrase = read_passphrase(args.keys_passphrase_file) if args.keys_passphrase_file else None
        if passphrase is None:
            print(_UNSURE, file=sys.stderr)
        is_sqlite = settings.database_url.startswith("sqlite")
        restored = restore_backup(
            args.file,
            args.into,
            passphrase=passphrase,
            node_url=settings.node_url,
            database_url="" if is_sqlite else settings.database_url,
            accept_commands=args.accept_commands,
        )
    except ArchiveError as error:
        print(f"assay: {error}", file=sys.stderr)
        return WRONG
    except (SettingsError, RestoreError, MintError, DatabaseUrlError, OSError) as error:
        print(f"assay: {error}", file=sys.stderr)
        return USAGE_ERROR
    print(json.dumps(_value(args.into, restored), indent=2) if args.json else _text(args.into, restored))
    return 0 if restored.right else WRONG


def _value(folder: Path, restored: Restored) -> dict[str, object]:
    checks = [{"name": one.name, "right": one.right, "said": one.said} for one in restored.checks]
    made_at = restored.manifest.made_at
    return {"folder": str(folder), "made_at": made_at, "keys": restored.keys, "right": restored.right, "checks": checks}


def _text(folder: Path, restored: Restored) -> str:
    lines = [f"{folder}  restored from {restored.manifest.made_at}"]
    lines += [f"  {'RIGHT' if one.right else 'WRONG'}  {one.name:<10} {one.said}" for one in restored.checks]
    if not restored.keys:
        lines.append("Keys were not restored: bring keys/ (and localnet/keys/) back before anything is signed.")
    lines.append("No checkpoint is signed before `assay mint checkpoint --after FILE|URL|none` (docs/trust.md).")
    lines.append("Next: `assay mint resume`, which finishes what was under way when the backup was made.")
    return "\n".join(lines)
