"""Migrations and declared tables are one schema, up and down again."""

from __future__ import annotations

import importlib
import pkgutil
import threading

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

import web.store
from loyalty.adapters.migrating import head_of, unmigrate, version_of
from tests.fakes.database import opened, schema_of, some_url
from web.store.people import Role, add_person, find_person
from web.store.schema import FOLDER, VERSION_TABLE, prepare
from web.store.tables_base import METADATA


def load_every_table():
    for module in pkgutil.iter_modules(web.store.__path__):
        if module.name.endswith("_tables"):
            importlib.import_module(f"web.store.{module.name}")


pytestmark = pytest.mark.usefixtures("each_engine")


@pytest.fixture
def url(tmp_path):
    return some_url(tmp_path / "site.sqlite3")


@pytest.fixture
def database(url):
    database = opened(url)
    yield database
    database.close()


def test_the_migrations_make_the_very_tables_that_are_declared(database):
    """A column that only one of the two knows fails in production, on the first customer who meets it."""
    load_every_table()
    prepare(database)

    def of_ours(name, kind, _):
        return kind != "table" or name in METADATA.tables

    with database.reading() as connection:
        options = {"version_table": VERSION_TABLE, "include_name": of_ours, "compare_type": True}
        differences = compare_metadata(MigrationContext.configure(connection, opts=options), METADATA)

    assert differences == []


def test_every_migration_goes_back_as_well(database):
    """Whoever must undo a release finds the way, and the way up again leads to the very same schema."""
    prepare(database)
    before = schema_of(database)
    with database.writing() as connection:
        add_person(connection, "Camille", Role.MEMBER, "fr", 2**31)
    unmigrate(database, FOLDER, VERSION_TABLE)

    assert inspect(database.engine).get_table_names() == [VERSION_TABLE]
    prepare(database)
    assert before == schema_of(database)


def test_rows_outlive_the_way_back_to_the_revision_that_made_them(database):
    """Undoing a release takes what only that release knew; a person of before stays."""
    prepare(database)
    with database.writing() as connection:
        person = add_person(connection, "Camille", Role.MEMBER, "fr", 2**31)
    unmigrate(database, FOLDER, VERSION_TABLE, to="0001")
    prepare(database)

    with database.reading() as connection:
        assert person == find_person(connection, person.id)


def test_processes_that_start_together_prepare_once(url):
    """Several servers may start on one empty database."""
    failures = []

    def start():
        database = opened(url)
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
    database = opened(url)

    assert (failures, version_of(database, VERSION_TABLE)) == ([], head_of(FOLDER))
    database.close()
