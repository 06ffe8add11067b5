"""The desk: what registering, recording and claiming share. Built by `House`, or by tests from fakes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from mint.book import Book, Piece
from mint.carry import carry_out, open_jobs
from mint.dispatch import Dispatch, Progress, silent
from mint.errors import MintError, ReadbackError, UnknownPieceError
from mint.identity import Identity
from mint.outbox import Intent, NewIntent
from mint.readback import Reader, read_back
from provenance_schemas.errors import SchemaError
from provenance_schemas.ids import ItemId

_DIGITS = re.compile(r"[1-9][0-9]{9,28}")


@dataclass(slots=True)
class Desk:
    """One house at work."""

    identity: Identity
    dispatch: Dispatch
    book: Book
    reader: Callable[[], Reader]
    """Opens what a stranger would read through: node, logs and store, none of them shared with the writing side."""
    lock: Callable[[], AbstractContextManager[None]]
    """Keeps every other process from writing for this house."""

    @contextmanager
    def writing(self, progress: Progress = silent) -> Iterator[None]:
        """Work alone, after finishing what an earlier process may have left.

        Raises HouseInUseError when another process is writing.
        """
        with self.lock(), self.dispatch.showing(progress):
            finish_open_jobs(self)
            yield

    def carry_out(self, job: str) -> list[Intent]:
        """Carry a job to its end and verify it as a stranger would."""
        reader = self.reader()
        return carry_out(self.dispatch, job, lambda intent: read_back(self.identity, self.book, reader, intent))

    def now(self) -> datetime:
        """Give the time for documents, cut to the second as they have it."""
        return datetime.now(UTC).replace(microsecond=0)

    def piece(self, name: str) -> Piece:
        """Find a piece by reference, token number or CAIP-19 name. Raises UnknownPieceError."""
        piece = self.book.piece(name)
        if piece is None and (token_id := self._token_id(name)) is not None:
            piece = self.book.piece_of_token(token_id)
        if piece is None:
            raise UnknownPieceError(name)
        return piece

    def _token_id(self, name: str) -> int | None:
        if _DIGITS.fullmatch(name):
            return int(name)
        try:
            item = ItemId.parse(name)
        except SchemaError:
            return None
        registry = self.identity.registry
        return item.token_id if (item.chain_id, item.contract) == (registry.chain_id, registry.contract) else None

    def registry_call(self, function: str, *arguments: object) -> bytes:
        """Build the calldata of a call of the house's registry."""
        return self.dispatch.ledger.encode("ItemRegistry", function, arguments)

    def intent(
        self, key: str, what: str, sender: str, calldata: bytes, payload: dict[str, object] | None = None
    ) -> NewIntent:
        """Make an intent of one call of the registry, as a job of its own."""
        return NewIntent(key, key, what, sender, self.identity.registry.contract, calldata, payload=payload or {})


@dataclass(frozen=True, slots=True)
class Resumed:
    """What became of the jobs that were open."""

    finished: tuple[str, ...]
    problems: tuple[MintError, ...]


def finish_open_jobs(desk: Desk) -> Resumed:
    """Carry every open job on, oldest first.

    A job that was refused, or does not verify, is noted and does not keep the others waiting. Raises what says
    that the world is not there.
    """
    finished: list[str] = []
    problems: list[MintError] = []
    for job in open_jobs(desk.dispatch):
        try:
            desk.carry_out(job)
            finished.append(job)
        except MintError as error:
            if error.exit_code != 1 and not isinstance(error, ReadbackError):
                raise
            problems.append(error)
    return Resumed(tuple(finished), tuple(problems))
