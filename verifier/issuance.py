"""The issuance lane: everything that ever tied a label to an item, and the replay that proves it complete.

The registry folds each registration and each replaced label into one word. Who replays to that word has seen them
all, so "we did not issue this code" can be proved without trusting any index (docs/adr/0004).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from provenance_schemas.content_id import ContentId
from provenance_schemas.folding import (
    Meta,
    fold,
    issuance_label_replaced,
    issuance_registration,
    registration_digest,
)
from provenance_schemas.ids import Address


@dataclass(frozen=True, slots=True)
class Registration:
    """One batch, as its event tells it."""

    batch: int
    count: int
    stock_account: Address
    passports: bytes
    claim_root: bytes
    meta: Meta
    block_number: int
    log_index: int


@dataclass(frozen=True, slots=True)
class LabelReplacement:
    """One replaced label, as its event tells it."""

    token_id: int
    state: int
    """The item's word after the step."""
    document: ContentId
    meta: Meta
    block_number: int
    log_index: int


Issuance = Registration | LabelReplacement


def fold_issuance(word: int, issuance: Issuance, chain_id: int, contract: Address) -> int:
    """Advance the issuance word by one event."""
    meta = issuance.meta.word
    if isinstance(issuance, LabelReplacement):
        return issuance_label_replaced(word, issuance.state, issuance.token_id, issuance.document.digest, meta)
    digest = registration_digest(
        chain_id,
        contract,
        issuance.batch,
        issuance.count,
        issuance.stock_account,
        issuance.passports,
        issuance.claim_root,
    )
    return issuance_registration(word, fold(0, 0, digest, meta), issuance.batch, meta)


def in_order(issuances: Iterable[Issuance]) -> tuple[Issuance, ...]:
    """Sort as the chain holds them."""
    return tuple(sorted(issuances, key=lambda i: (i.block_number, i.log_index)))
