"""Which call records a step, and how many steps go together without losing their order. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from mint.limits import STEPS_PER_TRANSACTION_MAX
from provenance_schemas.ids import BatchId, ItemId
from provenance_schemas.step_kinds import BATCH_RECORDABLE, RECORDABLE, EntryKind

GUARDED: Final = {EntryKind.RECALLED: "recall", EntryKind.RETIRED: "retire", EntryKind.REVOKED: "revoke"}
"""Status changes of one piece, which only the guardian makes, by the registry's own calls."""


def is_guarded(kind: EntryKind, subject: ItemId | BatchId) -> bool:
    """Say whether the guardian records this, not an actor."""
    return kind is EntryKind.REVOKED if isinstance(subject, BatchId) else kind in GUARDED


def is_recordable(kind: EntryKind, subject: ItemId | BatchId) -> bool:
    """Say whether the registry takes a step of this kind for a piece, or for a whole batch."""
    return is_guarded(kind, subject) or kind in (BATCH_RECORDABLE if isinstance(subject, BatchId) else RECORDABLE)


@dataclass(frozen=True, slots=True)
class StepCall:
    """One step as the registry is told of it."""

    subject: ItemId | BatchId
    kind: EntryKind
    document: bytes
    """Digest, 32 bytes."""
    sender: str
    """Name of the key that records it."""


@dataclass(slots=True)
class StepTransaction:
    """Steps of one sender and one kind, recorded by one transaction."""

    sender: str
    kind: EntryKind
    wave: int
    place: int
    """Position among all transactions, in the order they were begun."""
    steps: list[StepCall] = field(default_factory=list)

    def call(self) -> tuple[str, tuple[object, ...]]:
        """Give the registry's function and its arguments."""
        first = self.steps[0]
        if isinstance(first.subject, BatchId):
            if is_guarded(first.kind, first.subject):
                return "revokeBatch", (first.subject.batch, first.document)
            return "recordBatchStep", (first.subject.batch, int(first.kind), first.document)
        if is_guarded(first.kind, first.subject):
            return GUARDED[first.kind], (first.subject.token_id, first.document)
        if len(self.steps) == 1:
            return "recordStep", (first.subject.token_id, int(first.kind), first.document)
        tokens = [step.subject.token_id for step in self.steps if isinstance(step.subject, ItemId)]
        return "recordSteps", (tokens, int(first.kind), [step.document for step in self.steps])


def group_steps(steps: Sequence[StepCall]) -> list[StepTransaction]:
    """Put steps into as few transactions as keep every piece's steps in the order given.

    One sender's transactions of one wave are sent at once: their nonces keep them in order. Where a piece goes
    from one sender to another, a new wave begins, which waits until the one before it is mined.
    """
    transactions: list[StepTransaction] = []
    newest: dict[tuple[str, EntryKind], StepTransaction] = {}
    last: dict[ItemId | BatchId, StepTransaction] = {}
    last_in_batch: dict[BatchId, dict[str, StepTransaction]] = {}
    for step in steps:
        batch = step.subject if isinstance(step.subject, BatchId) else step.subject.batch
        before = [last.get(step.subject), last.get(batch)]
        if isinstance(step.subject, BatchId):
            before += last_in_batch.get(batch, {}).values()
        found = _fitting(newest.get((step.sender, step.kind)), step, [one for one in before if one])
        if found is None:
            wave = max((one.wave + (one.sender != step.sender) for one in before if one), default=0)
            found = StepTransaction(step.sender, step.kind, wave, len(transactions))
            transactions.append(found)
            newest[step.sender, step.kind] = found
        found.steps.append(step)
        last[step.subject] = found
        by_sender = last_in_batch.setdefault(batch, {})
        newest_there = by_sender.get(step.sender, found)
        by_sender[step.sender] = max(newest_there, found, key=lambda one: (one.wave, one.place))
    return sorted(transactions, key=lambda one: (one.wave, one.place))


def _fitting(
    found: StepTransaction | None, step: StepCall, before: Sequence[StepTransaction]
) -> StepTransaction | None:
    """Give the transaction if `step` may join it: it is no single call, has room, and comes after all of `before`."""
    if found is None or isinstance(step.subject, BatchId) or is_guarded(step.kind, step.subject):
        return None
    if len(found.steps) >= STEPS_PER_TRANSACTION_MAX or isinstance(found.steps[0].subject, BatchId):
        return None
    after_all = all(
        found.wave > one.wave or (found.wave == one.wave and found.sender == one.sender and found.place > one.place)
        for one in before
    )
    return found if after_all else None
