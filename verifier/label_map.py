"""From a label's commitment to the items it was ever recorded for, proved complete.

The map is built from the registry's issuance events and the commitment files they name. It holds only what replayed to
the issuance word on chain and what matched its content id, so a miss is a proof (docs/adr/0004).
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Final

from provenance_schemas.content_id import DAG_PB, ContentId
from provenance_schemas.errors import SchemaError
from provenance_schemas.ids import Address, BatchId, ItemId
from provenance_schemas.steps import parse_step
from verifier.commitment_files import batch_commitments
from verifier.content import checked_block
from verifier.errors import ChainUnavailableError, UnavailableError
from verifier.evidence import Candidate
from verifier.issuance import Issuance, LabelReplacement, Registration, fold_issuance
from verifier.limits import DOCUMENT_SIZE_MAX_BYTES, ISSUANCES_MAX
from verifier.ports import ContentStore, HistorySource

_START: Final = 0


@dataclass(frozen=True, slots=True)
class _Opening:
    """One commitment's tie to one item, made by the n-th issuance."""

    token_id: int
    ordinal: int


@dataclass(slots=True)
class _Books:
    """One consistent state of the map. Only ever extended; a reorganisation starts a new one."""

    word: int = _START
    next_block: int = 0
    ordinals: dict[int, int] = field(default_factory=lambda: {_START: 0})
    """Every issuance word seen, and how many issuances it covers: a reader may ask for an older block."""
    registrars: dict[int, tuple[Address, int]] = field(default_factory=dict)
    openings: dict[bytes, tuple[_Opening, ...]] = field(default_factory=dict)

    def add(self, commitment: bytes, token_id: int, ordinal: int) -> None:
        self.openings[commitment] = (*self.openings.get(commitment, ()), _Opening(token_id, ordinal))


class LabelMap:
    """The labels of one registry. Safe to use from several threads."""

    def __init__(self, chain_id: int, contract: Address, deployed_block: int, content: ContentStore) -> None:
        self._chain_id = chain_id
        self._contract = contract
        self._deployed_block = deployed_block
        self._content = content
        self._books = _Books(next_block=deployed_block)
        self._lock = threading.Lock()

    def guess(self, commitment: bytes) -> ItemId | None:
        """Give the item this commitment most likely names, to read its words early. Proves nothing."""
        openings = self._books.openings.get(commitment)
        return ItemId(self._chain_id, self._contract, openings[0].token_id) if openings else None

    def candidates(
        self, commitment: bytes, word: int, until_block: int, sources: tuple[HistorySource, ...]
    ) -> tuple[Candidate, ...]:
        """Give every item the commitment was recorded for, as of the issuance `word` read at `until_block`.

        Raises UnavailableError when no source replays to the word, or a commitment file cannot be had.
        """
        books = self._books
        if word not in books.ordinals:
            with self._lock:
                books = self._follow(word, until_block, sources)
        limit = books.ordinals[word]
        found: dict[int, None] = {}
        for opening in books.openings.get(commitment, ()):
            if opening.ordinal < limit:
                found[opening.token_id] = None
        return tuple(self._candidate(books, token_id) for token_id in found)

    def _candidate(self, books: _Books, token_id: int) -> Candidate:
        item = ItemId(self._chain_id, self._contract, token_id)
        registrar, registered_at = books.registrars[item.batch.batch]
        return Candidate(item, registrar, registered_at)

    def _follow(self, word: int, until_block: int, sources: tuple[HistorySource, ...]) -> _Books:
        if word in self._books.ordinals:
            return self._books
        why = "no source of events"
        for fresh_start in (False, True):  # a reorganisation under us needs the second round
            for source in sources:
                books = _Books(next_block=self._deployed_block) if fresh_start else self._copy()
                if until_block < books.next_block and not fresh_start:
                    continue
                try:
                    complete = self._extend(books, source, until_block, word)
                except ChainUnavailableError as error:
                    why = str(error)
                    continue
                if complete:
                    self._books = books
                    return books
                why = "the registrations found do not replay to the word on chain"
        raise ChainUnavailableError(why)

    def _copy(self) -> _Books:
        old = self._books
        return _Books(old.word, old.next_block, dict(old.ordinals), dict(old.registrars), dict(old.openings))

    def _extend(self, books: _Books, source: HistorySource, until_block: int, word: int) -> bool:
        """Fold a source's events into `books`; True when they reach `word`. Only then is any content read."""
        first = books.ordinals[books.word]
        left = max(ISSUANCES_MAX - first, 1)
        issuances = source.issuances(from_block=books.next_block, until_block=until_block, count_max=left)
        for ordinal, issuance in enumerate(issuances, start=first + 1):
            books.word = fold_issuance(books.word, issuance, self._chain_id, self._contract)
            books.ordinals[books.word] = ordinal
        if word not in books.ordinals:
            return False
        for ordinal, issuance in enumerate(issuances, start=first):
            self._enter(books, issuance, ordinal)
        books.next_block = until_block + 1
        return True

    def _enter(self, books: _Books, issuance: Issuance, ordinal: int) -> None:
        if isinstance(issuance, Registration):
            books.registrars[issuance.batch] = (issuance.meta.actor, issuance.meta.time_s)
            batch = BatchId(self._chain_id, self._contract, issuance.batch)
            for commitment, index in self._commitments(issuance).items():
                books.add(commitment, batch.item(index).token_id, ordinal)
            return
        commitment_of_step = self._replacement(issuance)
        if commitment_of_step is not None:
            books.add(commitment_of_step, issuance.token_id, ordinal)

    def _commitments(self, registration: Registration) -> dict[bytes, int]:
        """Read a batch's commitment files. A batch whose proven bytes are no such files ties no label."""
        root = ContentId(DAG_PB, registration.passports)
        try:
            return batch_commitments(root, registration.count, self._block)
        except UnavailableError:
            raise
        except SchemaError:
            return {}

    def _replacement(self, replacement: LabelReplacement) -> bytes | None:
        data = checked_block(self._content, replacement.document, DOCUMENT_SIZE_MAX_BYTES)
        try:
            return parse_step(data).commitment
        except SchemaError:
            return None

    def _block(self, cid: ContentId) -> bytes:
        return checked_block(self._content, cid)
