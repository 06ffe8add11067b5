"""Entries and issuances of an evidence bundle: 129 bytes each, one spelling.

Source: docs/bundle.md, "Entries" and "Issuances". Only what was folded stands in a record. Numbers of blocks and logs
do not: no word commits to them, so nobody could tell a false one; the order of the records is the order of the events.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from provenance_schemas.content_id import RAW, ContentId
from provenance_schemas.folding import Meta, registration_digest, report_digest, transfer_digest, void_digest
from provenance_schemas.ids import Address, ItemId, address_bytes, address_of
from provenance_schemas.step_kinds import DOCUMENTED, EntryKind
from verifier.errors import BundleError
from verifier.history import Entry, Lane
from verifier.issuance import Issuance, LabelReplacement, Registration

RECORD_BYTES: Final = 129
_LANES: Final = (Lane.ITEM, Lane.BATCH)
_REPORTS: Final = frozenset({EntryKind.REPORTED_STOLEN, EntryKind.REPORTED_LOST, EntryKind.REPORT_WITHDRAWN})
_ZERO: Final = bytes(32)


def pack_entries(entries: Iterable[Entry]) -> bytes:
    """Write a history, in order."""
    return b"".join(map(_pack_entry, entries))


def unpack_entries(
    data: bytes, item: ItemId, issuances: Sequence[Issuance], block_number: int, until_s: int
) -> tuple[Entry, ...]:
    """Read a history. Raises BundleError for any other spelling, and for an entry later than `until_s`.

    Every entry stands in block `block_number`, where all of them are known to be.
    """
    batch = next((i for i in issuances if isinstance(i, Registration) and i.batch == item.batch.batch), None)
    registered = _registration_digest(item, batch) if batch else _ZERO
    entries = []
    for index, record in enumerate(_records(data, "entries.bin")):
        entry = _unpack_entry(record, registered, block_number, index)
        if _pack_entry(entry) != record or entry.meta.time_s > until_s:
            raise BundleError(f"entries.bin: record {index} is not in its one form, or later than the block")
        entries.append(entry)
    return tuple(entries)


def pack_issuances(issuances: Iterable[Issuance]) -> bytes:
    """Write an issuance lane, in order."""
    return b"".join(map(_pack_issuance, issuances))


def unpack_issuances(data: bytes, block_number: int, until_s: int) -> tuple[Issuance, ...]:
    """Read an issuance lane. Raises BundleError as `unpack_entries` does."""
    issuances = []
    for index, record in enumerate(_records(data, "issuances.bin")):
        issuance = _unpack_issuance(record, block_number, index)
        if issuance.meta.kind != record[0] or issuance.meta.time_s > until_s:
            raise BundleError(f"issuances.bin: record {index} is not in its one form, or later than the block")
        issuances.append(issuance)
    return tuple(issuances)


def writers(entries: Iterable[Entry], issuances: Iterable[Issuance]) -> tuple[Address, ...]:
    """Give everybody who wrote one of these, each once, ascending by the bytes of the address."""
    metas = [entry.meta.actor for entry in entries] + [issuance.meta.actor for issuance in issuances]
    return tuple(sorted(set(metas), key=address_bytes))


def _records(data: bytes, name: str) -> Iterator[bytes]:
    if len(data) % RECORD_BYTES:
        raise BundleError(f"{name}: {len(data)} bytes are not whole records of {RECORD_BYTES}")
    return (data[at : at + RECORD_BYTES] for at in range(0, len(data), RECORD_BYTES))


def _registration_digest(item: ItemId, batch: Registration) -> bytes:
    return registration_digest(
        item.chain_id,
        item.contract,
        batch.batch,
        batch.count,
        batch.stock_account,
        batch.passports,
        batch.claim_root,
    )


# ---- entries


def _pack_entry(entry: Entry) -> bytes:
    lane = bytes([_LANES.index(entry.lane)])
    return lane + entry.meta.word.to_bytes(32) + b"".join(_told(entry))


def _told(entry: Entry) -> tuple[bytes, bytes, bytes]:
    """Give what an entry tells beyond its meta: the words a, b and c of its record."""
    if entry.document is not None:
        return entry.document.digest, (entry.voids or 0).to_bytes(32), _ZERO
    if entry.from_ is not None and entry.to is not None:
        claim = entry.digest if entry.kind == EntryKind.CLAIMED else _ZERO
        return _padded(entry.from_), _padded(entry.to), claim
    if entry.kind == EntryKind.REGISTERED:
        return _ZERO, _ZERO, _ZERO
    return entry.digest, _ZERO, _ZERO


def _unpack_entry(record: bytes, registered: bytes, block_number: int, index: int) -> Entry:
    meta = Meta.of(int.from_bytes(record[1:33]))
    a, b, c = record[33:65], record[65:97], record[97:129]
    if record[0] >= len(_LANES) or meta.kind not in set(EntryKind):
        raise BundleError(f"entries.bin: record {index} has lane {record[0]} and kind {meta.kind}, which are not known")
    told = _reading(meta.kind, registered, a, b, c)
    return Entry(_LANES[record[0]], meta, told.digest, block_number, index, *told[1:])


class _Told(NamedTuple):
    """What an entry tells beyond its meta, in the order of `Entry`."""

    digest: bytes
    document: ContentId | None = None
    from_: Address | None = None
    to: Address | None = None
    voids: int | None = None
    reason: int | None = None


def _reading(kind: int, registered: bytes, a: bytes, b: bytes, c: bytes) -> _Told:
    """Read the words a, b and c as the kind says, with the digest that was folded."""
    if kind == EntryKind.VOIDED:
        voids = int.from_bytes(b)
        return _Told(void_digest(voids, a), ContentId(RAW, a), voids=voids)
    if kind in DOCUMENTED:
        return _Told(a, ContentId(RAW, a))
    if kind in (EntryKind.TRANSFERRED, EntryKind.CLAIMED):
        from_, to = address_of(a[12:]), address_of(b[12:])
        return _Told(c if kind == EntryKind.CLAIMED else transfer_digest(from_, to), from_=from_, to=to)
    if kind in _REPORTS:
        reason = int.from_bytes(a)
        return _Told(report_digest(reason), reason=reason)
    return _Told(registered if kind == EntryKind.REGISTERED else a)


def _padded(address: Address) -> bytes:
    return address_bytes(address).rjust(32, b"\0")


# ---- issuances


def _pack_issuance(issuance: Issuance) -> bytes:
    meta = issuance.meta.word.to_bytes(32)
    if isinstance(issuance, LabelReplacement):
        words = issuance.token_id.to_bytes(32) + issuance.state.to_bytes(32) + issuance.document.digest
        return bytes([EntryKind.LABEL_REPLACED]) + words + meta
    place = issuance.batch.to_bytes(8) + issuance.count.to_bytes(4) + address_bytes(issuance.stock_account)
    return bytes([EntryKind.REGISTERED]) + place + issuance.passports + issuance.claim_root + meta


def _unpack_issuance(record: bytes, block_number: int, index: int) -> Issuance:
    meta = Meta.of(int.from_bytes(record[97:]))
    if record[0] == EntryKind.LABEL_REPLACED:
        token, state = int.from_bytes(record[1:33]), int.from_bytes(record[33:65])
        return LabelReplacement(token, state, ContentId(RAW, record[65:97]), meta, block_number, index)
    if record[0] == EntryKind.REGISTERED:
        batch, count = int.from_bytes(record[1:9]), int.from_bytes(record[9:13])
        stock_account = address_of(record[13:33])
        return Registration(batch, count, stock_account, record[33:65], record[65:97], meta, block_number, index)
    raise BundleError(f"issuances.bin: record {index} is of kind {record[0]}, expected 64 or 10")
