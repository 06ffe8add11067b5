"""The SQL database of site and points: one engine, two kinds of transaction.

SQLite by default; every other dialect that SQLAlchemy knows by its URL. Only this file knows what SQLite needs.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, NoSuchModuleError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from verifier.errors import UnavailableError

BUSY_TIMEOUT_S: Final = 10
_BEGIN: Final = "assay_begin"
_FOLDER_MODE: Final = 0o700
_FILE_MODE: Final = 0o600
_POOL_SIZE: Final = 16
_AWAY: Final = frozenset(
    {OperationalError, DatabaseError, PoolTimeoutError, sqlite3.OperationalError, sqlite3.DatabaseError}
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


class DatabaseUnavailableError(UnavailableError):
    """The database did not answer. What was under way was rolled back; try again."""


class DatabaseUrlError(ValueError):
    """The URL names no database that can be used. Nothing was opened."""


class Database:
    """An engine, and the two ways into it. Safe to share among threads."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writer = engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})
        self._inside = threading.local()

    @classmethod
    def open(cls, url: str) -> Database:
        """Open a database by its URL; a SQLite file is made when it is not there, for its owner alone.

        Raises DatabaseUrlError.
        """
        try:
            parsed = make_url(url)
            if parsed.get_backend_name() != "sqlite":
                return cls(create_engine(parsed, pool_pre_ping=True, hide_parameters=True))
        except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
            raise DatabaseUrlError(f"no database can be opened by this URL: {type(error).__name__}") from error
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
        with self._transaction(self.engine) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give one transaction: all of it or nothing. On SQLite the only writer, from the first statement on.

        Raises DatabaseUnavailableError, also when another writer did not end in time.
        """
        with self._transaction(self._writer) as connection:
            yield connection

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
        except (DatabaseError, PoolTimeoutError, sqlite3.Error) as error:
            if type(error) not in _AWAY:
                raise
            raise DatabaseUnavailableError(f"the database does not answer: {_reason(error)}") from error
        finally:
            self._inside.now = False


def _reason(error: Exception) -> str:
    """Say what the driver said, without statement and values."""
    if isinstance(error, sqlite3.Error):
        return str(error)
    return str(error.orig) if isinstance(error, DBAPIError) else type(error).__name__


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
