"""The schema: scripts and tables agree, what is written stays, and the way back leads to nothing."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from loyalty.adapters.migrating import migrate, unmigrate
from loyalty.tables import APPEND_ONLY, METADATA, MIGRATIONS, NONCE, VERSION_TABLE
from tests.fakes.database import ENGINES, databases_on, schema_of
from tests.unit.loyalty.ledger_story import some_story

GUARDED = [(table.name, verb) for table in APPEND_ONLY for verb in ("UPDATE", "DELETE")] + [(NONCE.name, "UPDATE")]


@pytest.fixture(scope="module", params=ENGINES)
def world(tmp_path_factory, request):
    with databases_on(request.param):
        world = some_story(tmp_path_factory.mktemp("story"))
        yield world
        world.database.close()


def test_scripts_and_tables_make_the_same_schema(world):
    """Alembic compares what its scripts made with the tables as the code declares them."""
    with world.database.reading() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": VERSION_TABLE, "compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, METADATA) == []


def test_constraints_and_indexes_are_those_of_the_tables(world):
    """Alembic does not compare checks on SQLite, nor the conditions of an index."""
    inspector = inspect(world.database.engine)
    for table in METADATA.sorted_tables:
        declared = {one.name for one in table.constraints if one.name} | {one.name for one in table.indexes}
        made = [
            *inspector.get_check_constraints(table.name),
            *inspector.get_unique_constraints(table.name),
            *inspector.get_foreign_keys(table.name),
            *inspector.get_indexes(table.name),
        ]
        key = inspector.get_pk_constraint(table.name)["name"]
        assert declared == {one["name"] for one in made if one["name"] not in {None, key}}


@pytest.mark.parametrize(("table", "verb"), GUARDED)
def test_what_is_written_is_neither_changed_nor_deleted(world, table, verb):
    """The database refuses, whoever asks: each row of each table of the ledger."""
    first = METADATA.tables[table].columns.keys()[0]
    sql = f"DELETE FROM {table}" if verb == "DELETE" else f"UPDATE {table} SET {first} = {first}"
    with pytest.raises(IntegrityError, match="is append only"), world.database.writing() as connection:
        connection.execute(text(sql))

    assert world.points.head().size == world.points.audit().head.size


def test_a_whole_ledger_is_right_on_either_engine(world):
    """Everything that can happen has happened once; every row is recomputed, in the types of its column."""
    audit = world.points.audit()

    assert audit.fault is None
    assert audit.transfers > 20


def test_a_salt_may_be_erased(world):
    """What remains says nothing about anybody, and the tree stands."""
    head = world.points.head()
    with world.database.writing() as connection:
        found = connection.execute(text("DELETE FROM points_nonce WHERE id = 3"))
        assert found.rowcount == 1

    assert head == world.points.head()


@pytest.mark.usefixtures("each_engine")
def test_the_way_back_leads_to_nothing(tmp_path):
    """And from there up again, to the very same schema: what a release made can be undone and done again."""
    world = some_story(tmp_path)
    before = schema_of(world.database)
    unmigrate(world.database, MIGRATIONS, VERSION_TABLE)

    assert inspect(world.database.engine).get_table_names() == [VERSION_TABLE]
    migrate(world.database, MIGRATIONS, VERSION_TABLE)
    assert before == schema_of(world.database)
    assert world.points.head().size == 0
    world.database.close()
