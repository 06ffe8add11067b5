"""The tables of print runs: what was printed together, how far it is, who said so. No code or serial is in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum, unique
from typing import Any

from mint.database import HouseDatabase
from mint.errors import UnknownRunError
from mint.labels.choices import PictureFormat, PrintChoices, Spelling
from mint.labels.claim_card import CardShape
from mint.labels.substrates import Substrate
from provenance_schemas.ids import Address


@unique
class RunState(StrEnum):
    """How far a run is. States only move forward, in this order. Append only."""

    MADE = "made"
    """Drawn, and read back in every simulated print."""
    PRINTED = "printed"
    """Somebody of the house said so."""
    VERIFIED = "verified"
    """Pictures of the print were read."""
    DESTROYED = "codes_destroyed"
    """The claim codes of its cards are erased here: the cards are the only copies."""
    GIVEN_UP = "given_up"
    """Nothing of it may be used; its claim codes are erased."""


@dataclass(frozen=True, slots=True)
class RunWish:
    """How a run is to be printed."""

    picture_format: PictureFormat = "pdf"
    substrate: Substrate = Substrate.PAPER
    spelling: Spelling = Spelling.UPPER
    module_mm: float | None = None
    stock: str = "L7160"
    """Empty: no labels, cards alone."""
    start: int = 1
    """First free place of the first sheet."""
    card_shape: CardShape | None = None
    """None: no cards, labels alone."""

    @property
    def choices(self) -> PrintChoices:
        """Give how its labels are drawn. Raises LabelPrintError."""
        return PrintChoices(substrate=self.substrate, module_mm=self.module_mm)


@dataclass(frozen=True, slots=True)
class RunItem:
    """One label or card of a run."""

    place: int
    """From 1: labels in the order they were asked for, then cards."""
    token_id: int
    address: Address | None
    """Of a card's claim key; None for a label."""
    digest: bytes = field(repr=False)
    """sha256 of what its symbol says."""
    asked: bool
    """Whether it belongs to the sample that must be seen."""
    seen: bool
    """Whether a picture of it was read."""


@dataclass(frozen=True, slots=True)
class RunEvent:
    """When a run came into a state, and who said so."""

    state: RunState
    at: datetime
    who: str


@dataclass(frozen=True, slots=True)
class PrintRun:
    """One print run."""

    id: int
    state: RunState
    wish: RunWish
    items: tuple[RunItem, ...]
    events: tuple[RunEvent, ...]

    @property
    def labels(self) -> tuple[RunItem, ...]:
        """Its labels."""
        return tuple(item for item in self.items if item.address is None)

    @property
    def cards(self) -> tuple[RunItem, ...]:
        """Its claim cards."""
        return tuple(item for item in self.items if item.address is not None)

    @property
    def missing(self) -> tuple[RunItem, ...]:
        """What of the sample no picture has shown yet."""
        return tuple(item for item in self.items if item.asked and not item.seen)


class PrintRunBook:
    """Print runs in the house's database. Methods that write belong into a transaction of it."""

    def __init__(self, database: HouseDatabase) -> None:
        self.database = database

    def add(self, wish: RunWish, items: Sequence[RunItem], at: datetime, who: str) -> int:
        """Write down a run that was made; gives its number."""
        run = self.database.insert(
            "INSERT INTO print_run (state, picture_format, substrate, spelling, module_mm, stock, start, card_shape)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
            (
                RunState.MADE.value,
                wish.picture_format,
                wish.substrate.value,
                wish.spelling.value,
                wish.module_mm,
                wish.stock,
                wish.start,
                wish.card_shape.value if wish.card_shape else "",
            ),
        )
        self.database.execute_many(
            "INSERT INTO print_run_item (run, place, token, address, digest, asked) VALUES (?, ?, ?, ?, ?, ?)",
            [(run, i.place, str(i.token_id), i.address or "", i.digest, int(i.asked)) for i in items],
        )
        self._note(run, RunState.MADE, at, who)
        return run

    def run(self, number: int) -> PrintRun:
        """Find a run. Raises UnknownRunError."""
        row = self.database.row("SELECT * FROM print_run WHERE id = ?", (number,))
        if row is None:
            raise UnknownRunError(number)
        items = self.database.rows("SELECT * FROM print_run_item WHERE run = ? ORDER BY place", (number,))
        events = self.database.rows("SELECT * FROM print_run_event WHERE run = ? ORDER BY rowid", (number,))
        return PrintRun(
            number, RunState(row["state"]), _wish(row), tuple(map(_item, items)), tuple(map(_event, events))
        )

    def runs(self, *, limit: int) -> list[PrintRun]:
        """List the newest runs."""
        rows = self.database.rows("SELECT id FROM print_run ORDER BY id DESC LIMIT ?", (limit,))
        return [self.run(row["id"]) for row in rows]

    def move(self, run: PrintRun, state: RunState, at: datetime, who: str) -> None:
        """Move a run forward."""
        self.database.execute("UPDATE print_run SET state = ? WHERE id = ?", (state.value, run.id))
        self._note(run.id, state, at, who)

    def see(self, run: PrintRun, places: Sequence[int], at: datetime) -> None:
        """Note that pictures of these places were read."""
        self.database.execute_many(
            "UPDATE print_run_item SET seen_at = ? WHERE run = ? AND place = ? AND seen_at IS NULL",
            [(at.isoformat(), run.id, place) for place in places],
        )

    def erase_codes(self, run: PrintRun) -> None:
        """Erase the claim codes of a run's cards; one that was renewed since stays. The caller empties the log."""
        self.database.execute_many(
            "UPDATE claim_key SET code = NULL WHERE token = ? AND address = ?",
            [(str(card.token_id), card.address) for card in run.cards],
        )

    def token_of_serial(self, gtin: str, serial: str) -> int | None:
        """Find which piece a label belongs, or belonged, to."""
        row = self.database.row(
            "SELECT label.token FROM label JOIN piece ON piece.token = label.token WHERE serial = ? AND gtin = ?",
            (serial, gtin),
        )
        return int(row["token"]) if row else None

    def tokens_of_digest(self, digest: bytes) -> list[int]:
        """Name the pieces whose label or card, of any run, says this."""
        rows = self.database.rows("SELECT DISTINCT token FROM print_run_item WHERE digest = ?", (digest,))
        return [int(row["token"]) for row in rows]

    def _note(self, run: int, state: RunState, at: datetime, who: str) -> None:
        self.database.execute(
            "INSERT INTO print_run_event (run, state, at, who) VALUES (?, ?, ?, ?)",
            (run, state.value, at.isoformat(), who),
        )


def _wish(row: Any) -> RunWish:
    return RunWish(
        row["picture_format"],
        Substrate(row["substrate"]),
        Spelling(row["spelling"]),
        row["module_mm"],
        row["stock"],
        row["start"],
        CardShape(row["card_shape"]) if row["card_shape"] else None,
    )


def _item(row: Any) -> RunItem:
    address = row["address"] or None
    seen = row["seen_at"] is not None
    return RunItem(row["place"], int(row["token"]), address, row["digest"], bool(row["asked"]), seen)


def _event(row: Any) -> RunEvent:
    return RunEvent(RunState(row["state"]), datetime.fromisoformat(row["at"]), row["who"])
