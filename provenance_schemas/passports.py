"""The passport: what a piece is, as its tokenURI says it. Written once, never changed.

It is an ERC-721 metadata document (`schemas/passport-1.json`) in RFC 8785 bytes, named by its own hash.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from provenance_schemas.canonical import canonical_bytes, parse_canonical
from provenance_schemas.document_parts import (
    Attribute,
    Image,
    JsonObject,
    Place,
    attributes_of,
    instant_of,
    instant_text,
    item_of,
    present,
    token_json,
)
from provenance_schemas.errors import DocumentError
from provenance_schemas.gs1 import has_check_digit
from provenance_schemas.ids import ItemId
from provenance_schemas.validation import PASSPORT, validate

PASSPORT_TYPE: Final = "assay/passport/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimensions:
    """Sizes in millimetres, weight in grams."""

    width_mm: float | None = None
    height_mm: float | None = None
    depth_mm: float | None = None
    length_mm: float | None = None
    diameter_mm: float | None = None
    weight_g: float | None = None

    def to_json(self) -> JsonObject:
        """Give the JSON object."""
        return present(
            widthMm=self.width_mm,
            heightMm=self.height_mm,
            depthMm=self.depth_mm,
            lengthMm=self.length_mm,
            diameterMm=self.diameter_mm,
            weightG=self.weight_g,
        )

    @classmethod
    def of(cls, value: JsonObject) -> Self:
        """Read a valid JSON object."""
        return cls(
            width_mm=value.get("widthMm"),
            height_mm=value.get("heightMm"),
            depth_mm=value.get("depthMm"),
            length_mm=value.get("lengthMm"),
            diameter_mm=value.get("diameterMm"),
            weight_g=value.get("weightG"),
        )


@dataclass(frozen=True, slots=True)
class Material:
    """What a part of the piece is made of."""

    name: str
    origin_country: str | None = None
    share_percent: float | None = None

    def to_json(self) -> JsonObject:
        """Give the JSON object."""
        return present(name=self.name, originCountry=self.origin_country, sharePercent=self.share_percent)

    @classmethod
    def of(cls, value: JsonObject) -> Self:
        """Read a valid JSON object."""
        return cls(value["name"], value.get("originCountry"), value.get("sharePercent"))


@dataclass(frozen=True, slots=True)
class Mark:
    """A detail that whoever holds the piece can compare with it."""

    text: str
    text_fr: str | None = None
    image: Image | None = None

    def to_json(self) -> JsonObject:
        """Give the JSON object."""
        return present(text=self.text, textFr=self.text_fr, image=self.image and self.image.to_json())

    @classmethod
    def of(cls, value: JsonObject, at: str) -> Self:
        """Read a valid JSON object that stands at pointer `at`."""
        image = Image.of(value["image"], at + "/image") if "image" in value else None
        return cls(value["text"], value.get("textFr"), image)


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """What was made. `gtin` has 14 digits; `model_number` is the brand's own engraved number, no secret."""

    gtin: str
    brand: str
    model: str
    category: str
    country_of_production: str
    materials: tuple[Material, ...]
    marks: tuple[Mark, ...]
    """3 to 5."""
    model_number: str | None = None
    lot: str | None = None
    production_date: str | None = None
    """As `2026-11-02`."""
    facility: Place | None = None
    dimensions: Dimensions | None = None

    def to_json(self) -> JsonObject:
        """Give the JSON object."""
        return present(
            gtin=self.gtin,
            brand=self.brand,
            model=self.model,
            modelNumber=self.model_number,
            lot=self.lot,
            category=self.category,
            countryOfProduction=self.country_of_production,
            productionDate=self.production_date,
            facility=self.facility and self.facility.to_json(),
            dimensions=self.dimensions and self.dimensions.to_json(),
            materials=[material.to_json() for material in self.materials],
            marks=[mark.to_json() for mark in self.marks],
        )

    @classmethod
    def of(cls, value: JsonObject) -> Self:
        """Read the valid `/product` of a passport. Raises DocumentError on a wrong check digit."""
        if not has_check_digit(value["gtin"]):
            raise DocumentError("/product/gtin", f"{value['gtin']} has a wrong check digit")
        return cls(
            gtin=value["gtin"],
            brand=value["brand"],
            model=value["model"],
            category=value["category"],
            country_of_production=value["countryOfProduction"],
            materials=tuple(Material.of(material) for material in value["materials"]),
            marks=tuple(Mark.of(m, f"/product/marks/{i}") for i, m in enumerate(value["marks"])),
            model_number=value.get("modelNumber"),
            lot=value.get("lot"),
            production_date=value.get("productionDate"),
            facility=Place.of(value["facility"]) if "facility" in value else None,
            dimensions=Dimensions.of(value["dimensions"]) if "dimensions" in value else None,
        )


@dataclass(frozen=True, slots=True)
class Issuer:
    """The house that registered the piece."""

    name: str
    id: str
    """Its https:// address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passport:
    """One piece. Its first image is the one NFT tools show."""

    item: ItemId
    name: str
    description: str
    commitment: bytes
    """sha256("assay/item/1" LF gtin LF serial), 32 bytes; the serial itself stands only on the label."""
    product: Product
    images: tuple[Image, ...]
    issuer: Issuer
    issued_at: datetime
    external_url: str | None = None
    """The model's page, never the label."""
    attributes: tuple[Attribute, ...] = ()

    def to_json(self) -> JsonObject:
        """Give the document, not checked."""
        return present(
            type=PASSPORT_TYPE,
            name=self.name,
            description=self.description,
            image=self.images[0].uri if self.images else None,
            external_url=self.external_url,
            attributes=[attribute.to_json() for attribute in self.attributes],
            tokenId=str(self.item.token_id),
            token=token_json(self.item),
            commitment=self.commitment.hex(),
            product=self.product.to_json(),
            images=[image.to_json() for image in self.images],
            issuer={"name": self.issuer.name, "id": self.issuer.id},
            issuedAt=instant_text(self.issued_at),
        )

    def to_bytes(self) -> bytes:
        """Give the document's canonical bytes. Raises DocumentError when a reader would refuse them."""
        document = self.to_json()
        content = canonical_bytes(document)  # first: half a surrogate pair or NaN is not even the schema's matter
        _passport_of(document)
        return content


def parse_passport(data: bytes) -> Passport:
    """Read a passport from outside.

    1. The bytes are canonical JSON within the limits.
    2. The document fits `passport-1.json`.
    3. It agrees with itself: one token, a GTIN with its check digit, digests that are their CIDs'.

    Raises DocumentError with the JSON Pointer of the field at fault.
    """
    return _passport_of(parse_canonical(data))


def passport_matches(passport: Passport, item: ItemId) -> bool:
    """Say whether this passport is that of `item`: a true passport of another piece proves nothing."""
    return passport.item == item


def _passport_of(document: JsonObject) -> Passport:
    validate(PASSPORT, document)
    if document["tokenId"] != document["token"]["tokenId"]:
        raise DocumentError("/tokenId", f"{document['tokenId']} is not token.tokenId")
    images = tuple(Image.of(image, f"/images/{i}") for i, image in enumerate(document["images"]))
    if document["image"] != images[0].uri:
        raise DocumentError("/image", "must be the first of images, whose digest is known")
    return Passport(
        item=item_of(document["token"], "/token"),
        name=document["name"],
        description=document["description"],
        commitment=bytes.fromhex(document["commitment"]),
        product=Product.of(document["product"]),
        images=images,
        issuer=Issuer(document["issuer"]["name"], document["issuer"]["id"]),
        issued_at=instant_of(document["issuedAt"]),
        external_url=document.get("external_url"),
        attributes=attributes_of(document["attributes"]),
    )
