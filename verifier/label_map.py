"""From a label's commitment to the items it was ever recorded for, proved complete.

The map is built from the registry's issuance events and the commitment files they name. It holds only what replayed
to the issuance word on chain and what matched its content id, so a miss is a proof (docs/adr/0004).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

from provenance_schemas.content_id import DAG_PB, ContentId
from provenance_schemas.errors import SchemaError
from provenance_schemas.ids import Address, BatchId, ItemId
from provenance_schemas.steps import parse_step
from verifier.commitment_files import batch_commitments
from verifier.content import checked_block
from verifier.errors import ChainUnavailableError, ContentUnavailableError
from verifier.evidence import Candidate
from verifier.issuance import Issuance, LabelReplacement, Registration, fold_issuance
from verifier.limits import DOCUMENT_SIZE_MAX_BYTES, FETCHES_MAX, ISSUANCES_MAX, UNREAD_FAILURES_MAX, UNREAD_RETRY_S
from verifier.ports import ContentStore, HistorySource

_START: Final = 0


@dataclass(frozen=True, slots=True)
class Unread:
    """An issuance whose content could not be had. It may tie the commitment looked for, or not."""

    actor: Address
    issued_at: int
    """Unix seconds."""
    why: str


@dataclass(frozen=True, slots=True)
class LookUp:
    """What the map knows of one commitment."""

    candidates: tuple[Candidate, ...]
    """In the order they were issued."""
    unread: tuple[Unread, ...]
    """Empty: the candidates are proved to be all."""


@dataclass(frozen=True, slots=True)
class _Opening:
    """One commitment's tie to one item, made by the n-th issuance (from 0)."""

    token_id: int
    ordinal: int
    actor: Address
    time_s: int


@dataclass(slots=True)
class _Books:
    """One consistent state of the map. Only ever extended; a reorganisation starts a new one."""

    word: int = _START
    next_block: int = 0
    ordinals: dict[int, int] = field(default_factory=lambda: {_START: 0})
    """Every issuance word seen, and how many issuances it covers: a reader may ask for an older block."""
    registrars: dict[int, tuple[Address, int]] = field(default_factory=dict)
    openings: dict[bytes, tuple[_Opening, ...]] = field(default_factory=dict)
    unread: dict[int, tuple[Issuance, str]] = field(default_factory=dict)
    """By ordinal: issuances whose content could not be had, and why. The one that failed longest ago is first."""

    def add(self, commitment: bytes, opening: _Opening) -> None:
        self.openings[commitment] = (*self.openings.get(commitment, ()), opening)

    def copy(self) -> _Books:
        return _Books(
            self.word,
            self.next_block,
            dict(self.ordinals),
            dict(self.registrars),
            dict(self.openings),
            dict(self.unread),
        )


class LabelMap:
    """The labels of one registry. Safe to use from several threads."""

    def __init__(
        self,
        chain_id: int,
        contract: Address,
        deployed_block: int,
        content: ContentStore,
        *,
        clock: Callable[[], float] = time.monotonic,
        at_hand: bool = False,
    ) -> None:
        """`at_hand` says that `content` is in memory: what it lacks is lacking for good, and no thread is worth it."""
        self._at_hand = at_hand
        self._chain_id = chain_id
        self._contract = contract
        self._deployed_block = deployed_block
        self._content = content
        self._clock = clock
        self._books = _Books(next_block=deployed_block)
        self._retry_at = clock()
        self._lock = threading.Lock()

    def guess(self, commitment: bytes) -> ItemId | None:
        """Give the item this commitment most likely names, to read its words early. Proves nothing."""
        openings = self._books.openings.get(commitment)
        return ItemId(self._chain_id, self._contract, openings[0].token_id) if openings else None

    def look_up(self, commitment: bytes, word: int, until_block: int, sources: tuple[HistorySource, ...]) -> LookUp:
        """Give every item the commitment was recorded for, as of the issuance `word` read at `until_block`.

        Raises ChainUnavailableError when no source replays to the word.
        """
        books = self._books
        if word not in books.ordinals or (books.unread and self._clock() >= self._retry_at):
            with self._lock:
                books = self._brought_up(word, until_block, sources)
        limit = books.ordinals[word]
        openings = sorted(books.openings.get(commitment, ()), key=lambda opening: opening.ordinal)
        return LookUp(
            tuple(self._candidate(books, opening) for opening in openings if opening.ordinal < limit),
            tuple(
                Unread(issuance.meta.actor, issuance.meta.time_s, why)
                for ordinal, (issuance, why) in books.unread.items()
                if ordinal < limit
            ),
        )

    def _candidate(self, books: _Books, opening: _Opening) -> Candidate:
        item = ItemId(self._chain_id, self._contract, opening.token_id)
        registrar, registered_at = books.registrars[item.batch.batch]
        return Candidate(item, registrar, registered_at, opening.actor, opening.time_s)

    # ---- events

    def _brought_up(self, word: int, until_block: int, sources: tuple[HistorySource, ...]) -> _Books:
        """Follow the events to `word` where it is new, then read what content is missing."""
        if word not in self._books.ordinals:
            books = self._followed(word, until_block, sources)
        elif self._books.unread and self._clock() >= self._retry_at:
            books = self._books.copy()
        else:
            return self._books
        self._read_missing(books)
        self._books = books
        return books

    def _followed(self, word: int, until_block: int, sources: tuple[HistorySource, ...]) -> _Books:
        why = "no source of events"
        for fresh_start in (False, True):  # a reorganisation under us needs the second round
            for source in sources:
                books = _Books(next_block=self._deployed_block) if fresh_start else self._books.copy()
                if until_block < books.next_block and not fresh_start:
                    continue
                try:
                    if self._extend(books, source, until_block, word):
                        return books
                    why = "the registrations found do not replay to the word on chain"
                except ChainUnavailableError as error:
                    why = str(error)
        raise ChainUnavailableError(why)

    def _extend(self, books: _Books, source: HistorySource, until_block: int, word: int) -> bool:
        """Fold a source's events into `books`; True when they end at `word`. Only then is any of them believed.

        One event more is a lie as much as one less: the word was read at `until_block`.
        """
        first = books.ordinals[books.word]
        left = max(ISSUANCES_MAX - first, 1)
        issuances = source.issuances(from_block=books.next_block, until_block=until_block, count_max=left)
        for ordinal, issuance in enumerate(issuances, start=first):
            books.word = fold_issuance(books.word, issuance, self._chain_id, self._contract)
            books.ordinals[books.word] = ordinal + 1
            books.unread[ordinal] = issuance, "it was not asked for yet"
        if books.word != word:
            return False
        for issuance in issuances:
            if isinstance(issuance, Registration):
                books.registrars[issuance.batch] = (issuance.meta.actor, issuance.meta.time_s)
        books.next_block = until_block + 1
        return True

    # ---- content

    def _read_missing(self, books: _Books) -> None:
        """Read the content of unread issuances, several side by side as gateways are far away.

        After a few that could not be had, the rest waits for the next time.
        """
        if self._at_hand:
            for ordinal, (issuance, _) in list(books.unread.items()):
                self._keep_read(books, ordinal, issuance, self._tried(issuance))
            return
        waiting = list(books.unread.items())
        failures = 0
        with ThreadPoolExecutor(FETCHES_MAX) as pool:
            while waiting and failures < UNREAD_FAILURES_MAX:
                # A store that gives nothing is found out with a few questions, before many are asked at once.
                width = FETCHES_MAX if books.openings else UNREAD_FAILURES_MAX - failures
                part, waiting = waiting[:width], waiting[width:]
                read = pool.map(self._tried, [issuance for _, (issuance, _) in part])
                for (ordinal, (issuance, _)), ties in zip(part, read, strict=True):
                    self._keep_read(books, ordinal, issuance, ties)
                    failures += isinstance(ties, ContentUnavailableError)
        self._retry_at = self._clock() + UNREAD_RETRY_S

    def _keep_read(
        self,
        books: _Books,
        ordinal: int,
        issuance: Issuance,
        ties: list[tuple[bytes, int]] | ContentUnavailableError,
    ) -> None:
        del books.unread[ordinal]
        if isinstance(ties, ContentUnavailableError):
            # Behind the others, so that content gone for good never keeps the rest from being read.
            books.unread[ordinal] = issuance, str(ties)
            return
        for commitment, token_id in ties:
            books.add(commitment, _Opening(token_id, ordinal, issuance.meta.actor, issuance.meta.time_s))

    def _tried(self, issuance: Issuance) -> list[tuple[bytes, int]] | ContentUnavailableError:
        try:
            return list(self._ties(issuance))
        except ContentUnavailableError as error:
            return error

    def _ties(self, issuance: Issuance) -> Iterator[tuple[bytes, int]]:
        """Give (commitment, token id). Proven bytes that are no commitment files, or no such step, tie no label."""
        if isinstance(issuance, LabelReplacement):
            return self._replaced(issuance)
        return self._registered(issuance)

    def _registered(self, registration: Registration) -> Iterator[tuple[bytes, int]]:
        root = ContentId(DAG_PB, registration.passports)
        batch = BatchId(self._chain_id, self._contract, registration.batch)
        try:
            commitments = batch_commitments(root, registration.count, self._block)
        except SchemaError:
            return iter(())
        return iter([(commitment, batch.item(index).token_id) for commitment, index in commitments.items()])

    def _replaced(self, replacement: LabelReplacement) -> Iterator[tuple[bytes, int]]:
        data = checked_block(self._content, replacement.document, DOCUMENT_SIZE_MAX_BYTES)
        item = ItemId(self._chain_id, self._contract, replacement.token_id)
        try:
            step = parse_step(data)
        except SchemaError:
            return iter(())
        # A document about another piece must not tie that piece's label to this one: it would make it a double.
        if step.subject != item or step.commitment is None:
            return iter(())
        return iter([(step.commitment, replacement.token_id)])

    def _block(self, cid: ContentId) -> bytes:
        return checked_block(self._content, cid)
