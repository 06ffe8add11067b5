"""One engine, two kinds of transaction: all or nothing, one writer, a file for its owner alone."""

from __future__ import annotations

import stat
import threading

import pytest
from sqlalchemy import text
from sqlalchemy.schema import CreateSchema

from loyalty.adapters.sql_database import SITE_SCHEMA, Database, DatabaseUnavailableError, DatabaseUrlError
from tests.fakes.database import POSTGRES, opened, some_url


@pytest.fixture
def database(tmp_path, each_engine):
    database = opened(some_url(tmp_path / "deep" / "site.sqlite3"))
    with database.writing() as connection:
        if each_engine == POSTGRES:
            connection.execute(CreateSchema(SITE_SCHEMA))
        connection.exec_driver_sql("CREATE TABLE line (id INTEGER PRIMARY KEY)")
    yield database
    database.close()


def lines(database):
    with database.reading() as connection:
        return [row[0] for row in connection.exec_driver_sql("SELECT id FROM line ORDER BY id")]


def test_what_ends_well_is_kept_and_what_raises_leaves_nothing(database):
    """A transaction is all of it or nothing."""
    with database.writing() as connection:
        connection.exec_driver_sql("INSERT INTO line VALUES (1)")
    with pytest.raises(RuntimeError):
        _write_and_fail(database, 2)

    assert lines(database) == [1]


def test_the_file_is_for_its_owner_alone(tmp_path):
    """It holds who owns what; another account of the machine has no business in it."""
    database = Database.open(f"sqlite:///{tmp_path}/deep/site.sqlite3")
    database.ask()
    modes = {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "deep").iterdir()}

    assert modes == {0o600}
    database.close()


def test_two_writers_never_lose_each_others_work(database):
    """A writer holds the lock from its first statement: reading and then writing is one step."""
    with database.writing() as connection:
        connection.exec_driver_sql("INSERT INTO line VALUES (0)")

    def add_the_next(times):
        for _ in range(times):
            with database.writing() as connection:
                last = connection.exec_driver_sql("SELECT max(id) FROM line").scalar_one()
                connection.execute(text("INSERT INTO line VALUES (:id)"), {"id": last + 1})

    threads = [threading.Thread(target=add_the_next, args=(10,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert lines(database) == list(range(81))


def test_a_reader_keeps_one_view_while_another_writes(database):
    """Two reads in one transaction cannot see two states."""
    with database.reading() as reader:
        before = reader.exec_driver_sql("SELECT count(*) FROM line").scalar_one()
        writer = threading.Thread(target=lambda: _write(database, 7))
        writer.start()
        writer.join()
        after = reader.exec_driver_sql("SELECT count(*) FROM line").scalar_one()

    assert (before, after, lines(database)) == (0, 0, [7])


def _write_and_fail(database, number):
    with database.writing() as connection:
        connection.execute(text("INSERT INTO line VALUES (:id)"), {"id": number})
        raise RuntimeError


def _write(database, number):
    with database.writing() as connection:
        connection.execute(text("INSERT INTO line VALUES (:id)"), {"id": number})


def test_a_transaction_inside_a_transaction_is_refused(database):
    """The inner one would commit while the outer one can still fail."""
    with pytest.raises(AssertionError), database.writing(), database.reading():
        pass

    assert lines(database) == []


def test_a_file_that_is_no_database_is_unavailable_and_not_our_bug(tmp_path):
    """The site answers 503, and says which part is away."""
    file = tmp_path / "site.sqlite3"
    file.write_bytes(b"not a database, and long enough to be read as one " * 40)
    database = Database.open(f"sqlite:///{file}")

    with pytest.raises(DatabaseUnavailableError), database.reading() as connection:
        connection.exec_driver_sql("SELECT 1 FROM line")


@pytest.mark.parametrize("url", ["", "nonsense", "nosuchdialect://host/x", "sqlite://", "sqlite:///:memory:"])
def test_a_url_that_names_no_database_is_refused_at_once(url):
    """A typing error in a setting is found at the start, not at the first customer."""
    with pytest.raises(DatabaseUrlError):
        Database.open(url)


def test_a_reader_cannot_write_on_a_server(database, each_engine):
    """Whoever reads takes no turn, so it must not be able to change anything."""
    if each_engine == POSTGRES:
        with pytest.raises(DatabaseUnavailableError, match="read-only"), database.reading() as connection:
            connection.exec_driver_sql("INSERT INTO line VALUES (1)")

    assert lines(database) == []


@pytest.mark.parametrize("url", ["postgresql+psycopg2://host/x", "postgresql+asyncpg://host/x", "mysql://host/x"])
def test_a_driver_that_is_not_ours_is_refused_by_name(url):
    """Also one that happens to be installed: nobody tried it."""
    with pytest.raises(DatabaseUrlError):
        Database.open(url)


def test_foreign_keys_hold(tmp_path):
    """SQLite forgets them unless each connection asks."""
    database = Database.open(f"sqlite:///{tmp_path}/site.sqlite3")
    with database.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
    database.close()
