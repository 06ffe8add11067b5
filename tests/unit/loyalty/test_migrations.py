"""The schema: scripts and tables agree, what is written stays, and the way back leads to nothing."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_mock_engine, inspect, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import IntegrityError

from loyalty.adapters.migrating import unmigrate
from loyalty.tables import APPEND_ONLY, METADATA, MIGRATIONS, NONCE, VERSION_TABLE
from tests.unit.loyalty.ledger_story import some_story

GUARDED = [(table.name, verb) for table in APPEND_ONLY for verb in ("UPDATE", "DELETE")] + [(NONCE.name, "UPDATE")]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
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
        assert declared == {one["name"] for one in made if one["name"]}


@pytest.mark.parametrize(("table", "verb"), GUARDED)
def test_what_is_written_is_neither_changed_nor_deleted(world, table, verb):
    """The database refuses, whoever asks: each row of each table of the ledger."""
    first = METADATA.tables[table].columns.keys()[0]
    sql = f"DELETE FROM {table}" if verb == "DELETE" else f"UPDATE {table} SET {first} = {first}"
    with pytest.raises(IntegrityError, match="is append only"), world.database.writing() as connection:
        connection.execute(text(sql))

    assert world.points.head().size == world.points.audit().head.size


def test_a_salt_may_be_erased(world):
    """What remains says nothing about anybody, and the tree stands."""
    head = world.points.head()
    with world.database.writing() as connection:
        found = connection.execute(text("DELETE FROM points_nonce WHERE id = 3"))
        assert found.rowcount == 1

    assert head == world.points.head()


def test_the_tables_can_be_made_on_postgresql():
    """The same declarations, spelled for the other dialect."""
    statements = []

    def take(sql, *args, **kwargs):
        statements.append(str(sql.compile(dialect=postgresql.dialect())))

    METADATA.create_all(create_mock_engine("postgresql://", take), checkfirst=False)

    assert len(METADATA.tables) == sum("CREATE TABLE" in sql for sql in statements)
    assert any("WHERE cause IS NOT NULL" in sql for sql in statements)


def test_the_way_back_leads_to_nothing(tmp_path):
    world = some_story(tmp_path)
    unmigrate(world.database, MIGRATIONS, VERSION_TABLE)

    assert inspect(world.database.engine).get_table_names() == [VERSION_TABLE]
    world.database.close()
