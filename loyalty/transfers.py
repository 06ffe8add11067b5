"""What may move, and between which accounts. Pure: the book keeps to it, and the audit holds the book to it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final

from loyalty.errors import EventError, FlowError
from loyalty.results import Reversal


@unique
class AccountKind(StrEnum):
    """What an account is for. Append only."""

    ISSUANCE = "issuance"
    """Where points come from: the only account that may be under zero."""
    CAMPAIGN = "campaign"
    PENDING = "pending"
    AVAILABLE = "available"
    HELD = "held"
    REDEEMED = "redeemed"
    EXPIRED = "expired"
    REVERSED = "reversed"


MEMBER_KINDS: Final = frozenset({AccountKind.PENDING, AccountKind.AVAILABLE, AccountKind.HELD})
"""Accounts that a member has."""


@dataclass(frozen=True, slots=True)
class Account:
    """One account. `owner` is a campaign or a member, empty where there is one account of the kind."""

    kind: AccountKind
    owner: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.owner}" if self.owner else self.kind.value

    @property
    def has_floor(self) -> bool:
        """Whether the account may not fall under zero."""
        return self.kind is not AccountKind.ISSUANCE


@unique
class TransferKind(StrEnum):
    """Why value moves. Append only."""

    FUND = "fund"
    AWARD = "award"
    VEST = "vest"
    EXPIRE = "expire"
    REVERSE = "reverse"
    HOLD = "hold"
    RELEASE = "release"
    CAPTURE = "capture"


_KEY: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_K = AccountKind
FLOWS: Final = {
    TransferKind.FUND: {(_K.ISSUANCE, _K.CAMPAIGN)},
    TransferKind.AWARD: {(_K.CAMPAIGN, _K.PENDING)},
    TransferKind.VEST: {(_K.PENDING, _K.AVAILABLE)},
    TransferKind.EXPIRE: {(_K.PENDING, _K.EXPIRED), (_K.AVAILABLE, _K.EXPIRED)},
    TransferKind.REVERSE: {(_K.PENDING, _K.REVERSED), (_K.AVAILABLE, _K.REVERSED)},
    TransferKind.HOLD: {(_K.AVAILABLE, _K.HELD)},
    TransferKind.RELEASE: {(_K.HELD, _K.AVAILABLE)},
    TransferKind.CAPTURE: {(_K.HELD, _K.REDEEMED)},
}
"""The ways that value may go."""


@dataclass(frozen=True, slots=True)
class Move:
    """Points that go from one account to another."""

    source: Account
    target: Account
    amount: int
    lot: int | None = None
    """The award they come from; None for points that nobody was awarded yet."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """Moves that happen together or not at all."""

    kind: TransferKind
    key: str
    """Client-made: the same key moves value once. At most 160 characters."""
    body: bytes
    """32-byte hash of what was asked for."""
    happened_at: int
    recorded_at: int
    moves: tuple[Move, ...]
    cause: int | None = None
    """The award that this is about."""
    reason: Reversal | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One side of a move. `balance` and `version` are the account's after it."""

    account: Account
    amount: int
    balance: int
    version: int
    lot: int | None


def check_flows(transfer: Transfer) -> None:
    """Hold a transfer to the ways that value may go. Raises FlowError.

    Every move is of a positive amount and stays with one member; every move of a member's points names its lot.
    """
    assert transfer.moves, "a transfer moves something"
    for move in transfer.moves:
        source, target = move.source, move.target
        mixed = source.kind in MEMBER_KINDS and target.kind in MEMBER_KINDS and source.owner != target.owner
        lotless = move.lot is None and source.kind in MEMBER_KINDS
        if mixed or lotless or move.amount <= 0 or (source.kind, target.kind) not in FLOWS[transfer.kind]:
            raise FlowError(transfer.kind, str(source), str(target))


def fund_body(campaign: str, amount: int) -> bytes:
    """Hash a request to fund a campaign."""
    return _hash("fund", campaign, amount)


def vest_body(lot: int) -> bytes:
    """Hash a request to vest a lot."""
    return _hash("vest", lot)


def expire_body(lot: int) -> bytes:
    """Hash a request to expire a lot."""
    return _hash("expire", lot)


def reverse_body(award: int, reason: str) -> bytes:
    """Hash a request to take an award back."""
    return _hash("reverse", award, reason)


def key_in(kind: TransferKind, key: str) -> str:
    """Put a client's key into the room of its kind, so that it is never taken for an award's. Raises EventError."""
    if not _KEY.fullmatch(key):
        raise EventError("key", "must be 1 to 64 letters, digits, - and _")
    return f"{kind}:{key}"


def sweep_key(kind: TransferKind, lot: int, times: int) -> str:
    """Name what a sweep does to a lot, after it was done `times` times before."""
    return f"{kind}:{lot}:{times}"


def _hash(*parts: object) -> bytes:
    return hashlib.sha256("\n".join(["assay/transfer/1", *map(str, parts)]).encode()).digest()
