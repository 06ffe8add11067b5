"""What a person can ask of the house about a piece. Asking writes a job; `handlers.py` does it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from mint.claims import sign_claim
from mint.ports import Signer
from mint.reports import ReportReason
from provenance_schemas.claim_codes import ClaimCode, claim_key, claim_key_address
from provenance_schemas.ids import Address, ItemId
from provenance_schemas.step_kinds import EntryKind
from verifier.trust import Registry
from web.custody.holdings import Holding, Holdings, new_holding_id
from web.custody.keys import CustodyKeys
from web.jobs.queue import Job, Jobs, NewJob

CLAIM: Final = "claim"
CLAIMED: Final = "claimed"
REPORT: Final = "report"
MOVE: Final = "move"

CLAIM_VALID_S: Final = 7 * 86_400
"""How long a signed claim waits for a ledger that is away. It names one address of ours and is good for no other."""


@dataclass(frozen=True, slots=True)
class Claimant:
    """Who claims, from which browser."""

    person_id: str
    device: str
    """An opaque name of the browser, for the rules of the points."""


class Custody:
    """Holdings, the queue, and the keys: everything a request needs, and nothing that asks the ledger."""

    def __init__(self, holdings: Holdings, jobs: Jobs, keys: CustodyKeys) -> None:
        self.holdings = holdings
        self.jobs = jobs
        self._keys = keys

    def claim(self, claimant: Claimant, registry: Registry, item: ItemId, name: str, code: ClaimCode) -> Job:
        """Ask for a piece with its card's code; the same person with the same code gets the same job.

        1. The piece's next address is counted out, while nobody else can: it has served nothing before.
        2. The code signs for it, here and now. What is kept is the signature: it is no use to anybody else.
        3. Job and holding are written together.
        Raises DatabaseUnavailableError, and then nothing was kept.
        """
        assert (item.chain_id, item.contract) == (registry.chain_id, registry.contract), item
        now_s, holding_id = self.jobs.now_s(), new_holding_id()
        with self.jobs.database.writing() as connection:
            salt, address = self._keys.new_address(item, self.holdings.count_of(connection, item))  # 1.
            permit = sign_claim(code, registry, item.token_id, address, now_s + CLAIM_VALID_S)  # 2.
            key = f"{claimant.person_id}/{item}/{permit.claim_key}"
            payload = {
                "to": permit.to,
                "claim_key": permit.claim_key,
                "deadline_s": permit.deadline_s,
                "signature": permit.signature.hex(),
                "device": claimant.device,
            }
            job = self.jobs.add_within(connection, NewJob(CLAIM, key, payload, claimant.person_id, holding_id))  # 3.
            if job.subject == holding_id:
                self.holdings.begin(connection, holding_id, claimant.person_id, (item, name), (salt, address), now_s)
        return job

    def report(self, holding: Holding, kind: EntryKind, reason: ReportReason, once: str) -> Job:
        """Ask to report a piece, or to take its report back; `once` names the form that was sent."""
        return self._ask(REPORT, holding, once, {"kind": int(kind), "reason": int(reason)})

    def move(self, holding: Holding, to: Address, once: str) -> Job:
        """Ask to hand a piece over to an account of its owner's own."""
        return self._ask(MOVE, holding, once, {"to": to})

    def signer(self, holding: Holding) -> Signer:
        """Give what signs for the piece's owner on record. Raises CustodyKeyError."""
        return self._keys.signer(holding.item, holding.salt, holding.address)

    def open_job(self, holding: Holding) -> Job | None:
        """Give what is under way for a piece."""
        return next((job for job in self.jobs.of_subject(holding.id) if job.is_open), None)

    def newest_job(self, holding: Holding) -> Job | None:
        """Give what was asked for last."""
        return next(iter(self.jobs.of_subject(holding.id, limit=1)), None)

    def _ask(self, kind: str, holding: Holding, once: str, payload: Mapping[str, Any]) -> Job:
        new = NewJob(kind, f"{holding.id}/{once}", payload, holding.person_id, holding.id)
        return self.jobs.add(new)


def claim_key_of(code: ClaimCode, registry: Registry, item: ItemId) -> Address:
    """Name the account of the key that a code opens for a piece."""
    return claim_key_address(claim_key(code, registry.chain_id, registry.contract, item.token_id))
