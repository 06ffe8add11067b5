"""Bring a database to a schema with Alembic, in one transaction, once for however many processes start."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect
from sqlalchemy.schema import CreateSchema

from loyalty.adapters.sql_database import SITE_SCHEMA, Database

BASE: Final = "base"
HEAD: Final = "head"
_ENVIRONMENT: Final = Path(__file__).parent / "alembic_env"


def migrate(database: Database, folder: Path, version_table: str, *, to: str = HEAD) -> None:
    """Run the scripts of a folder from where the database stands up to `to`.

    Two processes that start together: the second waits, and finds nothing left to do. A database that stands at
    its head already is only read. Raises DatabaseUnavailableError.
    """
    if to == HEAD and version_of(database, version_table) == head_of(folder):
        return
    with database.writing() as connection:
        if database.dialect == "postgresql" and not _has_schema(connection):
            connection.execute(CreateSchema(SITE_SCHEMA))
        command.upgrade(_config(folder, version_table, connection), to)


def unmigrate(database: Database, folder: Path, version_table: str, *, to: str = BASE) -> None:
    """Run the scripts backwards. What only a newer schema can hold is lost. Raises DatabaseUnavailableError."""
    with database.writing() as connection:
        command.downgrade(_config(folder, version_table, connection), to)


def version_of(database: Database, version_table: str) -> str | None:
    """Name the revision a database stands at; None before the first. Raises DatabaseUnavailableError."""
    with database.reading() as connection:
        return MigrationContext.configure(connection, opts={"version_table": version_table}).get_current_revision()


def _has_schema(connection: Connection) -> bool:
    """Whoever may not make schemas, and whose schema an administrator made, is not asked to."""
    return SITE_SCHEMA in inspect(connection).get_schema_names()


def head_of(folder: Path) -> str | None:
    """Name the newest revision of a folder."""
    return ScriptDirectory.from_config(_config(folder)).get_current_head()


def _config(folder: Path, version_table: str = "", connection: Connection | None = None) -> Config:
    config = Config(attributes={"connection": connection, "version_table": version_table})
    config.set_main_option("script_location", _escaped(_ENVIRONMENT))
    config.set_main_option("version_locations", _escaped(folder))
    config.set_main_option("path_separator", "newline")
    return config


def _escaped(path: Path) -> str:
    return str(path).replace("%", "%%")
