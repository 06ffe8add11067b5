"""How each of our step kinds reads in GS1's Core Business Vocabulary (CBV 2.0), which EPCIS events speak.

Append only, like the kinds. What CBV has no word for is a full URI of our own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from provenance_schemas.step_kinds import EntryKind

VOCABULARY: Final = "https://assay.example/vocabulary/"

OBJECT: Final = "ObjectEvent"
TRANSFORMATION: Final = "TransformationEvent"
AGGREGATION: Final = "AggregationEvent"
TRANSACTION: Final = "TransactionEvent"
ASSOCIATION: Final = "AssociationEvent"


@dataclass(frozen=True, slots=True)
class KindTerms:
    """What an event of one kind says."""

    biz_step: str
    dispositions: tuple[str, ...]
    """The state of the piece afterwards: the usual one first, then the others allowed; empty for none."""
    action: str = "OBSERVE"
    """Of an ObjectEvent: ADD begins the piece's life, DELETE ends it."""
    event_types: frozenset[str] = frozenset({OBJECT, TRANSACTION})


_MAKING: Final = frozenset({OBJECT, TRANSACTION, TRANSFORMATION})
_MOVING: Final = frozenset({OBJECT, TRANSACTION, AGGREGATION})
_FITTING: Final = frozenset({OBJECT, TRANSACTION, ASSOCIATION})
_PLAIN: Final = frozenset({OBJECT})

KIND_TERMS: Final[Mapping[EntryKind, KindTerms]] = MappingProxyType(
    {
        EntryKind.SOURCED: KindTerms("creating_class_instance", ("active",), "ADD", _MAKING),
        EntryKind.MANUFACTURED: KindTerms("commissioning", ("active",), "ADD", _MAKING | _FITTING),
        EntryKind.INSPECTED: KindTerms("inspecting", ("conformant", "non_conformant", "needs_replacement", "damaged")),
        EntryKind.SHIPPED: KindTerms("shipping", ("in_transit",), event_types=_MOVING),
        EntryKind.RECEIVED: KindTerms(
            "receiving",
            ("in_progress", "sellable_accessible", "sellable_not_accessible", "damaged"),
            event_types=_MOVING,
        ),
        EntryKind.CUSTOMS_CLEARED: KindTerms(
            VOCABULARY + "customs_cleared", ("in_transit", "in_progress"), event_types=_MOVING
        ),
        EntryKind.SOLD: KindTerms("retail_selling", ("retail_sold",)),
        EntryKind.SERVICED: KindTerms(
            "repairing",
            ("conformant", "in_progress", "needs_replacement", "non_conformant"),
            event_types=_FITTING | {TRANSFORMATION},
        ),
        EntryKind.AUTHENTICATED: KindTerms("inspecting", ("conformant", "non_conformant", "mismatch_instance")),
        EntryKind.LABEL_REPLACED: KindTerms(VOCABULARY + "label_replaced", (), event_types=_PLAIN),
        EntryKind.RECALLED: KindTerms("holding", ("recalled",), event_types=_PLAIN),
        EntryKind.RETIRED: KindTerms("decommissioning", ("inactive",), "DELETE", _PLAIN),
        EntryKind.RETURNED: KindTerms("receiving", ("returned",)),
        EntryKind.REVOKED: KindTerms(VOCABULARY + "revoked", ("non_sellable_other",), event_types=_PLAIN),
        EntryKind.VOIDED: KindTerms(VOCABULARY + "voided", (), event_types=_PLAIN),
    }
)
"""Every kind that has a document."""
