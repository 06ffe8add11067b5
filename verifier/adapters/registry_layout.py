"""Where `ItemRegistry` keeps its words.

Held to the compiled storage layout by tests/unit/verifier/test_registry_layout.py.
"""

from __future__ import annotations

from typing import Final

from provenance_schemas.ids import Address, ItemId, address_bytes, address_of
from provenance_schemas.keccak import keccak256
from verifier.history import ItemWords
from verifier.ports import ActorWord

OWNERS_SLOT: Final = 2
BATCHES_SLOT: Final = 10
STATE_SLOT: Final = 11
BATCH_STATE_SLOT: Final = 12
ISSUANCE_SLOT: Final = 13
ACTORS_SLOT: Final = 9

_U32: Final = 0xFFFFFFFF
_U64: Final = 0xFFFFFFFFFFFFFFFF
_ZERO_OWNER: Final = 0


def _mapping(key: int, slot: int) -> int:
    return int.from_bytes(keccak256(key.to_bytes(32) + slot.to_bytes(32)))


def item_slots(item: ItemId) -> tuple[int, ...]:
    """Name the six slots of one item: three of its batch, two words, its owner."""
    batch = _mapping(item.batch.batch, BATCHES_SLOT)
    return (
        batch,
        batch + 1,
        batch + 2,
        _mapping(item.token_id, STATE_SLOT),
        _mapping(item.batch.batch, BATCH_STATE_SLOT),
        _mapping(item.token_id, OWNERS_SLOT),
    )


def actor_slot(actor: Address) -> int:
    """Name the one slot of an actor."""
    return _mapping(int.from_bytes(address_bytes(actor)), ACTORS_SLOT)


def item_words(item: ItemId, values: tuple[int, ...]) -> ItemWords | None:
    """Read the words in the slots of `item_slots`; None when the batch holds no such index."""
    packed, passports, claim_root, state, batch_state, owner = values
    count = packed >> 64 & _U32  # stock account 160 | count 32 | registered at 64
    if item.index >= count:
        return None
    stock_account = address_of((packed >> 96).to_bytes(20))
    return ItemWords(
        owner=stock_account if owner == _ZERO_OWNER else address_of(owner.to_bytes(20)),
        state=state,
        batch_state=batch_state,
        stock_account=stock_account,
        count=count,
        registered_at=packed & _U64,
        passports=passports.to_bytes(32),
        claim_root=claim_root.to_bytes(32),
    )


def actor_word(value: int) -> ActorWord:
    """Unpack an actor's word: kinds 64 | valid from 64 | valid until 64 | disputed since 64."""
    return ActorWord(value >> 192 & _U64, value >> 128 & _U64, value >> 64 & _U64, value & _U64)
