"""What a brand says of a piece before it is registered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from mint.identity import Maker
from provenance_schemas.document_parts import Attribute, Image, Place
from provenance_schemas.ids import ItemId
from provenance_schemas.passports import Dimensions, Issuer, Mark, Material, Passport, Product


@dataclass(frozen=True, slots=True)
class ImageInput:
    """A picture on this machine, to be published."""

    path: Path
    alt: str
    """What it shows, for whoever cannot see it."""


@dataclass(frozen=True, slots=True)
class MarkInput:
    """A detail to compare with the piece."""

    text: str
    text_fr: str | None = None
    image: ImageInput | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PieceInput:
    """One piece, or `quantity` pieces that differ only in their number."""

    reference: str
    """The brand's own unique number: no two pieces of the house share one."""
    gtin: str
    """14 digits."""
    name: str
    model: str
    category: str
    country: str
    """Of production, ISO 3166."""
    description: str
    materials: tuple[Material, ...]
    marks: tuple[MarkInput, ...]
    """3 to 5."""
    images: tuple[ImageInput, ...]
    """At least one; NFT tools show the first."""
    model_number: str | None = None
    lot: str | None = None
    production_date: str | None = None
    facility: Place | None = None
    dimensions: Dimensions | None = None
    external_url: str | None = None
    attributes: tuple[Attribute, ...] = ()
    quantity: int = 1

    def files(self) -> Iterator[ImageInput]:
        """Give every picture it names."""
        yield from self.images
        yield from (mark.image for mark in self.marks if mark.image)

    def each(self) -> Iterator[PieceInput]:
        """Give its pieces one by one: `BAG-7` of quantity 24 is BAG-7-001 to BAG-7-024."""
        if self.quantity == 1:
            yield self
            return
        digits = max(3, len(str(self.quantity)))
        for number in range(1, self.quantity + 1):
            yield replace(self, reference=f"{self.reference}-{number:0{digits}}", quantity=1)


def build_passport(
    piece: PieceInput,
    item: ItemId,
    commitment: bytes,
    images: Mapping[ImageInput, Image],
    maker: Maker,
    issued_at: datetime,
) -> Passport:
    """Write the passport of one piece; `images` holds each picture as published. Not checked yet."""
    return Passport(
        item=item,
        name=piece.name,
        description=piece.description,
        commitment=commitment,
        product=Product(
            gtin=piece.gtin,
            brand=maker.name,
            model=piece.model,
            category=piece.category,
            country_of_production=piece.country,
            materials=piece.materials,
            marks=tuple(
                Mark(mark.text, mark.text_fr, images[mark.image] if mark.image else None) for mark in piece.marks
            ),
            model_number=piece.model_number,
            lot=piece.lot,
            production_date=piece.production_date,
            facility=piece.facility,
            dimensions=piece.dimensions,
        ),
        images=tuple(images[image] for image in piece.images),
        issuer=Issuer(maker.name, maker.url),
        issued_at=issued_at,
        external_url=piece.external_url,
        attributes=piece.attributes,
    )
