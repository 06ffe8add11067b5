"""Everything gathered about one item before anything is judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum, unique
from typing import Final

from provenance_schemas.content_id import ContentId
from provenance_schemas.ids import Address, BlockRef, ItemId
from provenance_schemas.labels import Label
from provenance_schemas.passports import Passport
from provenance_schemas.steps import StepDocument
from verifier.history import Entry, ItemWords
from verifier.ports import ActorWord, ScanFacts
from verifier.trust import Brand

NO_CHAIN: Final = "the registry was not asked"


@dataclass(frozen=True, slots=True)
class Unavailable:
    """A fact that could not be had. Judged UNKNOWN, never PASSED, never FAILED."""

    why: str


@dataclass(frozen=True, slots=True)
class Absent:
    """The world answered, and there is no such thing. At a block read, that is a proof."""


@dataclass(frozen=True, slots=True)
class Malformed:
    """Somebody gave us something that breaks its own grammar. A proof: we hold the bytes."""

    why: str


@unique
class Possession(StrEnum):
    """What was shown that only the holder of a piece has."""

    HOLDER = "holder"
    """The holder on record is signed in."""
    CLAIM_CODE = "claim_code"
    """The code of the piece's claim card."""
    TAG = "tag"
    """The tag in the piece answered, with a message that was not seen before."""


@dataclass(frozen=True, slots=True)
class Disproved:
    """Something was shown, and it is false. A proof: we hold the bytes, and the key that they are not of."""

    why: str


Shown = Possession | Absent | Disproved | Unavailable
"""What was shown beside a label. Absent: nothing, which says nothing against anyone. Unavailable: something that
proves nothing, for or against."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One item that a commitment was found for, who registered it, and who tied the commitment to it."""

    item: ItemId
    registrar: Address
    registered_at: int
    """Unix seconds."""
    tied_by: Address
    """The registrar again, or the actor of a replaced label."""
    tied_at: int
    """Unix seconds."""


@dataclass(frozen=True, slots=True)
class Registered:
    """What the registry says about the item, at the final and at the latest block."""

    final: ItemWords
    latest: ItemWords | Unavailable


@dataclass(frozen=True, slots=True)
class History:
    """Entries that replayed to the words on chain."""

    final: tuple[Entry, ...]
    pending: tuple[Entry, ...] = ()
    """Entries in newer blocks that are not final yet."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Facts for one item at one block. Stored with the scan, so a verdict can be drawn again."""

    checked_at: datetime
    label: Label | Malformed | Absent
    """Absent: the item was named by its token, not by a label."""
    brand: Brand | Absent | Unavailable
    """Absent: no brand in the trust file answers for this host or contract."""
    final: BlockRef | Unavailable
    latest: BlockRef | Unavailable
    code_hash: bytes | Absent | Unavailable
    candidates: tuple[Candidate, ...] | Unavailable
    """Every item the label's (or the item's own) commitment was ever recorded for. Empty: proved to be none."""
    item: ItemId | Absent | Unavailable
    registered: Registered | Absent | Unavailable
    history: History | Unavailable
    actors: Mapping[Address, ActorWord] | Unavailable
    passport: Passport | Malformed | Unavailable
    documents: Mapping[ContentId, StepDocument | Malformed | Unavailable] = field(default_factory=dict)
    """Step documents of the final history that are not voided."""
    scans: ScanFacts | Absent | Unavailable = Absent()
    """How the label was looked at lately. Absent: nobody who keeps a log was asked."""
    possession: Shown = Absent()


def evidence_without_registry(
    label: Label | Malformed | Absent, checked_at: datetime, brand: Absent | Unavailable
) -> Evidence:
    """Build the evidence where there is no registry to ask: a malformed label, a foreign host."""
    gap = Unavailable(NO_CHAIN)
    return Evidence(checked_at, label, brand, gap, gap, gap, gap, gap, gap, gap, gap, gap)


def is_disputed(candidate: Candidate, actors: Mapping[Address, ActorWord]) -> bool:
    """Say whether the brand disputes who registered the item, or who tied the commitment to it."""
    return actors[candidate.registrar].disputes(candidate.registered_at) or actors[candidate.tied_by].disputes(
        candidate.tied_at
    )
