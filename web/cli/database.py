"""`assay database move --to URL`: bring everything that is kept from files to a server, or back."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from loyalty.adapters.sql_database import Database, DatabaseUrlError
from loyalty.points import Points
from loyalty.rulebook import shipped_rules
from mint.errors import MintError
from mint.server_lock import WORKING, WRITING, lock_on
from verifier.adapters.environment import EnvironmentValueError, value_of
from verifier.adapters.postgres_urls import is_postgres
from verifier.adapters.sql_places import DATABASE, place_of
from verifier.adapters.sql_ports import SqlError
from verifier.errors import UnavailableError
from web.errors import SettingsError, WebError
from web.settings import Settings, read_settings
from web.store.moving import Areas, MoveFaultError, NotEmptyError, move
from web.wiring import open_database

FAILED: Final = 1
USAGE_ERROR: Final = 2
NOT_THERE: Final = 3
FILES: Final = "files"


def add_parser(subparsers: Any) -> None:
    """Add the subcommand and the one below it."""
    parser = subparsers.add_parser("database", help="move what is kept to another database", description="Databases.")
    below = parser.add_subparsers(dest="database_command", metavar="COMMAND", required=True)
    moving = below.add_parser(
        "move",
        help="copy everything from $ASSAY_DATABASE to an empty database",
        description="Copy site, points, book, outbox and blocks into an empty database, and recompute every point"
        " there. Stop `assay serve` first. The old database is left as it is.",
        epilog="Exit codes: 0 moved, 1 not whole, 2 usage, 3 a database is away.",
    )
    moving.add_argument(
        "--to", required=True, metavar="URL", help=f"postgresql://... without a password, or `{FILES}` for SQLite"
    )
    moving.add_argument("--data", metavar="DIR", type=Path, help="the brand's folder; default: $ASSAY_DATA")
    moving.add_argument("--json", action="store_true", help="print JSON")
    moving.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Move, audit, and say how many rows there are of each kind."""
    try:
        source = read_settings(os.environ, data=args.data)
        counts = _moved(source, _target(source, args.to))
    except MoveFaultError as error:
        return _refuse(error, FAILED)
    except (SettingsError, EnvironmentValueError, DatabaseUrlError, NotEmptyError) as error:
        return _refuse(error, USAGE_ERROR)
    except (UnavailableError, SqlError) as error:
        return _refuse(error, NOT_THERE)
    except MintError as error:
        return _refuse(error, error.exit_code)
    if args.json:
        print(json.dumps(counts, indent=2))
    else:
        print("\n".join(f"{count:10d}  {table}" for table, count in counts.items() if count))
    print(f"assay: moved and audited; set ${DATABASE} before anything is started again", file=sys.stderr)
    return 0


def _target(source: Settings, to: str) -> Settings:
    """Give the settings of the place to move to. Raises SettingsError, EnvironmentValueError."""
    if to != FILES and not is_postgres(to):
        raise SettingsError("--to", "(its value)", f"postgresql://... or `{FILES}`")
    named = {} if to == FILES else {DATABASE: value_of({"--to": to}, "--to")}
    target = read_settings(named, data=source.data)
    if (target.server_url is None) == (source.server_url is None):
        raise SettingsError("--to", "(its value)", "one of the two places is a server, the other one is files")
    return target


def _moved(source: Settings, target: Settings) -> dict[str, int]:
    """Move while nobody else writes, then play the ledger of points again where it is now."""
    source.jobs_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with ExitStack() as stack:
        for folder, name in ((source.data, WRITING), (source.jobs_folder, WORKING)):
            stack.enter_context(lock_on(source.server_url, folder, name)())
        old, new = open_database(source), open_database(target)
        stack.callback(old.close)
        stack.callback(new.close)
        counts = move(_areas(source, old), _areas(target, new))
        before, after = (Points(each, shipped_rules(), time.time).audit() for each in (old, new))
        if after.fault is not None or after.head != before.head:
            raise MoveFaultError("points", before.head.size, after.fault or after.head.size)
    return counts


def _areas(settings: Settings, database: Database) -> Areas:
    return Areas(
        database,
        place_of("house", settings.data, settings.server_url),
        place_of("blocks", settings.data, settings.server_url),
    )


def _refuse(error: WebError | Exception, code: int) -> int:
    print(f"assay: {error}", file=sys.stderr)
    return code
