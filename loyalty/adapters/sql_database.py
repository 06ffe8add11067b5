"""The SQL database of site and points: one engine, two kinds of transaction.

SQLite by default, PostgreSQL by its URL. Only this file knows what each of them needs.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    ArgumentError,
    DatabaseError,
    DBAPIError,
    InterfaceError,
    NoSuchModuleError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from verifier.adapters.postgres_urls import (
    NOT_READY_STATES,
    PostgresUrlError,
    connect_options,
    lock_number,
    with_driver,
)
from verifier.errors import UnavailableError

BUSY_TIMEOUT_S: Final = 10
SITE_SCHEMA: Final = "assay_site"
"""Where the tables are on PostgreSQL."""
_BEGIN: Final = "assay_begin"
_FOLDER_MODE: Final = 0o700
_FILE_MODE: Final = 0o600
_POOL_SIZE: Final = 16
_SERVER_POOL_SIZE: Final = 8
"""Of one process, and as many again under load: four processes stay below a server's usual hundred connections."""
_AWAY: Final = frozenset(
    {OperationalError, DatabaseError, InterfaceError, PoolTimeoutError, sqlite3.OperationalError, sqlite3.DatabaseError}
)
"""Very classes: what derives from DatabaseError, as a constraint that does not hold, is for the caller."""
_PRAGMAS: Final = (
    "PRAGMA journal_mode = WAL",
    # In WAL, NORMAL survives the death of the process; a power cut may lose the newest commits and never tears one.
    "PRAGMA synchronous = NORMAL",
    # Pages of the log before they are copied into the file: an award touches twenty, and each copying waits for a disk.
    "PRAGMA wal_autocheckpoint = 4000",
    "PRAGMA foreign_keys = ON",
    "PRAGMA trusted_schema = OFF",
    # Without it, INSERT OR REPLACE takes a row away past the triggers that refuse to.
    "PRAGMA recursive_triggers = ON",
)
_SQLITE_WRITER: Final = "BEGIN IMMEDIATE"
_SERVER_WRITER: Final = f"SELECT pg_advisory_xact_lock({lock_number(SITE_SCHEMA)})"


class DatabaseUnavailableError(UnavailableError):
    """The database did not answer. What was under way was rolled back, so try again.

    Only when the answer to a commit itself was lost on the way can the work have been kept: whatever must not happen
    twice carries a key, and asking again finds it.
    """


class DatabaseUrlError(ValueError):
    """The URL names no database that can be used. Nothing was opened."""


class Database:
    """An engine, and the two ways into it. Safe to share among threads."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        if engine.dialect.name == "postgresql":
            # One view for all reads of a transaction, and a writer whose statements see what the one before it wrote.
            self._reader: Engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            self._writer = engine.execution_options(**{_BEGIN: _SERVER_WRITER})
        else:
            self._reader = engine
            self._writer = engine.execution_options(**{_BEGIN: _SQLITE_WRITER})
        self._inside = threading.local()

    @classmethod
    def open(cls, url: str) -> Database:
        """Open a database by its URL; a SQLite file is made when it is not there, for its owner alone.

        Raises DatabaseUrlError.
        """
        try:
            parsed = with_driver(make_url(url))
            if parsed.get_backend_name() == "postgresql":
                return cls(_server_engine(parsed))
            if parsed.get_backend_name() != "sqlite":
                raise DatabaseUrlError("sites are kept in SQLite or PostgreSQL: sqlite:///..., postgresql://...")
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, PostgresUrlError) as error:
            raise DatabaseUrlError(f"no database can be opened by this URL: {_url_fault(error)}") from error
        if not parsed.database or parsed.database == ":memory:":
            raise DatabaseUrlError("a database in memory is lost with its process: name a file, sqlite:///site.sqlite3")
        _make_private(Path(parsed.database))
        engine = create_engine(
            parsed,
            connect_args={"timeout": BUSY_TIMEOUT_S},
            pool_size=_POOL_SIZE,
            max_overflow=_POOL_SIZE,
            hide_parameters=True,  # what a statement was given may be a name or a code
        )
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
        return cls(engine)

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.engine.dialect.name

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give one consistent view. Raises DatabaseUnavailableError."""
        with self._transaction(self._reader) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give one transaction: all of it or nothing, and the only writer, from the first statement on.

        Raises DatabaseUnavailableError, also when another writer did not end in time.
        """
        with self._transaction(self._writer) as connection:
            yield connection

    def ask(self) -> None:
        """Do nothing, if the database answers. Raises DatabaseUnavailableError."""
        with self.reading() as connection:
            connection.exec_driver_sql("SELECT 1")

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()

    @contextmanager
    def _transaction(self, engine: Engine) -> Iterator[Connection]:
        assert not getattr(self._inside, "now", False), "a transaction inside a transaction would commit by half"
        self._inside.now = True
        try:
            with engine.begin() as connection:
                yield connection
        except (DatabaseError, InterfaceError, PoolTimeoutError, sqlite3.Error) as error:
            if not _is_away(error):
                raise
            raise DatabaseUnavailableError(f"the database does not answer: {_reason(error)}") from error
        finally:
            self._inside.now = False


def _is_away(error: Exception) -> bool:
    """Say whether the database, or what we need in it, is not there, by whatever name the driver tells it."""
    if type(error) in _AWAY:
        return True
    return isinstance(error, DBAPIError) and (
        error.connection_invalidated or getattr(error.orig, "sqlstate", "") in NOT_READY_STATES
    )


def _reason(error: Exception) -> str:
    """Say what the driver said, without statement and values."""
    if isinstance(error, sqlite3.Error):
        return str(error)
    if isinstance(error, DBAPIError):
        return str(error.orig).partition("\n")[0]  # PostgreSQL's second line may quote a row
    return "no connection became free in time"


def _url_fault(error: Exception) -> str:
    if isinstance(error, ModuleNotFoundError):
        return f"{error.name} is not installed; for PostgreSQL, install assay[postgres]"
    return str(error) if isinstance(error, PostgresUrlError) else type(error).__name__


def _server_engine(url: URL) -> Engine:
    """Make the engine of a PostgreSQL. Nothing is asked yet."""
    engine = create_engine(
        url,
        connect_args=connect_options(url.query, SITE_SCHEMA),
        pool_size=_SERVER_POOL_SIZE,
        max_overflow=_SERVER_POOL_SIZE,
        pool_timeout=BUSY_TIMEOUT_S,
        pool_pre_ping=True,  # a server that was restarted is found out before anything is asked of it
        hide_parameters=True,
    )
    event.listen(engine, "begin", _begin_on_server)
    return engine


def _make_private(file: Path) -> None:
    """Make the file for its owner alone; SQLite gives its companions the same mode."""
    try:
        file.parent.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        file.touch(mode=_FILE_MODE)
    except OSError as error:
        raise DatabaseUrlError(f"{file} cannot be made: {error.strerror}") from error


def _prepare(connection: Any, record: object) -> None:
    del record
    connection.isolation_level = None  # transactions are ours: the driver would begin them late, and deferred
    for pragma in _PRAGMAS:
        connection.execute(pragma).close()


def _begin(connection: Connection) -> None:
    """Begin by the driver itself: SQLAlchemy would take longer over this one word than SQLite over the rest."""
    driver: Any = connection.connection.driver_connection
    driver.execute(connection.get_execution_options().get(_BEGIN, "BEGIN")).close()


def _begin_on_server(connection: Connection) -> None:
    """Let writers take turns, as SQLite's do.

    Every rule of the site is "read, decide, write": a budget not passed, a code used once, a log without a gap. The
    ledger of points is one chain, so its writers would wait for each other under any isolation, and here nobody is
    sent back half way to try again. The lock goes with the transaction, however that ends.
    """
    statement = connection.get_execution_options().get(_BEGIN)
    if statement is not None:
        connection.exec_driver_sql(statement)
