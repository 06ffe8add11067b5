"""`assay backup`: the whole house in one file, while it serves."""

from __future__ import annotations

import argparse
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from mint.errors import MintError
from web.backup.archive import SEALED_KEYS, Manifest
from web.backup.errors import BackupBusyError, BackupError, RestoreError
from web.backup.make import make_backup
from web.backup.sealing import read_passphrase
from web.errors import SettingsError
from web.settings import read_settings

FAILED: Final = 1
USAGE_ERROR: Final = 2
UNAVAILABLE: Final = 3


def add_parser(subparsers: Any) -> None:
    """Add the subcommand."""
    parser = subparsers.add_parser(
        "backup",
        help="write the whole house into one file, while it serves",
        description="Write the site's database, the house's book, its documents and its embedded ledger into one file, "
        "and read it back. The file is as secret as the house: it holds serials and claim codes. Keys are left out "
        "unless --keys-passphrase-file names what to seal them with; that also authenticates the file.",
        epilog="Exit codes: 0 made and read back, 1 not made, 2 bad input, 3 the house is in use: try again.",
    )
    parser.add_argument(
        "--to", metavar="FILE|FOLDER", type=Path, required=True, help="where; a folder gets a dated file"
    )
    parser.add_argument(
        "--keys-passphrase-file",
        metavar="FILE",
        type=Path,
        help="seal the keys too, with this private file's first line",
    )
    parser.add_argument("--data", metavar="DIR", type=Path, help="the brand's folder; default: $ASSAY_DATA")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Make it. Nothing that stood at its place before is touched unless it is whole."""
    try:
        settings = read_settings(os.environ, data=args.data)
        passphrase = read_passphrase(args.keys_passphrase_file) if args.keys_passphrase_file else None
        target = _target(args.to)
        manifest = make_backup(settings, target, passphrase)
    except BackupBusyError as error:
        return _refuse(error, UNAVAILABLE)
    except (SettingsError, RestoreError) as error:
        return _refuse(error, USAGE_ERROR)
    except (BackupError, MintError) as error:
        return _refuse(error, FAILED)
    print(_json(target, manifest) if args.json else _text(target, manifest))
    return 0


def _target(to: Path) -> Path:
    if to.is_dir():
        return to / f"assay-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.tar"
    if not to.suffix and not to.exists():
        raise SettingsError("--to", str(to), f"there is no such folder: make it first, or name a file, as {to}.tar")
    return to


def _refuse(error: Exception, code: int) -> int:
    print(f"assay: {error}", file=sys.stderr)
    return code


def _json(target: Path, manifest: Manifest) -> str:
    parts = [{"name": one.name, "bytes": one.size_bytes, "sha256": one.sha256} for one in manifest.parts]
    keys = SEALED_KEYS in manifest.names()
    return json.dumps({"file": str(target), "made_at": manifest.made_at, "keys": keys, "parts": parts}, indent=2)


def _text(target: Path, manifest: Manifest) -> str:
    lines = [f"{one.size_bytes:>14,}  {one.name}" for one in manifest.parts]
    if SEALED_KEYS not in manifest.names():
        lines.append("Keys are not in it: keep keys/ elsewhere, or seal them with --keys-passphrase-file.")
    return "\n".join([f"{target}  written and read back", *lines])
