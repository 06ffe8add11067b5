"""Parts that passports and steps share: identifiers, times, places, pictures, evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Self

from provenance_schemas.content_id import RAW, ContentId
from provenance_schemas.errors import ContentError, DocumentError, IdError
from provenance_schemas.ids import Address, BatchId, ItemId, parse_address

JsonObject = dict[str, Any]
"""One JSON object that already fits its schema."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One trait, as NFT tools show it."""

    trait_type: str
    value: str | float
    display_type: str | None = None
    """`number` or `date`; None is plain text."""

    def to_json(self) -> JsonObject:
        """Give the JSON object."""
        return present(trait_type=self.trait_type, value=self.value, display_type=self.display_type)

    @classmethod
    def of(cls, value: JsonObject) -> Self:
        """Read a valid JSON object."""
        return cls(value["trait_type"], value["value"], value.get("display_type"))


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is made or happens: a site of a company, never somebody's home."""

    name: str
    city: str | None = None
    country: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    id: str | None = None
    """An https:// identifier, as `https://id.gs1.org/414/<GLN>`."""

    @property
    def uri(self) -> str | None:
        """The identifier, or the coordinates as a geo: URI (RFC 5870, 1 m), or nothing."""
        if self.id is not None or self.latitude is None or self.longitude is None:
            return self.id
        return f"geo:{_degrees(self.latitude)},{_degrees(self.longitude)}"

    def to_json(self) -> JsonObject:
        """Give the JSON object."""
        return present(
            name=self.name,
            city=self.city,
            country=self.country,
            latitude=self.latitude,
            longitude=self.longitude,
            id=self.id,
        )

    @classmethod
    def of(cls, value: JsonObject) -> Self:
        """Read a valid JSON object."""
        return cls(**value)


@dataclass(frozen=True, slots=True)
class Image:
    """A picture on IPFS."""

    uri: str
    sha256: bytes
    """Digest of the whole file, 32 bytes."""
    media_type: str
    alt: str
    width: int
    height: int

    def to_json(self) -> JsonObject:
        """Give the JSON object."""
        return {
            "uri": self.uri,
            "sha256": self.sha256.hex(),
            "mediaType": self.media_type,
            "alt": self.alt,
            "width": self.width,
            "height": self.height,
        }

    @classmethod
    def of(cls, value: JsonObject, at: str) -> Self:
        """Read a valid JSON object that stands at pointer `at`; its digest must be that of its address."""
        digest = file_digest(value, at)
        return cls(value["uri"], digest, value["mediaType"], value["alt"], value["width"], value["height"])


@dataclass(frozen=True, slots=True)
class Evidence:
    """A photo or a certificate that supports a step."""

    uri: str
    sha256: bytes
    media_type: str
    title: str

    def to_json(self) -> JsonObject:
        """Give the JSON object."""
        return {
            "uri": self.uri,
            "sha256": self.sha256.hex(),
            "mediaType": self.media_type,
            "title": self.title,
        }

    @classmethod
    def of(cls, value: JsonObject, at: str) -> Self:
        """Read a valid JSON object that stands at pointer `at`; its digest must be that of its address."""
        return cls(value["uri"], file_digest(value, at), value["mediaType"], value["title"])


def present(**fields: object) -> JsonObject:
    """Give the fields that have a value."""
    return {name: value for name, value in fields.items() if value is not None}


def file_digest(value: Mapping[str, Any], at: str) -> bytes:
    """Give the digest of a linked file. A raw CID is that digest too, so the two must agree."""
    digest = bytes.fromhex(value["sha256"])
    if value["uri"].startswith("ipfs://"):
        cid = linked_cid(value["uri"], at + "/uri")
        if cid.codec == RAW and cid.digest != digest:
            raise DocumentError(at + "/sha256", f"is not the digest that {value['uri']} names")
    return digest


def linked_cid(uri: str, at: str) -> ContentId:
    """Read the content id of an ipfs:// address that stands at pointer `at`."""
    try:
        return ContentId.parse(uri.removeprefix("ipfs://"))
    except ContentError as error:
        raise DocumentError(at, str(error)) from error


@lru_cache(maxsize=1024)
def _checked(text: str) -> Address:
    address = parse_address(text)
    if address != text:
        raise IdError(f"address {text} is not in its checksum form {address}")
    return address


def account_of(text: str, at: str) -> Address:
    """Read an account in its EIP-55 form, the only spelling a document may use."""
    try:
        return _checked(text)
    except IdError as error:
        raise DocumentError(at, str(error)) from error


def item_of(token: JsonObject, at: str) -> ItemId:
    """Read a `token` object that stands at pointer `at`."""
    contract = account_of(token["contract"], at + "/contract")
    try:
        return ItemId(token["chainId"], contract, int(token["tokenId"]))
    except IdError as error:
        raise DocumentError(at + "/tokenId", str(error)) from error


def batch_of(batch: JsonObject, at: str) -> BatchId:
    """Read a `batch` object that stands at pointer `at`."""
    contract = account_of(batch["contract"], at + "/contract")
    try:
        return BatchId(batch["chainId"], contract, int(batch["batchId"]))
    except IdError as error:
        raise DocumentError(at + "/batchId", str(error)) from error


def token_json(item: ItemId) -> JsonObject:
    """Give the `token` object of an item."""
    return {"chainId": item.chain_id, "contract": item.contract, "tokenId": str(item.token_id)}


def batch_json(batch: BatchId) -> JsonObject:
    """Give the `batch` object of a batch."""
    return {"chainId": batch.chain_id, "contract": batch.contract, "batchId": str(batch.batch)}


def instant_text(moment: datetime) -> str:
    """Write an aware time in UTC, cut to the second, as `2026-11-02T09:30:00Z`."""
    assert moment.tzinfo is not None, "a time without a zone names no instant"
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def instant_of(text: str) -> datetime:
    """Read what `instant_text` writes."""
    return datetime.fromisoformat(text)


def attributes_of(values: list[JsonObject]) -> tuple[Attribute, ...]:
    """Read valid attributes."""
    return tuple(Attribute.of(value) for value in values)


def evidence_of(values: list[JsonObject]) -> tuple[Evidence, ...]:
    """Read the valid `/evidence` of a step."""
    return tuple(Evidence.of(value, f"/evidence/{i}") for i, value in enumerate(values))


def _degrees(value: float) -> str:
    # Fixed notation: a float near zero would print as 1e-05, which no geo: URI may hold.
    return f"{value:.5f}".rstrip("0").rstrip(".") if round(value, 5) else "0"
