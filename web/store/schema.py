"""The newest schema of the site's own tables, in whatever database the settings name."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from loyalty.adapters.migrating import migrate
from loyalty.adapters.sql_database import Database

FOLDER: Final = Path(__file__).parent / "migrations" / "versions"
VERSION_TABLE: Final = "site_version"


def prepare(database: Database) -> None:
    """Make or renew the tables. Raises DatabaseUnavailableError."""
    migrate(database, FOLDER, VERSION_TABLE)
