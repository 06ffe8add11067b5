"""Real databases for tests, each of its own: the schema is made once a test run, then copied.

SQLite unless a test asks for PostgreSQL: the fixture `each_engine` (tests/conftest.py) runs it on both.
"""

from __future__ import annotations

import atexit
import functools
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import inspect, text

from loyalty.adapters.migrating import migrate
from loyalty.adapters.sql_database import Database
from loyalty.tables import MIGRATIONS, VERSION_TABLE
from tests.fakes.postgres import shared_postgres
from verifier.adapters.sql_places import open_pool
from verifier.adapters.sql_ports import Place, ServerPlace, SqlConnection
from web.store.schema import prepare

SQLITE, POSTGRES = ENGINES = ("sqlite", "postgresql")
_READY, _POINTS = "assay_ready", "assay_points"
_TABLES = (
    "SELECT string_agg(c.oid::text, ',' ORDER BY c.oid) FROM pg_class c WHERE relnamespace = 'assay_site'::regnamespace"
)
_TRIGGERS = {
    SQLITE: "SELECT name || ' ' || sql FROM sqlite_master WHERE type = 'trigger'",
    POSTGRES: "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
}
_WASH = """
DO $$ DECLARE name regclass; BEGIN
    SET LOCAL session_replication_role = replica;  -- the ledger's own triggers refuse to forget
    FOR name IN SELECT oid FROM pg_class WHERE relnamespace = 'assay_site'::regnamespace AND relkind = 'r'
            AND relname NOT LIKE '%_version' LOOP
        EXECUTE 'DELETE FROM ' || name;
    END LOOP;
    PERFORM setval(oid, 1, false) FROM pg_class WHERE relnamespace = 'assay_site'::regnamespace AND relkind = 'S';
END $$"""
_engine = SQLITE
_opened: list[Database] = []
_made: list[str] = []
_schemas: list[str] = []
_lent: list[tuple[str, str]] = []
_washed: dict[str, list[str]] = {}
"""Databases that a test has used up and that are empty again, by template: ten times as fast as a new copy."""


@contextmanager
def databases_on(name: str) -> Iterator[None]:
    """Let every database that is made inside be of one engine; those on the server end with the block."""
    global _engine  # noqa: PLW0603 - which engine a test runs on is said once, not by each of its helpers
    before, _engine = _engine, name
    try:
        yield
    finally:
        _engine = before
        while _opened:
            _opened.pop().close()
        while _made:
            shared_postgres().drop(_made.pop())
        while _schemas:
            shared_postgres().execute(f"DROP SCHEMA IF EXISTS {_schemas.pop()} CASCADE")
        while _lent:
            _take_back(*_lent.pop())


def some_url(file: Path | None = None) -> str:
    """Name a new and empty database of the engine that is asked for."""
    if _engine == SQLITE:
        return f"sqlite:///{file or Path(tempfile.mkdtemp(dir=_folder())) / 'site.sqlite3'}"
    name = shared_postgres().new_database()
    _made.append(name)
    return shared_postgres().url(name)


def some_database(file: Path | None = None) -> Database:
    """Make an empty database of the newest schema; without a file, one that ends with the test run."""
    if _engine == POSTGRES:
        return _server_database(_READY)
    url = some_url(file)
    shutil.copy(_template(), url.removeprefix("sqlite:///"))
    return Database.open(url)


def points_database(file: Path) -> Database:
    """Make a database that has the ledger of points and nothing else."""
    if _engine == POSTGRES:
        return _server_database(_POINTS)
    database = Database.open(some_url(file))
    migrate(database, MIGRATIONS, VERSION_TABLE)
    return database


def some_place(file: Path) -> Place:
    """Say where an area of a house may be kept that has nothing yet: this file, or a schema of its own."""
    if _engine == SQLITE:
        return file
    schema = f"s{secrets.token_hex(6)}"
    _schemas.append(schema)
    return ServerPlace(shared_postgres().url("postgres"), schema)


@contextmanager
def raw_connection(place: Place) -> Iterator[SqlConnection]:
    """Reach into an area by a connection of its own, past whatever keeps it."""
    pool = open_pool(place)
    with pool.connection() as connection:
        yield connection
    pool.close()


def opened(url: str) -> Database:
    """Open a database; one on the server is closed before it is dropped."""
    database = Database.open(url)
    if database.dialect == POSTGRES:
        _opened.append(database)
    return database


def _server_database(template: str) -> Database:
    free = _washed.setdefault(template, [])
    name = free.pop() if free else shared_postgres().new_database(_server_template(template))
    _lent.append((template, name))
    return opened(shared_postgres().url(name))


def _take_back(template: str, name: str) -> None:
    """Empty a database for the next test; one whose tables were changed is dropped."""
    server = shared_postgres()
    if server.execute(_TABLES, name) != server.execute(_TABLES, template):
        server.drop(name)
        return
    server.execute(_WASH, name)
    _washed[template].append(name)


def schema_of(database: Database) -> dict[str, object]:
    """Tell every table of a database: columns, keys, constraints, indexes, triggers."""
    inspector = inspect(database.engine)
    tables = {
        name: (
            [(column["name"], str(column["type"]), column["nullable"]) for column in inspector.get_columns(name)],
            inspector.get_pk_constraint(name)["constrained_columns"],
            *(
                sorted(repr(one["name"]) + _told(one) for one in found(name))
                for found in (
                    inspector.get_foreign_keys,
                    inspector.get_unique_constraints,
                    inspector.get_check_constraints,
                    inspector.get_indexes,
                )
            ),
        )
        for name in inspector.get_table_names()
    }
    with database.reading() as connection:
        triggers = connection.execute(text(_TRIGGERS[database.dialect])).scalars().all()
    return {**tables, "triggers": sorted(triggers)}


def _told(value: object) -> str:
    """Spell what an inspector found, also the conditions of an index, which are objects."""
    if isinstance(value, dict):
        return str(sorted((key, _told(each)) for key, each in value.items()))
    return str(value)


@functools.cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="assay-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@functools.cache
def _template() -> Path:
    file = _folder() / "template.sqlite3"
    _make_schema(f"sqlite:///{file}")
    return file


@functools.cache
def _server_template(name: str) -> str:
    _make_schema(shared_postgres().url(shared_postgres().new_database(name=name)), whole=name == _READY)
    return name


def _make_schema(url: str, *, whole: bool = True) -> None:
    database = Database.open(url)
    if whole:
        prepare(database)
    migrate(database, MIGRATIONS, VERSION_TABLE)
    database.ask()
    database.close()  # SQLite's last connection folds the write-ahead log into the file
