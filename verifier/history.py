"""An item's history as entries, and the replay that proves it complete."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final

from provenance_schemas.content_id import ContentId
from provenance_schemas.folding import Meta, fold, registration_digest, report_digest, transfer_digest, void_digest
from provenance_schemas.ids import Address, ItemId
from provenance_schemas.step_kinds import DOCUMENTED, EntryKind

_MOVES: Final = frozenset({EntryKind.TRANSFERRED, EntryKind.CLAIMED})
_REPORTS: Final = frozenset({EntryKind.REPORTED_STOLEN, EntryKind.REPORTED_LOST, EntryKind.REPORT_WITHDRAWN})


@unique
class Lane(StrEnum):
    """Which word an entry is folded into."""

    ITEM = "item"
    BATCH = "batch"


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a history, as an event of the registry tells it."""

    lane: Lane
    meta: Meta
    digest: bytes
    """The 32 bytes that were folded: a document's digest, or what `folding` derives from the arguments."""
    block_number: int
    log_index: int
    document: ContentId | None = None
    from_: Address | None = None
    to: Address | None = None
    voids: int | None = None
    """For a voiding entry: the number of the entry of the same lane that it voids."""
    reason: int | None = None
    """For a report: its reason code."""
    number: int = 0
    """Position in its lane, from 1. Set by `number_entries`."""

    def numbered(self, number: int) -> Entry:
        """Give the same entry with its position; four times as fast as `dataclasses.replace`."""
        return Entry(
            self.lane,
            self.meta,
            self.digest,
            self.block_number,
            self.log_index,
            self.document,
            self.from_,
            self.to,
            self.voids,
            self.reason,
            number,
        )

    @property
    def kind(self) -> int:
        """The entry's kind code; see `EntryKind`."""
        return self.meta.kind


@dataclass(frozen=True, slots=True)
class ItemWords:
    """What the registry stores about one item, at one block."""

    owner: Address
    """Its owner, the stock account until the first transfer."""
    state: int
    batch_state: int
    stock_account: Address
    count: int
    registered_at: int
    passports: bytes
    claim_root: bytes

    @property
    def status(self) -> int:
        """Status bits of the item and of its batch together."""
        return (self.state | self.batch_state) & 0xFF


class ReplayError(Exception):
    """The entries found do not give the words on chain: something is hidden, added or out of order."""


def number_entries(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Sort entries as the chain holds them and number each lane from 1."""
    counts = {Lane.ITEM: 0, Lane.BATCH: 0}
    numbered = []
    for entry in sorted(entries, key=lambda e: (e.block_number, e.log_index)):
        counts[entry.lane] += 1
        numbered.append(entry.numbered(counts[entry.lane]))
    return tuple(numbered)


def replay(item: ItemId, words: ItemWords, entries: Sequence[Entry]) -> None:
    """Fold every entry and compare with the words on chain.

    1. The batch's first entry is this very registration.
    2. What each entry tells is what was folded for its kind.
    3. Both lanes fold to their words.
    4. The last transfer gives the owner.

    Raises ReplayError with the first difference. Whoever hides, adds, changes or moves one entry fails here.
    """
    _check_registration(item, words, entries)
    for entry in entries:
        _check_telling(entry)
    state = batch_state = 0
    owner = words.stock_account
    for entry in entries:
        if entry.lane is Lane.BATCH:
            batch_state = fold(batch_state, batch_state, entry.digest, entry.meta.word)
        else:
            state = fold(state, batch_state, entry.digest, entry.meta.word)
        if entry.to is not None:
            if entry.from_ != owner:
                raise ReplayError("a transfer does not start at the owner before it")
            owner = entry.to
    if batch_state != words.batch_state:
        raise ReplayError("the batch's entries do not give its word on chain")
    if state != words.state:
        raise ReplayError("the item's entries do not give its word on chain")
    if owner != words.owner:
        raise ReplayError("the transfers do not give the owner on chain")


def _check_registration(item: ItemId, words: ItemWords, entries: Sequence[Entry]) -> None:
    first = entries[0] if entries else None
    if first is None or first.lane is not Lane.BATCH or first.kind != EntryKind.REGISTERED:
        raise ReplayError("the history does not begin with the batch's registration")
    expected = registration_digest(
        item.chain_id,
        item.contract,
        item.batch.batch,
        words.count,
        words.stock_account,
        words.passports,
        words.claim_root,
    )
    if first.digest != expected or first.meta.time_s != words.registered_at:
        raise ReplayError("the registration is not the one on chain")


def _check_telling(entry: Entry) -> None:
    """Hold what an entry tells against its kind and digest, which the words commit to.

    A word commits to neither the name of an event nor its arguments: without this, a voiding told as a plain step
    would bring a voided document back, and a document that is the hash of one would void another entry.
    """
    kind = entry.kind
    moves = kind in _MOVES
    if (entry.document is not None) != (kind in DOCUMENTED) or (entry.voids is not None) != (kind == EntryKind.VOIDED):
        raise ReplayError(f"an entry of kind {kind} is told as another kind")
    if (entry.from_ is not None, entry.to is not None) != (moves, moves):
        raise ReplayError(f"an entry of kind {kind} is told as another kind")
    if (entry.reason is not None) != (kind in _REPORTS):
        raise ReplayError(f"an entry of kind {kind} is told as another kind")
    if entry.digest != _told_digest(entry):
        raise ReplayError("what an entry tells is not what was folded")


def _told_digest(entry: Entry) -> bytes:
    """Derive an entry's digest from what it tells; a claim, a key and a registration tell less than they fold."""
    if entry.voids is not None and entry.document is not None:
        return void_digest(entry.voids, entry.document.digest)
    if entry.document is not None:
        return entry.document.digest
    if entry.reason is not None:
        return report_digest(entry.reason)
    if entry.kind == EntryKind.TRANSFERRED and entry.from_ is not None and entry.to is not None:
        return transfer_digest(entry.from_, entry.to)
    return entry.digest


def voided_numbers(entries: Sequence[Entry]) -> frozenset[tuple[Lane, int]]:
    """Name the entries that a later entry of their lane voids."""
    return frozenset((e.lane, e.voids) for e in entries if e.voids is not None)


def documented_steps(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Give the entries whose document must be readable: a voided step needs none any more."""
    voided = voided_numbers(entries)
    return tuple(e for e in entries if e.kind in DOCUMENTED and (e.lane, e.number) not in voided)
