"""What the ledger answers: an award or the reason there is none, a balance, a statement, an audit."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique

from provenance_schemas.ids import ItemId


@unique
class Reason(StrEnum):
    """Why nothing was paid. Append only: a page has words for each."""

    NOT_GENUINE = "not_genuine"
    """The verdict is REJECTED for another cause than a missing sale: stolen, revoked, forged."""
    CANNOT_VERIFY = "cannot_verify"
    """The world did not answer. Worth another try."""
    NOT_SOLD = "not_sold"
    """The piece is still in stock."""
    UNUSUAL_ACTIVITY = "unusual_activity"
    """The label is scanned in a way that one owner would not, or nobody could tell."""
    STAFF = "staff"
    NO_RULE = "no_rule"
    """Nothing is paid for this kind of event now."""
    SCAN_USED = "scan_used"
    """This scan or claim paid somebody already."""
    ALREADY_COLLECTED = "already_collected"
    """This member was paid for this piece; for a claim: the piece was paid for, to anybody."""
    SLOTS_TAKEN = "slots_taken"
    """Enough members were paid for this piece."""
    MEMBER_DAY = "member_day"
    """The member's checks of the day are used up."""
    DEVICE_DAY = "device_day"
    """The device's checks of the day are used up."""
    DAY_SPENT = "day_spent"
    """What the campaign releases a day is spent."""
    CAMPAIGN_EMPTY = "campaign_empty"


@unique
class Reversal(StrEnum):
    """Why points are taken back. Append only."""

    RETURNED = "returned"
    """The piece went back to the maker within the return window."""
    FRAUD = "fraud"
    MISTAKE = "mistake"


@dataclass(frozen=True, slots=True)
class Award:
    """Points were paid, now or by the same request earlier."""

    id: int
    """The transfer's number in the ledger, from 1. Its leaf in the log is `id - 1`."""
    amount: int
    rule: str
    recorded_at: int
    vests_at: int
    """Unix seconds: from then on the points can be used, until `expires_at`."""
    expires_at: int
    repeated: bool
    """Whether this request was paid before; nothing was posted now."""


@dataclass(frozen=True, slots=True)
class Declined:
    """Nothing was paid and nothing was written."""

    reason: Reason
    again_at: int | None = None
    """Unix seconds from which it may be worth asking again; None where waiting does not help."""


@dataclass(frozen=True, slots=True)
class Balance:
    """What a member has."""

    available: int
    pending: int
    held: int
    next_vest_at: int | None
    """When the next pending points become available; None when nothing is pending."""
    next_vest_amount: int
    next_expiry_at: int | None
    """When the next points expire; None when there are none."""
    next_expiry_amount: int


@unique
class LineState(StrEnum):
    """Where the points of one award are now. Append only."""

    PENDING = "pending"
    AVAILABLE = "available"
    HELD = "held"
    REDEEMED = "redeemed"
    EXPIRED = "expired"
    REVERSED = "reversed"


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why points were paid, as the rule says it."""

    en: str
    fr: str


@dataclass(frozen=True, slots=True)
class Line:
    """One award of a statement."""

    award: int
    amount: int
    """As it was paid."""
    left: int
    """What of it is still the member's."""
    state: LineState
    happened_at: int
    recorded_at: int
    vests_at: int
    expires_at: int
    settled_at: int | None
    """When it was last moved: vested, expired, reversed; None while it is as it was paid."""
    rule: str
    explanation: Explanation
    item: ItemId
    rule_hash: bytes
    facts_hash: bytes
    leaf_index: int
    leaf_hash: bytes


@dataclass(frozen=True, slots=True)
class Statement:
    """A member's balance and awards, newest first."""

    member: str
    balance: Balance
    lines: tuple[Line, ...]
    older: int | None
    """Pass as `before` for the next lines; None at the end."""


@dataclass(frozen=True, slots=True)
class TreeHead:
    """The log at one size: RFC 6962's Merkle tree hash over all leaves."""

    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Growth:
    """What proves that the log of one size begins with the whole log of a smaller one."""

    first: TreeHead
    second: TreeHead
    path: tuple[bytes, ...]
    """RFC 6962, 2.1.2; `merkle.is_consistent` checks it."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What proves one award: its text, the salt of its commitment, and the path to the head."""

    text: str
    """Canonical JSON of the transfer, its entries and its award."""
    nonce: bytes
    leaf_index: int
    path: tuple[bytes, ...]
    """Sibling hashes, lowest first (RFC 6962, 2.1.1)."""
    head: TreeHead


@dataclass(frozen=True, slots=True)
class Settled:
    """What a sweep did."""

    vested: int
    expired: int
    """Lots, not points."""


@dataclass(frozen=True, slots=True)
class Fault:
    """The first row that is not what everything before it makes it."""

    table: str
    row: str
    """Its key, as `12` or `12/0`."""
    reason: str

    def __str__(self) -> str:
        return f"{self.table} {self.row}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Audit:
    """What was recomputed, and the first fault; None when all is right."""

    transfers: int
    entries: int
    awards: int
    head: TreeHead
    issued: int
    outstanding: int
    """Points that members have: pending, available and held."""
    fault: Fault | None
