"""Which kinds of step an actor of each trade may record, unless the brand grants other ones."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum, unique
from typing import Final

from provenance_schemas.step_kinds import RECORDABLE, EntryKind

GRANTABLE: Final = RECORDABLE | {EntryKind.RECALLED}
"""Kinds the registry lets an actor hold. RECALLED serves whole batches only."""


@unique
class Role(StrEnum):
    """A trade along a piece's life."""

    MAKER = "maker"
    SUPPLIER = "supplier"
    INSPECTOR = "inspector"
    CARRIER = "carrier"
    WAREHOUSE = "warehouse"
    BOUTIQUE = "boutique"
    WORKSHOP = "workshop"
    EXPERT = "expert"
    BRAND = "brand"


ROLE_KINDS: Final = {
    Role.MAKER: frozenset({EntryKind.SOURCED, EntryKind.MANUFACTURED, EntryKind.INSPECTED, EntryKind.SHIPPED}),
    Role.SUPPLIER: frozenset({EntryKind.SOURCED, EntryKind.SHIPPED}),
    Role.INSPECTOR: frozenset({EntryKind.INSPECTED}),
    Role.CARRIER: frozenset({EntryKind.SHIPPED, EntryKind.RECEIVED, EntryKind.CUSTOMS_CLEARED}),
    Role.WAREHOUSE: frozenset({EntryKind.SHIPPED, EntryKind.RECEIVED}),
    Role.BOUTIQUE: frozenset({EntryKind.SHIPPED, EntryKind.RECEIVED, EntryKind.SOLD, EntryKind.RETURNED}),
    Role.WORKSHOP: frozenset({EntryKind.SERVICED}),
    Role.EXPERT: frozenset({EntryKind.AUTHENTICATED}),
    Role.BRAND: frozenset({EntryKind.LABEL_REPLACED, EntryKind.RECALLED}),
}


def kinds_bitmap(kinds: Iterable[EntryKind]) -> int:
    """Pack kinds as the registry does: bit n stands for kind n. Raises ValueError on one it refuses."""
    bitmap = 0
    for kind in kinds:
        if kind not in GRANTABLE:
            raise ValueError(f"{kind.word} cannot be granted to an actor")
        bitmap |= 1 << kind
    return bitmap


def kinds_of(bitmap: int) -> frozenset[EntryKind]:
    """Unpack a registry's bitmap. Raises ValueError on a bit that no grant can set."""
    kinds = frozenset(kind for kind in GRANTABLE if bitmap >> kind & 1)
    if kinds_bitmap(kinds) != bitmap:
        raise ValueError(f"bitmap 0x{bitmap:x} holds kinds that cannot be granted")
    return kinds


def role_bitmap(role: Role) -> int:
    """Give the default bitmap of a role."""
    return kinds_bitmap(ROLE_KINDS[role])
