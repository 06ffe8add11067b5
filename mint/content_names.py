"""What the registry's batches and steps name: from the house's book, and from the ledger itself.

The ledger names everything, partners' steps included; the book is there when no node answers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Any, Final, Protocol

from mint.database import HouseDatabase
from mint.outbox import State
from provenance_schemas.content_id import DAG_PB, RAW, ContentId
from verifier.adapters.registry_events import (
    BATCH_REGISTERED,
    ENTRY_TOPICS,
    LABEL_REPLACED,
    decode_entry,
    decode_issuance,
)
from verifier.adapters.rpc_logs import RpcLogs
from verifier.issuance import Registration
from verifier.trust import Registry

_RECORDED: Final = (State.MINED, State.CONFIRMED)
_PAGE: Final = 1_000
_RANGE_BLOCKS: Final = 5_000
_EVENTS_MAX: Final = 200_000
_TOPICS: Final = [topic for topic in ENTRY_TOPICS if topic != LABEL_REPLACED]


@unique
class NameKind(StrEnum):
    """What a name on the ledger stands for."""

    BATCH = "batch"
    """A directory of passports and commitment files."""
    STEP = "step"
    """One document."""


@dataclass(frozen=True, slots=True)
class Named:
    """One content id that the registry names."""

    cid: ContentId
    kind: NameKind
    place: str
    """Where its source goes on behind it."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some names of a source; an empty page need not be the last."""

    names: Sequence[Named]
    place: str
    """Where to go on behind all of them."""


class Names(Protocol):
    """Names, in an order that stays. Raises MintError or ChainUnavailableError."""

    def after(self, place: str, limit: int) -> Page | None:
        """Give the names behind `place`, about `limit` of them; "" is the start. None: there are no more."""
        ...


def every(sources: Iterable[Names]) -> Iterator[Named]:
    """Give all names of all sources."""
    for names in sources:
        place = ""
        while (page := names.after(place, _PAGE)) is not None:
            yield from page.names
            place = page.place


class BookNames:
    """Names of what this house registered and recorded: batches first, then steps."""

    def __init__(self, database: HouseDatabase) -> None:
        self._database = database

    def after(self, place: str, limit: int) -> Page | None:
        """Give names from the book."""
        kind, _, key = place.partition(" ")
        names = self._batches(int(key or 0), limit) if kind != NameKind.STEP else []
        if not names:
            names = self._steps(key if kind == NameKind.STEP else "", limit)
        return Page(names, names[-1].place) if names else None

    def holds_step(self, digest: bytes) -> bool:
        """Say whether the book has a step's document."""
        return self._database.row("SELECT 1 FROM step WHERE document = ?", (digest,)) is not None

    def holds_batch(self, batch: int) -> bool:
        """Say whether the book has a batch."""
        return self._database.row("SELECT 1 FROM piece WHERE batch = ?", (str(batch),)) is not None

    def _batches(self, after_id: int, limit: int) -> list[Named]:
        rows = self._database.rows(
            "SELECT id, payload FROM intent WHERE what = 'register' AND state IN (?, ?) AND id > ? ORDER BY id LIMIT ?",
            (*_RECORDED, after_id, limit),
        )
        roots = [(row["id"], ContentId.parse(json.loads(row["payload"])["root"])) for row in rows]
        return [Named(root, NameKind.BATCH, f"{NameKind.BATCH} {number}") for number, root in roots]

    def _steps(self, after: str, limit: int) -> list[Named]:
        rows = self._database.rows(
            "SELECT step.document FROM step JOIN intent ON intent.id = step.intent"
            " WHERE intent.state IN (?, ?) AND step.document > ? ORDER BY step.document LIMIT ?",
            (*_RECORDED, bytes.fromhex(after), limit),
        )
        digests = [bytes(row["document"]) for row in rows]
        return [Named(ContentId(RAW, digest), NameKind.STEP, f"{NameKind.STEP} {digest.hex()}") for digest in digests]


class LedgerNames:
    """Names from the registry's own events, in the order of the blocks; those that `book` holds are left out.

    A log that a node hides is a name that is not looked at; whoever verifies the piece would miss it and say so.
    """

    def __init__(
        self,
        logs: Callable[[], RpcLogs],
        registry: Registry,
        final_block: Callable[[], int],
        book: BookNames | None = None,
    ) -> None:
        self._logs = logs
        self._registry = registry
        self._final_block = final_block
        self._book = book

    def after(self, place: str, limit: int) -> Page | None:
        """Give the names of the next range of blocks. A place is "block index": what is done of the range behind it."""
        del limit
        before, _, done = place.partition(" ")
        first = int(before) + 1 if before else self._registry.deployed_block
        last = min(first + _RANGE_BLOCKS - 1, self._final_block())
        if last < first:
            return None
        logs = self._logs().walk([_TOPICS], first, last, _EVENTS_MAX)
        found = [name for log in logs if (name := self._name(log)) is not None]
        names = [Named(cid, kind, f"{first - 1} {index}") for index, (cid, kind) in enumerate(found, 1)]
        return Page(names[int(done or 0) :], f"{last} 0")

    def _name(self, log: Mapping[str, Any]) -> tuple[ContentId, NameKind] | None:
        book = self._book
        if log["topics"][0] == BATCH_REGISTERED:
            issuance = decode_issuance(log)
            assert isinstance(issuance, Registration)
            held = book is not None and book.holds_batch(issuance.batch)
            return None if held else (ContentId(DAG_PB, issuance.passports), NameKind.BATCH)
        document = decode_entry(log, self._registry.chain_id, self._registry.contract).document
        if document is None or (book is not None and book.holds_step(document.digest)):
            return None
        return document, NameKind.STEP
