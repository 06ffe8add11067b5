"""What the house holds for whom. Rows are never deleted: each is counted, so that no address comes twice."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, func, insert, select, update

from loyalty.adapters.sql_database import Database
from provenance_schemas.ids import Address, ItemId
from web.store.custody_tables import HOLDING
from web.store.people import Person

LIST_MAX: Final = 200
"""Pieces of one person that are listed."""


@unique
class HoldingState(StrEnum):
    """How far a holding is. Append only: it is in the table."""

    CLAIMING = "claiming"
    HELD = "held"
    ENDED = "ended"
    """Moved out, or the claim was refused."""


_OPEN: Final = (HoldingState.CLAIMING.value, HoldingState.HELD.value)


@dataclass(frozen=True, slots=True)
class Holding:
    """One piece held for one person, or that is to be."""

    id: str
    person_id: str | None
    """None: whoever it was held for has left, and the piece stayed with the house."""
    item: ItemId
    name: str
    """As its passport named it when it was claimed, for when the registry is away."""
    address: Address
    salt: bytes = field(repr=False)
    state: HoldingState
    created_at: int
    held_at: int | None
    ended_at: int | None


class Holdings:
    """The table of holdings. Reads are one transaction each; what writes joins the caller's."""

    def __init__(self, database: Database) -> None:
        self.database = database

    # ---- asking

    def holds(self, person_id: str, item: ItemId) -> bool:
        """Say whether a person holds a piece. Raises DatabaseUnavailableError."""
        return self._count(and_(_is_held(item), HOLDING.c.person_id == person_id)) > 0

    def holder_of(self, item: ItemId) -> str | None:
        """Name the person who holds a piece; None when nobody does through the house."""
        with self.database.reading() as connection:
            return connection.execute(select(HOLDING.c.person_id).where(_is_held(item))).scalar_one_or_none()

    def is_held(self, item: ItemId) -> bool:
        """Say whether the house holds a piece for somebody, so that its page can say what that means."""
        return self._count(_is_held(item)) > 0

    def find(self, holding_id: str, person_id: str) -> Holding | None:
        """Find a person's own holding, whatever its state; None for anybody else's too."""
        query = select(HOLDING).where(and_(HOLDING.c.id == holding_id, HOLDING.c.person_id == person_id))
        with self.database.reading() as connection:
            row = connection.execute(query).mappings().one_or_none()
        return None if row is None else _holding(row)

    def get(self, holding_id: str) -> Holding:
        """Read a holding that a job names."""
        with self.database.reading() as connection:
            return _holding(connection.execute(select(HOLDING).where(HOLDING.c.id == holding_id)).mappings().one())

    def of_person(self, person_id: str) -> tuple[Holding, ...]:
        """List what a person holds or is about to, the newest first."""
        is_open = and_(HOLDING.c.person_id == person_id, HOLDING.c.state.in_(_OPEN))
        query = select(HOLDING).where(is_open).order_by(HOLDING.c.created_at.desc(), HOLDING.c.id).limit(LIST_MAX)
        with self.database.reading() as connection:
            return tuple(_holding(row) for row in connection.execute(query).mappings())

    def held_count(self, connection: Connection, person_id: str) -> int:
        """Count a person's pieces."""
        return _count(connection, _is_in(person_id, HoldingState.HELD))

    def open_count(self, connection: Connection, person_id: str) -> int:
        """Count the pieces that are being claimed for a person."""
        return _count(connection, _is_in(person_id, HoldingState.CLAIMING))

    def count_of(self, connection: Connection, item: ItemId) -> int:
        """Count what was ever held or claimed of a piece, in the transaction that adds the next."""
        return _count(connection, HOLDING.c.item == str(item))

    def any(self) -> bool:
        """Say whether anything was ever held."""
        with self.database.reading() as connection:
            return connection.execute(select(HOLDING.c.id).limit(1)).one_or_none() is not None

    def export(self, person: Person) -> list[dict[str, Any]]:
        """Give everything kept of a person's pieces, as JSON values."""
        query = select(HOLDING).where(HOLDING.c.person_id == person.id).order_by(HOLDING.c.created_at, HOLDING.c.id)
        with self.database.reading() as connection:
            rows = connection.execute(query.limit(LIST_MAX)).mappings().all()
        names = ("item", "name", "address", "state", "created_at", "held_at", "ended_at")
        return [{name: row[name] for name in names} for row in rows]

    # ---- writing

    def begin(
        self, connection: Connection, holding_id: str, person_id: str, piece: tuple[ItemId, str],
        at: tuple[bytes, Address], now_s: int,
    ) -> None:  # fmt: skip
        """Write down where a piece is to be held, before anything is asked of the registry.

        `piece` is item and name, `at` is salt and address.
        """
        connection.execute(
            insert(HOLDING).values(
                id=holding_id,
                person_id=person_id,
                item=str(piece[0]),
                name=piece[1][:200],
                address=at[1],
                salt=at[0],
                state=HoldingState.CLAIMING.value,
                created_at=now_s,
            )
        )

    def held(self, connection: Connection, holding: Holding, now_s: int) -> None:
        """Note that the registry has it; whatever held the same piece before does not any more."""
        others = and_(_is_held(holding.item), HOLDING.c.id != holding.id)
        connection.execute(update(HOLDING).where(others).values(state=HoldingState.ENDED.value, ended_at=now_s))
        mine = and_(HOLDING.c.id == holding.id, HOLDING.c.state == HoldingState.CLAIMING.value)
        connection.execute(update(HOLDING).where(mine).values(state=HoldingState.HELD.value, held_at=now_s))

    def ended(self, connection: Connection, holding: Holding, now_s: int) -> None:
        """Note that the house does not hold it, or not any more."""
        values = {"state": HoldingState.ENDED.value, "ended_at": now_s}
        connection.execute(update(HOLDING).where(HOLDING.c.id == holding.id).values(values))

    def leave(self, connection: Connection, person: Person) -> None:
        """Let a person go who deletes the account: their pieces stay where they are, with the house, for nobody named.

        The house can give a piece back to whoever shows that it is theirs. Deleting it is not possible: it is on
        the ledger, and so is its address.
        """
        connection.execute(update(HOLDING).where(HOLDING.c.person_id == person.id).values(person_id=None))

    def _count(self, condition: ColumnElement[bool]) -> int:
        with self.database.reading() as connection:
            return _count(connection, condition)


def new_holding_id() -> str:
    """Draw a name for a holding; it stands in the address of its page."""
    return secrets.token_hex(16)


def _count(connection: Connection, condition: ColumnElement[bool]) -> int:
    return connection.execute(select(func.count()).select_from(HOLDING).where(condition)).scalar_one()


def _is_in(person_id: str, state: HoldingState) -> ColumnElement[bool]:
    return and_(HOLDING.c.person_id == person_id, HOLDING.c.state == state.value)


def _is_held(item: ItemId) -> ColumnElement[bool]:
    return and_(HOLDING.c.item == str(item), HOLDING.c.state == HoldingState.HELD.value)


def _holding(row: Mapping[Any, Any]) -> Holding:
    return Holding(
        row["id"],
        row["person_id"],
        ItemId.parse(row["item"]),
        row["name"],
        Address(row["address"]),
        bytes(row["salt"]),
        HoldingState(row["state"]),
        row["created_at"],
        row["held_at"],
        row["ended_at"],
    )
