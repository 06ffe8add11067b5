"""Migrations and declared tables are one schema, up and down again."""

from __future__ import annotations

import importlib
import pkgutil
import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

import web.store
from loyalty.adapters.migrating import head_of, unmigrate, version_of
from loyalty.adapters.sql_database import Database
from web.store.schema import FOLDER, VERSION_TABLE, prepare
from web.store.tables_base import METADATA


def load_every_table():
    for module in pkgutil.iter_modules(web.store.__path__):
        if module.name.endswith("_tables"):
            importlib.import_module(f"web.store.{module.name}")


@pytest.fixture
def database(tmp_path):
    database = Database.open(f"sqlite:///{tmp_path}/site.sqlite3")
    yield database
    database.close()


def test_the_migrations_make_the_very_tables_that_are_declared(database):
    """A column that only one of the two knows fails in production, on the first customer who meets it."""
    load_every_table()
    prepare(database)

    def of_ours(name, kind, _):
        return kind != "table" or name in METADATA.tables

    with database.reading() as connection:
        options = {"version_table": VERSION_TABLE, "include_name": of_ours}
        differences = compare_metadata(MigrationContext.configure(connection, opts=options), METADATA)

    assert differences == []


def test_every_migration_goes_back_as_well(database):
    """Whoever must undo a release finds the way."""
    prepare(database)
    unmigrate(database, FOLDER, VERSION_TABLE)

    with database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")
        left = {row[0] for row in rows}
    assert left == {VERSION_TABLE}


def test_processes_that_start_together_prepare_once(tmp_path):
    """Several servers may start on one empty file."""
    file = tmp_path / "site.sqlite3"
    failures = []

    def start():
        database = Database.open(f"sqlite:///{file}")
        try:
            prepare(database)
        except Exception as error:  # noqa: BLE001 - whatever it is, the test shall show it
            failures.append(error)
        finally:
            database.close()

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    database = Database.open(f"sqlite:///{file}")

    assert (failures, version_of(database, VERSION_TABLE)) == ([], head_of(FOLDER))
    database.close()
