"""What happened, as the site tells it to the ledger: a check of a piece, or its claim."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final

from loyalty.errors import EventError
from provenance_schemas.ids import ItemId

_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MOMENT_MAX_S: Final = 2**40


@unique
class EventKind(StrEnum):
    """What a rule can pay for. Append only: kinds are in stored awards."""

    CHECK = "check"
    CLAIM = "claim"


@dataclass(frozen=True, slots=True)
class AwardEvent:
    """One fact that may earn points. Raises EventError for a field that is not in its form."""

    kind: EventKind
    member: str
    """Who earns: the person's id, 1 to 64 letters, digits, `-` and `_`."""
    item: ItemId
    source: str
    """What proves it: the scan's id for a check, the claim's id for a claim; pays once for ever. 1 to 64 characters."""
    device: str
    """An opaque key of the browser that asks, never a fingerprint, 1 to 64 characters. Caps count by it."""
    happened_at: int
    """Unix seconds."""
    claimant: bool = False
    """Whether this member claimed this piece: one rewarded slot of each piece is kept for them."""
    staff: bool = False
    """Whether the member works for the brand. Staff earn nothing."""

    def __post_init__(self) -> None:
        for field, text in (("member", self.member), ("source", self.source), ("device", self.device)):
            if not _NAME.fullmatch(text):
                raise EventError(field, "must be 1 to 64 letters, digits, - and _")
        if not 0 <= self.happened_at < _MOMENT_MAX_S:
            raise EventError("happened_at", f"{self.happened_at} is no unix time in seconds")

    @property
    def key(self) -> str:
        """The idempotency id: a fact pays once, whoever asks. The same request again gives the same award."""
        return f"{self.kind}:{self.source}"

    def body(self) -> bytes:
        """Give the 32-byte hash of what is asked for; the same key with another body is refused.

        The device is how it was asked, not what: an answer that was lost may be asked for again from anywhere.
        """
        return event_body(self.kind, self.member, str(self.item), self.source)


def event_body(kind: str, member: str, item: str, source: str) -> bytes:
    """Hash a request for an award. No part can hold a line feed, so the lines have one reading."""
    return hashlib.sha256(f"assay/award/1\n{kind}\n{member}\n{item}\n{source}".encode()).digest()
