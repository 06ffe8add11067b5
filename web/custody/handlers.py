"""How jobs about pieces are done. Each may be cut anywhere and run again: what was done is found, not repeated."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mint.claims import ClaimPermit
from mint.ports import Signer
from mint.reports import ReportReason
from provenance_schemas.ids import Address, ItemId
from provenance_schemas.step_kinds import EntryKind
from web.custody.acts import CLAIM, CLAIMED, MOVE, REPORT, Custody
from web.custody.errors import ActRefusal, DeskRefusedError
from web.custody.holdings import Holding, HoldingState
from web.custody.ports import PieceDesk
from web.jobs.queue import Job, NewJob
from web.jobs.worker import Handler, JobRefusedError


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claim that went through, for whoever rewards it."""

    claim_id: str
    """The same for the same claim, however often it is told."""
    person_id: str
    item: ItemId
    claimed_at: int
    """Unix seconds."""
    device: str


OnClaimed = Callable[[Claimed], None]
"""Told of every claim at least once. Raises UnavailableError to be told again later."""


class PieceJobs:
    """The handlers."""

    def __init__(self, desk: PieceDesk, custody: Custody, hooks: Sequence[OnClaimed] = ()) -> None:
        self._desk = desk
        self._custody = custody
        self._holdings = custody.holdings
        self._jobs = custody.jobs
        self._hooks = tuple(hooks)

    def handlers(self) -> Mapping[str, Handler]:
        """Give each handler by its kind of job."""
        return {CLAIM: self.claim, CLAIMED: self.claimed, REPORT: self.report, MOVE: self.move}

    def claim(self, job: Job) -> Mapping[str, Any]:
        """Claim a piece.

        1. The registry gives it to its new address, or says why not.
        2. It is held from now on; in the same transaction the reward is asked for, so that neither is lost.
        """
        holding, told = self._holdings.get(job.subject), job.payload
        permit = ClaimPermit(
            holding.item.token_id,
            Address(told["to"]),
            Address(told["claim_key"]),
            told["deadline_s"],
            bytes.fromhex(told["signature"]),
        )
        try:
            self._desk.claim(permit, job.id)  # 1.
        except DeskRefusedError as error:
            with self._jobs.database.writing() as connection:
                self._holdings.ended(connection, holding, self._jobs.now_s())
            raise JobRefusedError(error.refusal.value, error.detail) from error
        now_s = self._jobs.now_s()
        reward = {"claim_id": job.id, "item": str(holding.item), "claimed_at": now_s, "device": told["device"]}
        with self._jobs.database.writing() as connection:  # 2.
            self._holdings.held(connection, holding, now_s)
            if holding.person_id is not None:
                self._jobs.add_within(connection, NewJob(CLAIMED, job.id, reward, holding.person_id))
        return {}

    def claimed(self, job: Job) -> Mapping[str, Any]:
        """Tell of a claim; a person who left meanwhile gets nothing."""
        if job.person_id is None:
            return {}
        told = job.payload
        claimed = Claimed(
            told["claim_id"], job.person_id, ItemId.parse(told["item"]), told["claimed_at"], told["device"]
        )
        for hook in self._hooks:
            hook(claimed)
        return {}

    def report(self, job: Job) -> Mapping[str, Any]:
        """Report a piece, or take its report back."""
        holding, signer = self._held(job)
        kind, reason = EntryKind(job.payload["kind"]), ReportReason(job.payload["reason"])
        self._done(lambda: self._desk.report(holding.item, kind, reason, signer, job.id))
        return {"kind": int(kind)}

    def move(self, job: Job) -> Mapping[str, Any]:
        """Hand a piece over to its owner's own account; the house holds it no more."""
        holding, signer = self._held(job)
        self._done(lambda: self._desk.move(holding.item, Address(job.payload["to"]), signer, job.id))
        with self._jobs.database.writing() as connection:
            self._holdings.ended(connection, holding, self._jobs.now_s())
        return {}

    def _held(self, job: Job) -> tuple[Holding, Signer]:
        """Give the holding with its signer. Raises JobRefusedError when it ended by another job.

        One that this very job ended before it was cut is moved again, which finds it where it should be.
        """
        holding = self._holdings.get(job.subject)
        is_ended = holding.state is HoldingState.ENDED and job.kind != MOVE
        if is_ended or holding.state is HoldingState.CLAIMING:
            raise JobRefusedError(ActRefusal.NOT_HELD.value)
        return holding, self._custody.signer(holding)

    def _done(self, act: Callable[[], None]) -> None:
        try:
            act()
        except DeskRefusedError as error:
            raise JobRefusedError(error.refusal.value, error.detail) from error
