"""The outbox: every transaction is written down before it is sent, and never sent as another one.

    PLANNED -> PUBLISHED -> SIGNED -> SENT -> MINED -> CONFIRMED, or FAILED with a reason

A process may be killed between any two lines: whoever comes next reads the state and goes on from there.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum, unique
from typing import Any, Final

from mint.database import HouseDatabase
from mint.ports import Receipt, SignedTransaction
from provenance_schemas.content_id import ContentId
from provenance_schemas.ids import Address


@unique
class State(StrEnum):
    """How far an intent has come."""

    PLANNED = "planned"
    """Saved with its documents; nobody outside knows of it."""
    PUBLISHED = "published"
    """Its documents are stored and were read back."""
    SIGNED = "signed"
    """Its nonce is taken; the raw transaction is saved and may be sent at any time."""
    SENT = "sent"
    """A node has it."""
    MINED = "mined"
    """It has a receipt; not final, or not verified yet."""
    CONFIRMED = "confirmed"
    """Final, and verified as a stranger would."""
    FAILED = "failed"
    """It changed nothing on the ledger and never will."""


REVERTED: Final = "reverted"
"""Reason of a mined intent that failed in its block; once that is final, so is the failure."""

OPEN: Final = (State.PLANNED, State.PUBLISHED, State.SIGNED, State.SENT, State.MINED)
_MOVES: Final = {
    State.PLANNED: {State.PUBLISHED, State.FAILED},
    State.PUBLISHED: {State.SIGNED, State.FAILED},
    State.SIGNED: {State.SENT, State.PUBLISHED, State.FAILED},
    State.SENT: {State.MINED, State.PUBLISHED, State.FAILED},
    State.MINED: {State.CONFIRMED, State.SENT, State.FAILED},
    State.CONFIRMED: set(),
    State.FAILED: set(),
}


class OutboxError(Exception):
    """An intent was to make a move that does not exist: our bug."""


@dataclass(frozen=True, slots=True)
class NewIntent:
    """A transaction to make. `key` names it for ever, so the same one is never planned twice."""

    key: str
    job: str
    what: str
    """What it does, as `register` or `step`; decides what is verified afterwards."""
    sender: str
    """Name of the key that signs and pays."""
    target: Address | None
    """None for a deployment."""
    calldata: bytes
    wave: int = 0
    """Within its job, a wave begins when the one before it is mined."""
    value_wei: int = 0
    payload: Mapping[str, Any] = field(default_factory=dict)
    drafts: Sequence[tuple[ContentId, bytes]] = ()
    """Blocks to publish before it is sent."""


@dataclass(frozen=True, slots=True)
class Intent:
    """A transaction that was written down."""

    id: int
    key: str
    job: str
    wave: int
    what: str
    sender: str
    target: Address | None
    calldata: bytes
    value_wei: int
    payload: dict[str, Any]
    state: State
    reason: str | None
    block_number: int | None
    block_hash: bytes | None
    gas_used: int | None
    contract: Address | None
    """Where a deployment put its contract."""
    gas: int | None = None
    """What its signings allow."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One signing of an intent. A higher fee makes another one with the same nonce; at most one is mined."""

    hash: bytes
    nonce: int
    raw: bytes
    fee_max_wei: int
    tip_wei: int
    signed_at_s: float


class Outbox:
    """All intents of one house. Every method is one durable transaction."""

    def __init__(self, database: HouseDatabase) -> None:
        self.database = database

    def plan(self, new: Sequence[NewIntent]) -> list[Intent]:
        """Write intents down, with their documents.

        Those whose key is there already are left as they are; one that failed gives its key to the new one.
        """
        ids = []
        with self.database.transaction():
            for one in new:
                self.database.execute(
                    "UPDATE intent SET key = key || '#' || id WHERE key = ? AND state = ?", (one.key, State.FAILED)
                )
                found = self.by_key(one.key)
                ids.append(found.id if found else self._insert(one))
        return [self.get(intent_id) for intent_id in ids]

    def _insert(self, one: NewIntent) -> int:
        now = _now()
        state = State.PLANNED if one.drafts else State.PUBLISHED
        intent_id = self.database.insert(
            "INSERT INTO intent (key, job, wave, what, sender, target, calldata, value_wei, payload, state,"
            " created_at, changed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
            (
                one.key,
                one.job,
                one.wave,
                one.what,
                one.sender,
                one.target,
                one.calldata,
                str(one.value_wei),
                json.dumps(one.payload),
                state,
                now,
                now,
            ),
        )
        self.database.execute_many(
            "INSERT INTO draft (intent, codec, digest, content) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [(intent_id, cid.codec, cid.digest, block) for cid, block in one.drafts],
        )
        return intent_id

    def get(self, intent_id: int) -> Intent:
        """Read one intent."""
        row = self.database.row("SELECT * FROM intent WHERE id = ?", (intent_id,))
        assert row is not None, intent_id
        return _intent(row)

    def by_key(self, key: str) -> Intent | None:
        """Find an intent by its key."""
        row = self.database.row("SELECT * FROM intent WHERE key = ?", (key,))
        return _intent(row) if row else None

    def of_job(self, job: str) -> list[Intent]:
        """Give a job's intents, wave by wave, in the order they were planned."""
        return [
            _intent(row) for row in self.database.rows("SELECT * FROM intent WHERE job = ? ORDER BY wave, id", (job,))
        ]

    def unfinished(self) -> list[Intent]:
        """Give all open intents in the order they were planned."""
        marks = ",".join("?" * len(OPEN))
        sql = f"SELECT * FROM intent WHERE state IN ({marks}) ORDER BY id"  # noqa: S608 - question marks only
        return [_intent(row) for row in self.database.rows(sql, OPEN)]

    def drafts(self, intent: Intent) -> list[tuple[ContentId, bytes]]:
        """Give the blocks that an intent waits to have published."""
        rows = self.database.rows("SELECT codec, digest, content FROM draft WHERE intent = ?", (intent.id,))
        return [(ContentId(row["codec"], row["digest"]), row["content"]) for row in rows]

    def published(self, intent: Intent) -> Intent:
        """Note that an intent's documents are stored; its drafts are dropped."""
        with self.database.transaction():
            self.database.execute("DELETE FROM draft WHERE intent = ?", (intent.id,))
            return self._move(intent, State.PUBLISHED)

    def signed(
        self,
        intent: Intent,
        account: Address,
        mined_count: int,
        gas: int,
        fees: tuple[int, int],
        sign: Callable[[int], SignedTransaction],
    ) -> Intent:
        """Take the account's next nonce and save what `sign` makes of it, in one transaction.

        `mined_count` is the account's nonce on the ledger, `fees` the most offered and the tip, in wei. The
        nonce is the lowest one that no live attempt of the account has: gaps are filled first.
        """
        with self.database.transaction():
            nonce = self._free_nonce(account, mined_count)
            self._keep(intent, account, nonce, fees, sign(nonce))
            return self._move(intent, State.SIGNED, gas=gas)

    def replaced(
        self, intent: Intent, account: Address, fees: tuple[int, int], sign: Callable[[int], SignedTransaction]
    ) -> Intent:
        """Save another signing of a sent intent with the same nonce and a higher fee. The older ones are kept."""
        with self.database.transaction():
            nonce = self.attempts(intent)[-1].nonce
            self._keep(intent, account, nonce, fees, sign(nonce))
        return self.get(intent.id)

    def _keep(
        self, intent: Intent, account: Address, nonce: int, fees: tuple[int, int], signed: SignedTransaction
    ) -> None:
        self.database.execute(
            "INSERT INTO attempt (hash, intent, account, nonce, raw, fee_max_wei, tip_wei, signed_at_s)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (signed.hash, intent.id, account, nonce, signed.raw, str(fees[0]), str(fees[1]), time.time()),
        )

    def _free_nonce(self, account: Address, mined_count: int) -> int:
        rows = self.database.rows(
            "SELECT DISTINCT nonce FROM attempt WHERE account = ? AND dead = 0 AND nonce >= ?", (account, mined_count)
        )
        taken = {row["nonce"] for row in rows}
        nonce = mined_count
        while nonce in taken:
            nonce += 1
        return nonce

    def attempts(self, intent: Intent) -> list[Attempt]:
        """Give an intent's living signings, oldest first."""
        rows = self.database.rows("SELECT * FROM attempt WHERE intent = ? AND dead = 0 ORDER BY rowid", (intent.id,))
        return [
            Attempt(
                row["hash"], row["nonce"], row["raw"], int(row["fee_max_wei"]), int(row["tip_wei"]), row["signed_at_s"]
            )
            for row in rows
        ]

    def unsigned(self, intent: Intent) -> Intent:
        """Take back a signing whose nonce another transaction has used for good: it can never be mined."""
        with self.database.transaction():
            self.database.execute("UPDATE attempt SET dead = 1 WHERE intent = ?", (intent.id,))
            return self._move(intent, State.PUBLISHED)

    def sent(self, intent: Intent) -> Intent:
        """Note that a node has it; or that its block was undone, so that it waits again."""
        with self.database.transaction():
            return self._move(intent, State.SENT, block_number=None, block_hash=None)

    def mined(self, intent: Intent, receipt: Receipt) -> Intent:
        """Note its receipt."""
        with self.database.transaction():
            return self._move(
                intent,
                State.MINED,
                reason=None if receipt.succeeded else REVERTED,
                block_number=receipt.block_number,
                block_hash=receipt.block_hash,
                gas_used=receipt.gas_used,
                contract=receipt.contract,
            )

    def confirmed(self, intent: Intent) -> Intent:
        """Note that it is final and verified."""
        with self.database.transaction():
            return self._move(intent, State.CONFIRMED, reason=None)

    def failed(self, intent: Intent, reason: str) -> Intent:
        """Note that it changed nothing and never will."""
        with self.database.transaction():
            self.database.execute("DELETE FROM draft WHERE intent = ?", (intent.id,))
            return self._move(intent, State.FAILED, reason=reason)

    def noted(self, intent: Intent, reason: str) -> Intent:
        """Note why an intent does not get on; its state stays."""
        with self.database.transaction():
            self.database.execute("UPDATE intent SET reason = ? WHERE id = ?", (reason, intent.id))
        return self.get(intent.id)

    def hand_over(self, sender: str, account: Address, to: str) -> None:
        """Let `to` be the sender of every open intent that `account` signed; its nonces are looked up under that."""
        marks = ",".join("?" * len(OPEN))
        self.database.execute(
            f"UPDATE intent SET sender = ? WHERE sender = ? AND state IN ({marks})"  # noqa: S608 - question marks only
            " AND id IN (SELECT intent FROM attempt WHERE account = ? AND dead = 0)",
            (to, sender, *OPEN, account),
        )

    def _move(self, intent: Intent, to: State, **values: object) -> Intent:
        now = self.get(intent.id).state
        if to not in _MOVES[now]:
            raise OutboxError(f"intent {intent.key} cannot go from {now} to {to}")
        columns = {"state": to, "changed_at": _now(), **values}
        assignments = ", ".join(f"{name} = ?" for name in columns)
        self.database.execute(
            f"UPDATE intent SET {assignments} WHERE id = ?",  # noqa: S608 - column names of this file
            (*columns.values(), intent.id),
        )
        return self.get(intent.id)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _intent(row: Any) -> Intent:
    return Intent(
        id=row["id"],
        key=row["key"],
        job=row["job"],
        wave=row["wave"],
        what=row["what"],
        sender=row["sender"],
        target=row["target"],
        calldata=row["calldata"],
        value_wei=int(row["value_wei"]),
        payload=json.loads(row["payload"]),
        state=State(row["state"]),
        reason=row["reason"],
        block_number=row["block_number"],
        block_hash=row["block_hash"],
        gas_used=row["gas_used"],
        contract=row["contract"],
        gas=row["gas"],
    )
