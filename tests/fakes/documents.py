"""Sample documents: one handbag, one batch, and the company that makes them."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta, timezone

from provenance_schemas.content_id import ContentId
from provenance_schemas.document_parts import Attribute, Evidence, Image, Place
from provenance_schemas.ids import Address, BatchId, ItemId
from provenance_schemas.passports import Dimensions, Issuer, Mark, Material, Passport, Product
from provenance_schemas.step_kinds import BATCH_RECORDABLE, EntryKind
from provenance_schemas.steps import Recorder, StepDocument, make_step

CONTRACT = Address("0x5FbDB2315678afecb367f032d93F642f64180aa3")
ACCOUNT = Address("0x70997970C51812dc3A010C7d01b50e0d17dc79C8")
BATCH = BatchId(31337, CONTRACT, 0x6B1F_90AA_2C44_E703)
ITEM = BATCH.item(7)
GTIN = "09521321000018"
SERIAL = "7KQ2M9X4T8VJ3B6NW5RC"
COMMITMENT = hashlib.sha256(f"assay/item/1\n{GTIN}\n{SERIAL}".encode()).digest()
PARIS = Place("Atelier Pantin", "Pantin", "FR", 48.8938, 2.4127, "https://id.gs1.org/414/9521321000001")
HAPPENED_AT = datetime(2026, 3, 2, 14, 5, 30, 250_000, timezone(timedelta(hours=1)))
ISSUED_AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
WITH_REASON = frozenset({EntryKind.RECALLED, EntryKind.RETIRED, EntryKind.REVOKED, EntryKind.VOIDED})
ON_BATCHES = BATCH_RECORDABLE | {EntryKind.REVOKED, EntryKind.VOIDED}


def some_image(name: str = "front") -> Image:
    """Name a picture whose bytes are `name`."""
    cid = ContentId.of(name.encode())
    return Image(f"ipfs://{cid}", cid.digest, "image/jpeg", f"The {name} of the bag", 1600, 1200)


def some_evidence(name: str = "certificate") -> Evidence:
    """Name a PDF whose bytes are `name`."""
    cid = ContentId.of(name.encode())
    return Evidence(f"ipfs://{cid}", cid.digest, "application/pdf", f"The {name}")


def some_product(**changes) -> Product:
    """Describe a handbag, with changes."""
    fields = {
        "gtin": GTIN,
        "brand": "Maison Éclat",
        "model": "Aurore 25",
        "category": "handbag",
        "country_of_production": "FR",
        "materials": (Material("Calf leather", "FR", 92.5), Material("Brass, gold plated", "IT", 7.5)),
        "marks": (
            Mark("The stamp inside reads A25-0417", "Le poinçon intérieur indique A25-0417", some_image("stamp")),
            Mark("Eleven stitches on each side of the clasp"),
            Mark("The lining is blue silk"),
        ),
        "model_number": "A25-0417",
        "lot": "2026-02",
        "production_date": "2026-02-27",
        "facility": PARIS,
        "dimensions": Dimensions(width_mm=250, height_mm=182.5, depth_mm=95, weight_g=640),
    }
    return Product(**fields | changes)


def some_passport(**changes) -> Passport:
    """Describe the piece ITEM, with changes."""
    fields = {
        "item": ITEM,
        "name": "Aurore 25, noir",
        "description": "A hand-stitched bag of calf leather.\nMade in Pantin.",
        "commitment": COMMITMENT,
        "product": some_product(),
        "images": (some_image(), some_image("back")),
        "issuer": Issuer("Maison Éclat", "https://maison.example/"),
        "issued_at": ISSUED_AT,
        "external_url": "https://maison.example/models/aurore-25",
        "attributes": (Attribute("Colour", "Noir"), Attribute("Stitches", 22, "number")),
    }
    return Passport(**fields | changes)


def some_step(kind: EntryKind = EntryKind.MANUFACTURED, subject: ItemId | BatchId = ITEM, **changes) -> StepDocument:
    """Tell one step, with what its kind asks for and changes."""
    fields = {
        "recorder": Recorder("Maison Éclat", ACCOUNT),
        "issued_at": ISSUED_AT,
        "description": f"The step {kind.word}.",
        "place": PARIS,
        "evidence": (some_evidence(),),
        "commitment": hashlib.sha256(b"new label").digest() if kind is EntryKind.LABEL_REPLACED else None,
        "voids_entry": 3 if kind is EntryKind.VOIDED else None,
        "reason": "Because of a fault in the clasp." if kind in WITH_REASON else None,
        "count": 24 if isinstance(subject, BatchId) else None,
    }
    return make_step(kind, subject, HAPPENED_AT, **fields | changes)
