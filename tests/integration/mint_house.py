"""A real house for integration tests: contracts on the embedded ledger, documents in its own block file."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path

from PIL import Image

from mint.house import House
from mint.localnet.start import stop_localnet
from mint.pieces import ImageInput, MarkInput, PieceInput
from provenance_schemas.passports import Material
from tests.fakes.desk import MAKER

GTIN = "09521321000018"


@contextmanager
def some_house(folder: Path, **founding):
    """Found a house in a folder; its ledger is stopped afterwards."""
    folder.mkdir(exist_ok=True)
    Image.new("RGB", (64, 48), "navy").save(folder / "front.png")
    try:
        house = House.found(folder, MAKER, **founding)
        yield house
        house.close()
    finally:
        stop_localnet(folder / "localnet")


def some_piece(house: House, reference: str, **changes) -> PieceInput:
    """Describe a bag."""
    fields = {
        "reference": reference,
        "gtin": GTIN,
        "name": "Aurore 25, noir",
        "model": "Aurore 25",
        "category": "handbag",
        "country": "FR",
        "description": "A hand-stitched bag.",
        "materials": (Material("Calf leather", "FR", 92.5),),
        "marks": tuple(MarkInput(text) for text in ("Eleven stitches", "Blue lining", "Stamp A25")),
        "images": (ImageInput(house.data_dir / "front.png", "The front"),),
    }
    return PieceInput(**fields | changes)


def registered_batches(house: House) -> int:
    """Count the registrations on the ledger."""
    return (
        house.dispatch.ledger.call("ItemRegistry", house.identity.registry.contract, "issuance", ()) >> 8 & 0xFFFFFFFF
    )
