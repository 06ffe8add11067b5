"""A house's own records, opened without any ledger: what it registered, its labels, its actors, what is under way."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Protocol

from mint.book import Book, Piece
from mint.database import open_house_database
from mint.errors import HouseMissingError, UnknownPieceError
from mint.identity import Identity, read_identity
from mint.outbox import Outbox
from mint.server_lock import lock_for
from provenance_schemas.errors import SchemaError
from provenance_schemas.ids import ItemId

_DIGITS: Final = re.compile(r"[1-9][0-9]{9,28}")


class Paperwork(Protocol):
    """What drawing labels and writing documents need of a house. Records have it, and so has a Desk."""

    @property
    def identity(self) -> Identity:
        """Who the house is."""
        ...

    @property
    def book(self) -> Book:
        """Its pieces, labels, claim keys, steps and actors."""
        ...

    @property
    def lock(self) -> Callable[[], AbstractContextManager[None]]:
        """Keeps every other process from writing."""
        ...

    def piece(self, name: str) -> Piece:
        """Find a piece. Raises UnknownPieceError."""
        ...

    def now(self) -> datetime:
        """Give the time for documents."""
        ...


@dataclass(frozen=True, slots=True)
class Records:
    """What can be read, and printed, while no node answers. Private: it holds secrets."""

    identity: Identity
    book: Book
    outbox: Outbox
    lock: Callable[[], AbstractContextManager[None]]

    @classmethod
    def open(cls, data_dir: Path) -> Records:
        """Open a house's folder.

        Raises HouseMissingError, InputError when `house.json` is damaged, HouseWriteError when its database is.
        """
        if not (data_dir / "house.json").exists():
            raise HouseMissingError(data_dir)
        identity = read_identity(data_dir / "house.json")
        database = open_house_database(data_dir, os.environ)
        database.belongs_to(identity.registry.name)
        return cls(identity, Book(database), Outbox(database), lock_for(data_dir, os.environ))

    def piece(self, name: str) -> Piece:
        """Find a piece by reference, token number or CAIP-19 name. Raises UnknownPieceError."""
        return find_piece(self.identity, self.book, name)

    def now(self) -> datetime:
        """Give the time for documents, cut to the second as they have it."""
        return document_time()

    def close(self) -> None:
        """Let go of the file."""
        self.book.database.close()


def document_time() -> datetime:
    """Give the time, cut to the second as documents have it."""
    return datetime.now(UTC).replace(microsecond=0)


def find_piece(identity: Identity, book: Book, name: str) -> Piece:
    """Find a piece by reference, token number or CAIP-19 name. Raises UnknownPieceError."""
    piece = book.piece(name)
    if piece is None and (token_id := _token_id(identity, name)) is not None:
        piece = book.piece_of_token(token_id)
    if piece is None:
        raise UnknownPieceError(name)
    return piece


def _token_id(identity: Identity, name: str) -> int | None:
    if _DIGITS.fullmatch(name):
        return int(name)
    try:
        item = ItemId.parse(name)
    except SchemaError:
        return None
    registry = identity.registry
    return item.token_id if (item.chain_id, item.contract) == (registry.chain_id, registry.contract) else None
