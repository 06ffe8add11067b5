"""Read the whole ledger in order and play it again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, literal_column, select

from loyalty.ports import LedgerDatabase
from loyalty.replay import Replay, Rows
from loyalty.replay_rows import Row, WrongRowError, wrong
from loyalty.results import Audit
from loyalty.tables import ACCOUNT, AWARD, DUE, ENTRY, NONCE, RULE, TRANSFER

_ROWS_AT_ONCE = 1000


class Auditor:
    """Recomputes the ledger from its rows and the rules on record. Writes nothing."""

    def __init__(self, database: LedgerDatabase) -> None:
        self._database = database

    def audit(self) -> Audit:
        """Play every transfer again; the first row that is wrong ends it. Raises UnavailableError."""
        with self._database.reading() as connection:
            return _Audit(connection).run()


class _Audit:
    """One audit, in one view of the database."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._entries = self._awards = 0

    def run(self) -> Audit:
        replay, fault = None, None
        try:
            replay = Replay(list(self._rows(RULE)), list(self._rows(ACCOUNT)))
            self._play(replay)
        except WrongRowError as error:
            fault = error.fault
        replay = replay or Replay([], [])
        return Audit(
            transfers=replay.size,
            entries=self._entries,
            awards=self._awards,
            head=replay.head(),
            issued=replay.issued,
            outstanding=replay.outstanding,
            fault=fault,
        )

    def _play(self, replay: Replay) -> None:
        entries = _Queue(ENTRY, "transfer", self._rows(ENTRY))
        awards = _Queue(AWARD, "id", self._rows(AWARD))
        nonces = _Queue(NONCE, "id", self._rows(NONCE))
        for transfer in self._rows(TRANSFER):
            number = transfer["id"]
            rows = Rows(transfer, entries.take(number), awards.take_one(number), nonces.take_one(number))
            replay.step(rows)
            self._entries += len(rows.entries)
            self._awards += rows.award is not None
        for queue in (entries, awards, nonces):
            queue.end()
        replay.finish(list(self._rows(DUE)))

    def _rows(self, table: Table) -> Iterator[Row]:
        """Read a table in the order of its key, as the driver gives it, and hold each value to its column's type."""
        names = [column.name for column in table.columns]
        order: list[ColumnElement[Any]] = [literal_column(column.name) for column in table.primary_key]
        columns: list[ColumnElement[Any]] = [literal_column(name) for name in names]
        statement: Select[*tuple[Any, ...]] = select(*columns).select_from(table).order_by(*order)
        with self._connection.execute(statement, execution_options={"yield_per": _ROWS_AT_ONCE}) as result:
            for values in result:
                row = dict(zip(names, values, strict=True))
                _check_types(table, row)
                yield row


class _Queue:
    """Rows in the order of the transfer that they belong to."""

    def __init__(self, table: Table, column: str, rows: Iterator[Row]) -> None:
        self._table = table
        self._column = column
        self._rows = rows
        self._next = next(rows, None)

    def take(self, number: int) -> list[Row]:
        """Take the rows of one transfer. Raises WrongRowError for a row of an earlier one, which does not exist."""
        taken = []
        while self._next is not None and self._next[self._column] <= number:
            if self._next[self._column] < number:
                self.end()
            taken.append(self._next)
            self._next = next(self._rows, None)
        return taken

    def take_one(self, number: int) -> Row | None:
        """Take the row of one transfer, where there is one."""
        return next(iter(self.take(number)), None)

    def end(self) -> None:
        """Raise WrongRowError when a row is left: no transfer has it."""
        if self._next is not None:
            wrong(self._table.name, _key(self._table, self._next), "belongs to no transfer")


def _check_types(table: Table, row: Row) -> None:
    for column in table.columns:
        value: Any = row[column.name]
        if type(value) is not column.type.python_type and not (value is None and column.nullable):
            wrong(table.name, _key(table, row), f"{column.name} is of type {type(value).__name__}")


def _key(table: Table, row: Row) -> str:
    values = [row[column.name] for column in table.primary_key]
    return "/".join(value.hex() if isinstance(value, bytes) else str(value) for value in values)
