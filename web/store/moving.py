"""Move everything that a house keeps from one database to another: files to a server, or a server to files.

Nothing is changed where it came from. The new place must be empty, and is filled area by area, each in one
transaction; whoever was interrupted begins again with an empty place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection, Table, func, insert, select, text

from loyalty.adapters.sql_database import Database
from loyalty.tables import METADATA as POINTS
from mint.adapters.sql_blocks import SqlBlocks
from mint.database import HouseDatabase
from verifier.adapters.sql_places import open_pool
from verifier.adapters.sql_ports import Place, ServerPlace, SqlConnection, SqlPool
from web.errors import WebError
from web.store import (
    console_tables,
    custody_tables,
    jobs_tables,
    people_tables,
    scan_tables,
    suspicion_tables,
    tag_tables,
)
from web.store.tables_base import METADATA as SITE

_ROWS_AT_ONCE: Final = 500
_BLOCKS_AT_ONCE: Final = 16
_DECLARED: Final = (
    console_tables,
    custody_tables,
    jobs_tables,
    people_tables,
    scan_tables,
    suspicion_tables,
    tag_tables,
)
"""The modules that put their tables into `SITE`."""
HOUSE_TABLES: Final[Mapping[str, str]] = {
    "intent": "id",
    "attempt": "rowid",
    "draft": "intent",
    "piece": "rowid",
    "label": "token",
    "claim_key": "token",
    "step": "rowid",
    "actor": "name",
    "print_run": "id",
    "print_run_item": "rowid",
    "print_run_event": "rowid",
    "setting": "name",
    "tag": "uid",
}
"""The tables of the house, a row's referents first, each with what its rows are read in the order of."""
BLOCK_TABLES: Final[Mapping[str, str]] = {"block": "id", "pin": "cid"}
_NUMBERED: Final = {"intent": "id", "block": "id", "print_run": "id"}


class NotEmptyError(WebError):
    """The place to move to holds rows already. Nothing was written; name an empty database."""

    def __init__(self, place: object, table: str) -> None:
        super().__init__(f"{place} has rows in {table} already: name an empty database")
        self.table = table


class MoveFaultError(WebError):
    """What arrived is not what was sent. What was written is to be thrown away; the old place is untouched."""

    def __init__(self, table: str, sent: object, arrived: object) -> None:
        super().__init__(f"{table}: {sent} was sent, {arrived} arrived; throw the new database away")
        self.table = table


@dataclass(frozen=True, slots=True)
class Areas:
    """Where one installation keeps what it keeps."""

    site: Database
    house: Place
    blocks: Place


def move(source: Areas, target: Areas) -> dict[str, int]:
    """Copy every row, hold the counts together, and say how many rows each table has.

    Both databases stand at the newest schema, and nobody writes to the source meanwhile.
    Raises NotEmptyError, MoveFaultError, DatabaseUnavailableError, SqlError.
    """
    counts = _move_site(source.site, target.site)
    # Opening a house of an earlier release gives it the tables that it lacks.
    for place in (source.house, target.house):
        HouseDatabase(place).close()
    counts |= _move_area(source.house, target.house, HOUSE_TABLES, _ROWS_AT_ONCE)
    SqlBlocks(target.blocks).close()
    return counts | _move_area(source.blocks, target.blocks, BLOCK_TABLES, _BLOCKS_AT_ONCE)


def _move_site(source: Database, target: Database) -> dict[str, int]:
    tables = [*SITE.sorted_tables, *POINTS.sorted_tables]
    counts = {}
    with source.reading() as old, target.writing() as new:
        for table in tables:
            if _count(new, table):
                raise NotEmptyError("the site's database", table.name)
        for table in tables:
            for rows in _chunks(old.execute(_ordered(table)).mappings(), _ROWS_AT_ONCE):
                new.execute(insert(table), [dict(row) for row in rows])
            counts[table.name] = _count(old, table)
            if (arrived := _count(new, table)) != counts[table.name]:
                raise MoveFaultError(table.name, counts[table.name], arrived)
            if target.dialect == "postgresql":
                _renumber(new, table)
    return counts


def _ordered(table: Table) -> Any:
    return select(table).order_by(*table.primary_key.columns)


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _renumber(connection: Connection, table: Table) -> None:
    """Let a server go on counting where the rows that were brought end."""
    column = table.autoincrement_column
    if column is None:
        return
    last: int | None = connection.execute(select(func.max(column))).scalar_one()
    sequence = select(func.pg_get_serial_sequence(table.name, column.name))
    name: str | None = connection.execute(sequence).scalar_one()
    if last is not None and name is not None:
        connection.execute(text("SELECT setval(CAST(:name AS regclass), :last)"), {"name": name, "last": last})


def _move_area(source: Place, target: Place, tables: Mapping[str, str], at_once: int) -> dict[str, int]:
    old_pool, new_pool = open_pool(source, read_only=True), open_pool(target)
    try:
        with old_pool.connection() as old, new_pool.writing() as new:
            for table in tables:
                if _rows_of(new, table):
                    raise NotEmptyError(target, table)
            counts = {table: _move_table(old, new, table, order, at_once) for table, order in tables.items()}
            if isinstance(target, ServerPlace):
                _go_on_counting(new, tables)
            return counts
    finally:
        _close(old_pool, new_pool)


def _move_table(old: SqlConnection, new: SqlConnection, table: str, order: str, at_once: int) -> int:
    for names, rows in _read(old, table, order, at_once):
        marks = ", ".join("?" * len(names))
        write = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608 - names of our tables
        new.executemany(write, rows)
    sent, arrived = _rows_of(old, table), _rows_of(new, table)
    if sent != arrived:
        raise MoveFaultError(table, sent, arrived)
    return sent


def _read(
    connection: SqlConnection, table: str, order: str, at_once: int
) -> Iterator[tuple[list[str], list[list[Any]]]]:
    """Read a table's rows in the order they came, some at a time; the number of a row itself is left to the new place.

    Blocks are many gigabytes, so they are asked for in parts.
    """
    after, asked = 0, f"SELECT * FROM {table} ORDER BY {order}"  # noqa: S608 - names of this file
    if order == "id":
        asked = f"SELECT * FROM {table} WHERE id > ? ORDER BY id LIMIT {at_once}"  # noqa: S608 - names of this file
    while True:
        found = connection.execute(asked, (after,) if order == "id" else ())
        names = [column[0] for column in found.description]
        kept = [place for place, name in enumerate(names) if name != "rowid"]
        rows = [[row[place] for place in kept] for row in found.fetchall()]
        if rows:
            yield [names[place] for place in kept], rows
        if order != "id" or not rows:
            return
        after = rows[-1][names.index("id")]


def _rows_of(connection: SqlConnection, table: str) -> int:
    (count,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - a name of this file
    return int(count)


def _go_on_counting(connection: SqlConnection, tables: Mapping[str, str]) -> None:
    for table in tables.keys() & _NUMBERED.keys():
        sql = f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table} HAVING max(id) > 0"  # noqa: S608
        connection.execute(sql)


def _chunks(rows: Iterator[Any], size: int) -> Iterator[Sequence[Any]]:
    while chunk := list(islice(rows, size)):
        yield chunk


def _close(*pools: SqlPool) -> None:
    for pool in pools:
        pool.close()
