"""Every kind of fault that a row can have, injected into a finished ledger whose guards were taken away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import Column, LargeBinary, Table, create_engine

from loyalty.audit import Auditor
from loyalty.results import Audit
from loyalty.tables import METADATA, RULE
from tests.unit.loyalty.ledger_story import some_story

TABLES = tuple(METADATA.sorted_tables)
_WORDS = {
    "kind": ["fund", "vest", "hold", "pending", "campaign", "odd"],
    "reason": ["fraud", "mistake", "odd"],
    "step": ["vest", "expire", "odd"],
    "cause": [None, 1, 3, 4, 99],
    "lot": [None, 1, 3, 4, 99],
    "rule_id": ["claim", "first-check"],
    "claimant": [0, 1, 2],
}
"""Values that look right where they stand."""
_FREE = {"key": "other:key", "once": b"\7" * 32, "owner": "somebody", "version": 10_000}
"""What a second copy of a row needs, to pass the constraints of the database."""


@dataclass(frozen=True)
class RowFault:
    """One fault: SQL with its values, run in turn."""

    name: str
    statements: list[tuple[str, list[Any]]]


class FaultyLedger:
    """A finished ledger; a fault is tried inside a transaction that is always taken back."""

    def __init__(self, folder):
        world = some_story(folder)
        self.right = world.points.audit()
        world.database.close()
        self.engine = create_engine(f"sqlite:///{folder / 'site.sqlite3'}")
        self.connection = self.engine.connect()
        self.raw = self.connection.connection.dbapi_connection
        self.raw.isolation_level = None
        for (name,) in self.raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            self.raw.execute(f"DROP TRIGGER {name}")
        self.raw.execute("PRAGMA ignore_check_constraints = ON")

    @contextmanager
    def reading(self):
        yield self.connection

    def close(self):
        self.connection.close()
        self.engine.dispose()

    def rows(self, table: Table) -> list[dict[str, Any]]:
        keys = ", ".join(column.name for column in table.primary_key)
        names = [column.name for column in table.columns]
        found = self.raw.execute(f"SELECT {', '.join(names)} FROM {table.name} ORDER BY {keys}").fetchall()
        return [dict(zip(names, row, strict=True)) for row in found]

    def audit_with(self, *statements: tuple[str, list[Any]]) -> Audit | None:
        """Audit with a fault in place; None where the database itself refuses the fault."""
        self.raw.execute("BEGIN")
        try:
            for sql, values in statements:
                self.raw.execute(sql, values)
            return Auditor(self).audit()
        except self.raw.IntegrityError:
            return None
        finally:
            self.raw.execute("ROLLBACK")

    # ---- the faults

    def changed(self, table: Table, column: Column[Any]) -> Iterator[RowFault]:
        """Change one column, of a middle and the last row: to values near, of other rows, of other types."""
        rows = self.rows(table)
        for row in (rows[place] for place in sorted({len(rows) // 2, len(rows) - 1})):
            condition, key = _where(table, row)
            for other in _others(column, row[column.name], rows):
                sql = f"UPDATE {table.name} SET {column.name} = ? WHERE {condition}"
                yield RowFault(
                    f"{table.name} {key} {column.name}: {row[column.name]!r} -> {other!r}", [(sql, [other, *key])]
                )

    def lost(self, table: Table) -> Iterator[RowFault]:
        """Delete each row."""
        for row in self.rows(table):
            condition, key = _where(table, row)
            yield RowFault(f"{table.name} {key} deleted", [(f"DELETE FROM {table.name} WHERE {condition}", key)])

    def doubled(self, table: Table) -> Iterator[RowFault]:
        """Write each row again under another key."""
        rows = self.rows(table)
        last = {column.name: max(row[column.name] for row in rows) for column in table.primary_key}
        for row in rows:
            free = {} if table is RULE else {name: value for name, value in _FREE.items() if name in row}
            keys = {name: value + 1 if isinstance(value, int) else value[::-1] for name, value in last.items()}
            copy = row | free | keys
            sql = f"INSERT INTO {table.name} ({', '.join(copy)}) VALUES ({', '.join('?' * len(copy))})"
            yield RowFault(f"{table.name} {row} doubled", [(sql, list(copy.values()))])

    def swapped(self, table: Table) -> Iterator[RowFault]:
        """Give each two neighbours each other's keys."""
        rows = self.rows(table)
        keys = [column.name for column in table.primary_key]
        for first, second in pairwise(rows):
            if any(first[name] != second[name] for name in first.keys() - set(keys)):
                yield RowFault(f"{table.name}: {first} and {second} swapped", _swap(table, keys, first, second))


def _where(table: Table, row: dict[str, Any]) -> tuple[str, list[Any]]:
    keys = [column.name for column in table.primary_key]
    return " AND ".join(f"{key} = ?" for key in keys), [row[key] for key in keys]


def _others(column: Column[Any], value: Any, rows: list[dict[str, Any]]) -> list[Any]:
    if isinstance(column.type, LargeBinary):
        near = [bytes([value[0] ^ 1]) + value[1:], value[:-1], value + b"\0", b"", "text"]
    elif isinstance(value, int) or column.name in {"cause", "lot"}:
        near = [(value or 0) + 1, (value or 0) - 1, -(value or 5), 0, 2**40, "text"]
    else:
        near = [f"{value}x", "", str(value).upper(), b"blob"]
    taken = [row[column.name] for row in rows[:: max(1, len(rows) // 2)]]
    found: list[Any] = []
    for other in [*near, *taken, *_WORDS.get(column.name, [])]:
        if other != value and other not in found:
            found.append(other)
    return found


def _swap(table: Table, keys: list[str], first: dict[str, Any], second: dict[str, Any]) -> list[tuple[str, list[Any]]]:
    aside = {key: (-1 if isinstance(first[key], int) else b"aside") for key in keys}
    setting = ", ".join(f"{key} = ?" for key in keys)
    condition = " AND ".join(f"{key} = ?" for key in keys)
    return [
        (f"UPDATE {table.name} SET {setting} WHERE {condition}", [row[key] for row in (after, before) for key in keys])
        for before, after in ((first, aside), (second, first), (aside, second))
    ]
