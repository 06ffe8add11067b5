"""The text of a transfer, and the salted commitment to it that is its leaf in the log."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from loyalty.merkle import leaf_hash
from loyalty.transfers import Entry, Transfer

NONCE_BYTES: Final = 32
_JSON: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"))
_DOMAIN: Final = b"assay/points/1\n"


@dataclass(frozen=True, slots=True)
class AwardDetails:
    """The row of an award: what the rule saw and decided."""

    rule: bytes
    rule_id: str
    member: str
    item: str
    device: str
    claimant: bool
    once: bytes
    day: int
    amount: int
    day_spent: int
    facts: str
    vests_at: int
    expires_at: int


def leaf_text(number: int, transfer: Transfer, entries: Iterable[Entry], award: AwardDetails | None) -> str:
    """Write a transfer as canonical JSON: keys in order, ASCII, whole numbers."""
    value: dict[str, Any] = {
        "body": transfer.body.hex(),
        "cause": transfer.cause,
        "entries": [
            {"account": str(e.account), "amount": e.amount, "balance": e.balance, "lot": e.lot, "version": e.version}
            for e in entries
        ],
        "happened_at": transfer.happened_at,
        "id": number,
        "key": transfer.key,
        "kind": transfer.kind,
        "reason": transfer.reason,
        "recorded_at": transfer.recorded_at,
        "schema": "assay/points-transfer/1",
    }
    if award is not None:
        value["award"] = _award_json(award)
    return _JSON.encode(value)


def draw_nonce() -> bytes:
    """Draw the salt of a leaf."""
    return secrets.token_bytes(NONCE_BYTES)


def leaf_of(text: str, nonce: bytes) -> bytes:
    """Give the leaf's hash in the tree: of a commitment, which says nothing without its salt."""
    return leaf_hash(hashlib.sha256(_DOMAIN + nonce + text.encode()).digest())


def _award_json(award: AwardDetails) -> dict[str, str | int | bool]:
    return {
        "amount": award.amount,
        "claimant": award.claimant,
        "day": award.day,
        "day_spent": award.day_spent,
        "device": award.device,
        "expires_at": award.expires_at,
        "facts": hashlib.sha256(award.facts.encode()).hexdigest(),
        "item": award.item,
        "member": award.member,
        "once": award.once.hex(),
        "rule": award.rule.hex(),
        "rule_id": award.rule_id,
        "vests_at": award.vests_at,
    }
