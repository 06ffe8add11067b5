"""The example collection: read from `collection.json`, photographed by our own script, registered once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from mint.actors import add_actor
from mint.book import Piece
from mint.dispatch import Progress
from mint.house import House
from mint.identity import Maker
from mint.items import register_pieces
from mint.pieces import PieceInput
from mint.registration_input import parse_pieces
from mint.steps import StepInput, record_steps
from provenance_schemas.document_parts import Place
from provenance_schemas.roles import Role
from provenance_schemas.step_kinds import EntryKind
from web.demo.photos import PHOTOS

BAG = "AUR-BAG-0001"
WATCH = "AUR-WATCH-0007"
SCARF = "AUR-SCARF-26-007"
UNSOLD = "AUR-CARD-0100"


@cache
def _collection() -> dict[str, Any]:
    text = files("web.demo").joinpath("collection.json").read_text("utf-8")
    value: dict[str, Any] = json.loads(text)
    return value


def maker(host: str) -> Maker:
    """The example brand, its labels on `host`."""
    value = _collection()["maker"]
    return Maker(value["name"], value["url"], (host,), tuple(value["gtin_prefixes"]))


def draw_photos(folder: Path) -> None:
    """Draw each photo that is not there yet."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, draw in PHOTOS.items():
        path = folder / name
        if not path.exists():
            path.write_bytes(draw())


def register_collection(house: House, photos: Path, progress: Progress) -> int:
    """Register every piece that is not registered yet; give how many were."""
    rows = enumerate(_collection()["pieces"], start=1)
    parsed = parse_pieces(rows, house.identity.maker, source="collection.json", folder=photos)
    assert not parsed.faults, parsed.faults
    # A batch of its own for each model, so that a batch-wide step speaks of one model alone.
    new = [piece for piece in parsed.pieces if not _known(house, piece)]
    for piece in new:
        register_pieces(house, [piece], progress=progress)
    return sum(piece.quantity for piece in new)


def registered_count(house: House, photos: Path) -> int:
    """Count the collection's own pieces in the house's book; whatever else staff registered is not the tour's."""
    rows = enumerate(_collection()["pieces"], start=1)
    parsed = parse_pieces(rows, house.identity.maker, source="collection.json", folder=photos)
    return sum(len(house.book.known([one.reference for one in piece.each()])) for piece in parsed.pieces)


def _known(house: House, piece: PieceInput) -> bool:
    return bool(house.book.known([one.reference for one in piece.each()]))


def add_actors(house: House) -> None:
    """Let every actor of the example record, once."""
    for value in _collection()["actors"]:
        if house.book.actor(value["name"]) is None:
            add_actor(house, value["name"], Role(value["role"]), house.keys.folder.make, company=value["company"])


def record_collection(house: House, recorded: set[str], progress: Progress) -> int:
    """Record every step of pieces whose steps are not recorded yet; give how many were."""
    steps = [step for step in _steps() if step.subject not in recorded]
    if steps:
        record_steps(house, steps, progress=progress)
    return len(steps)


def _steps() -> Iterator[StepInput]:
    for value in _collection()["steps"]:
        yield StepInput(
            subject=value["piece"],
            kind=EntryKind[value["kind"].upper()],
            happened_at=datetime.fromisoformat(value["at"]),
            whole_batch=value.get("batch", False),
            actor=value["actor"],
            name=value["name"],
            place=Place(**value["place"]),
        )


def subjects() -> tuple[str, ...]:
    """References of every piece that has steps of its own."""
    return tuple(dict.fromkeys(step.subject for step in _steps()))


def piece(house: House, reference: str) -> Piece:
    """One piece of the collection."""
    return house.piece(reference)
