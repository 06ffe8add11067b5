"""Connections to one schema of a PostgreSQL. Needs psycopg (`assay[postgres]`)."""

from __future__ import annotations

import functools
import threading
import time
import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from psycopg.rows import dict_row, tuple_row

from verifier.adapters.postgres_urls import PostgresUrlError, connect_options, conninfo, lock_number, url_query
from verifier.adapters.sql_ports import SERVER_WORDS, ServerPlace, SqlConflictError, SqlError

_OPEN_MAX: Final = 8
_WAIT_MAX_S: Final = 10.0
_TRUSTED_S: Final = 5.0
"""How long an idle connection is taken to be alive without asking it."""


class ServerConnection:
    """A connection that takes our SQL: question marks for values."""

    def __init__(self, raw: psycopg.Connection[Any]) -> None:
        self.raw = raw
        self.used_at = time.monotonic()

    def execute(self, sql: str, arguments: Sequence[Any] = (), /) -> psycopg.Cursor[Any]:
        """Run one statement."""
        return self.raw.execute(_spelled(sql), tuple(arguments))

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> None:
        """Run one statement for each row of values."""
        with self.raw.cursor() as cursor:
            cursor.executemany(_spelled(sql), rows)


class PostgresPool:
    """At most 8 connections, each used by one thread at a time. One that saw the server go is not used again."""

    def __init__(self, place: ServerPlace, *, read_only: bool = False, named: bool = False) -> None:
        try:
            self._conninfo = conninfo(place.url)
        except PostgresUrlError as error:
            raise SqlError(str(error)) from error
        self._place = place
        self._options = connect_options(url_query(place.url), place.schema)
        self._read_only = read_only
        self._rows: Any = dict_row if named else tuple_row
        self._idle: list[ServerConnection] = []
        self._lock = threading.Lock()
        self._free = threading.BoundedSemaphore(_OPEN_MAX)
        weakref.finalize(self, _close_all, self._idle)  # a pool that is forgotten keeps no place on the server

    @contextmanager
    def connection(self) -> Iterator[ServerConnection]:
        """Lend a connection in which each statement stands for itself; one that saw an error is closed, not kept."""
        if not self._free.acquire(timeout=_WAIT_MAX_S):
            raise SqlError(f"all {_OPEN_MAX} connections to the database server are in use")
        try:
            connection = self._take()
            try:
                yield connection
            except BaseException:
                connection.raw.close()
                raise
            connection.used_at = time.monotonic()
            with self._lock:
                self._idle.append(connection)
        except psycopg.IntegrityError as error:
            raise SqlConflictError(_first_line(error)) from error
        except psycopg.Error as error:
            raise SqlError(_first_line(error)) from error
        finally:
            self._free.release()

    @contextmanager
    def writing(self) -> Iterator[ServerConnection]:
        """Lend a connection for one transaction, which is the schema's only writer from its first statement on.

        Writers take turns by a lock that ends with the transaction, as they do on a SQLite file: what one reads
        before it writes holds until it has written, and no two wait for each other crosswise.
        """
        with self.connection() as connection, connection.raw.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(?)", (lock_number(self._place.schema),))
            yield connection

    def prepare(self, schema: str, table: str) -> None:
        """Make the schema and the tables of a template, unless `table` is there. Whoever comes second finds it."""
        with self.writing() as connection:
            if connection.execute("SELECT to_regclass(?)", (table,)).fetchone() not in _NOTHING:
                return
            known = connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = ?", (self._place.schema,))
            if known.fetchone() is None:
                connection.raw.execute(f'CREATE SCHEMA "{self._place.schema}"')
            connection.raw.execute(schema.format_map(SERVER_WORDS))

    def close(self) -> None:
        """Close what is idle. The pool stays usable."""
        with self._lock:
            _close_all(self._idle)

    def _take(self) -> ServerConnection:
        """Give an idle connection that is alive, or a new one."""
        while True:
            with self._lock:
                connection = self._idle.pop() if self._idle else None
            if connection is None:
                return self._open()
            if time.monotonic() - connection.used_at < _TRUSTED_S or _answers(connection):
                return connection
            connection.raw.close()
            self.close()  # the server was restarted: the others are dead too

    def _open(self) -> ServerConnection:
        raw: psycopg.Connection[Any] = psycopg.connect(
            self._conninfo, autocommit=True, row_factory=self._rows, **self._options
        )
        if self._read_only:
            raw.execute("SET default_transaction_read_only = on")
        return ServerConnection(raw)


_NOTHING: Final = ((None,), {"to_regclass": None})


def _close_all(idle: list[ServerConnection]) -> None:
    while idle:
        idle.pop().raw.close()


def _answers(connection: ServerConnection) -> bool:
    try:
        connection.execute("SELECT 1")
    except psycopg.Error:
        return False
    return True


@functools.lru_cache(maxsize=256)
def _spelled(sql: str) -> str:
    """Spell a statement of ours as the driver takes it."""
    return sql.replace("%", "%%").replace("?", "%s")


def _first_line(error: psycopg.Error) -> str:
    """Say what the server said; its second line may quote a row."""
    return str(error).partition("\n")[0] or type(error).__name__
