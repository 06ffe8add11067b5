"""The desk: what registering, recording and claiming share. Built by `House`, or by tests from fakes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime

from mint.book import Book, Piece
from mint.carry import carry_out, open_jobs
from mint.dispatch import Dispatch, Progress, silent
from mint.errors import SIGNER_ERRORS, FailedTransactionError, MintError, ReadbackError
from mint.identity import Identity
from mint.outbox import Intent, NewIntent, State
from mint.readback import Reader, read_back
from mint.records import document_time, find_piece


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

    def carry_on(self, job: str) -> list[Intent]:
        """Carry on a job that an earlier call planned; an empty list when none did.

        Raises FailedTransactionError when it failed for good, and what `carry_out` raises.
        """
        planned = self.dispatch.outbox.of_job(job)
        failed = next((intent for intent in planned if intent.state is State.FAILED), None)
        if failed is not None:
            raise FailedTransactionError(failed.what, failed.reason or "no reason was kept")
        return self.carry_out(job) if planned else []

    def now(self) -> datetime:
        """Give the time for documents, cut to the second as they have it."""
        return document_time()

    def piece(self, name: str) -> Piece:
        """Find a piece by reference, token number or CAIP-19 name. Raises UnknownPieceError."""
        return find_piece(self.identity, self.book, name)

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

    A job that was refused, does not verify, or whose signer is not there is noted and does not keep the others
    waiting. Raises what says that the world is not there.
    """
    finished: list[str] = []
    problems: list[MintError] = []
    for job in open_jobs(desk.dispatch):
        try:
            desk.carry_out(job)
            finished.append(job)
        except MintError as error:
            if error.exit_code != 1 and not isinstance(error, (ReadbackError, *SIGNER_ERRORS)):
                raise
            problems.append(error)
    return Resumed(tuple(finished), tuple(problems))
