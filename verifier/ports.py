"""What the verifier needs from the world. Adapters and tests/fakes fill it in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from provenance_schemas.content_id import ContentId
from provenance_schemas.ids import Address, BlockRef, ItemId
from verifier.history import Entry, ItemWords
from verifier.issuance import Issuance


@dataclass(frozen=True, slots=True)
class Tips:
    """The two blocks of one verification."""

    final: BlockRef
    """Newest final block: positive facts are read here."""
    latest: BlockRef
    """Newest block: negative facts count here too."""


@dataclass(frozen=True, slots=True)
class ActorWord:
    """What the registry stores about one actor."""

    kinds: int
    valid_from: int
    valid_until: int
    disputed_since: int
    """Unix seconds; 0 means never disputed."""

    def disputes(self, at_s: int) -> bool:
        """Say whether what this actor wrote at a block's time (Unix seconds) is disputed."""
        return 0 < self.disputed_since <= at_s


@dataclass(frozen=True, slots=True)
class RegistryState:
    """Words of one registry at one block, each proved under that block's state root."""

    code_hash: bytes | None
    """None: there is no contract at this address."""
    issuance: int
    items: Mapping[int, ItemWords | None]
    """By token id. None: the registry holds no such item at that block."""
    actors: Mapping[Address, ActorWord]


@dataclass(frozen=True, slots=True)
class Sighting:
    """One network that looked at a label on one day, from one country. The holder's own are left out."""

    day: date
    """In UTC."""
    network: bytes
    """Tells the networks of one day apart; says nothing about which they are, nor about another day."""
    country: str
    """ISO 3166-1, two capital letters; empty where nobody says."""
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class ScanFacts:
    """How one label was looked at lately."""

    checks: int
    """In `SCAN_COUNT_DAYS`, without the holder's own."""
    sightings: tuple[Sighting, ...]
    """Of `SCAN_PATTERN_DAYS`, the newest `SCAN_SIGHTINGS_MAX`."""


class ChainReader(Protocol):
    """Proved words of one registry. Raises ChainUnavailableError, nothing else."""

    def tips(self) -> Tips:
        """Read the final and the latest block of the chain the trust file names."""
        ...

    def read(self, items: Sequence[ItemId], actors: Sequence[Address], at: BlockRef) -> RegistryState:
        """Read the registry's words, all at one block. An answer whose proof fails is ChainUnavailableError."""
        ...


class CanonicalChain(ChainReader, Protocol):
    """A ChainReader that also tells which block stands at a number."""

    def block_at(self, number: int) -> BlockRef:
        """Give the block at this number of the chain; one that is not there is ChainUnavailableError."""
        ...


class HistorySource(Protocol):
    """Events of one registry. Never trusted: what it gives must replay to words. Raises ChainUnavailableError."""

    def entries(self, item: ItemId, *, until_block: int, count_max: int) -> tuple[Entry, ...]:
        """Give both lanes of one item, in order, up to and with `until_block`."""
        ...

    def issuances(self, *, from_block: int, until_block: int, count_max: int) -> tuple[Issuance, ...]:
        """Give registrations and replaced labels of the whole registry, in order, both ends included."""
        ...


class ScanLog(Protocol):
    """How labels are looked at. Raises ScansUnavailableError, nothing else."""

    def facts(self, commitment: bytes, at: datetime) -> ScanFacts:
        """Say how the label of this commitment was looked at, up to a moment."""
        ...


class ContentStore(Protocol):
    """Blocks by name. Raises ContentUnavailableError, nothing else."""

    def get(self, cid: ContentId, *, size_max_bytes: int) -> bytes:
        """Return the block named `cid`, checked against it.

        A missing block, bytes that do not match and a block over `size_max_bytes` are all
        ContentUnavailableError: none of them says anything about the item.
        """
        ...
