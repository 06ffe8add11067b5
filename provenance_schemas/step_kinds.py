"""The kinds of entry in an item's history. Codes are append only: they are folded into the chain."""

from __future__ import annotations

from enum import IntEnum, IntFlag, unique
from typing import Final


@unique
class EntryKind(IntEnum):
    """What one entry of a history records. 1 to 63 are steps, from 64 on the contract's own entries."""

    SOURCED = 1
    MANUFACTURED = 2
    INSPECTED = 3
    SHIPPED = 4
    RECEIVED = 5
    CUSTOMS_CLEARED = 6
    SOLD = 7
    SERVICED = 8
    AUTHENTICATED = 9
    LABEL_REPLACED = 10
    RECALLED = 11
    RETIRED = 12
    RETURNED = 13
    REPORTED_STOLEN = 20
    REPORTED_LOST = 21
    REPORT_WITHDRAWN = 22
    REVOKED = 23
    VOIDED = 24
    REGISTERED = 64
    TRANSFERRED = 65
    CLAIMED = 66
    CLAIM_KEY_SET = 67

    @property
    def word(self) -> str:
        """The name used in documents and on the command line, as `label_replaced`."""
        return self.name.lower()


class Status(IntFlag):
    """The status byte of a history word."""

    STOLEN = 1
    LOST = 2
    REVOKED = 4
    RECALLED = 8
    RETIRED = 16
    SOLD = 32
    CLAIMED = 64
    """The claim key in force is used up."""


DOCUMENTED: Final = frozenset(
    {kind for kind in EntryKind if kind < EntryKind.REPORTED_STOLEN} | {EntryKind.REVOKED, EntryKind.VOIDED}
)
"""Kinds whose entry names a step document. Reports carry a reason code instead, never free text."""

RECORDABLE: Final = frozenset(
    {
        EntryKind.SOURCED,
        EntryKind.MANUFACTURED,
        EntryKind.INSPECTED,
        EntryKind.SHIPPED,
        EntryKind.RECEIVED,
        EntryKind.CUSTOMS_CLEARED,
        EntryKind.SOLD,
        EntryKind.SERVICED,
        EntryKind.AUTHENTICATED,
        EntryKind.LABEL_REPLACED,
        EntryKind.RETURNED,
    }
)
"""Kinds an actor may record on one item through `recordStep`. Status changes go through their own calls."""

BATCH_RECORDABLE: Final = frozenset(
    {
        EntryKind.SOURCED,
        EntryKind.MANUFACTURED,
        EntryKind.INSPECTED,
        EntryKind.SHIPPED,
        EntryKind.RECEIVED,
        EntryKind.RECALLED,
    }
)
"""Kinds an actor may record on a whole batch. A batch is never sold."""

NO_LONGER_CLEAR: Final = Status.STOLEN | Status.LOST | Status.REVOKED | Status.RECALLED | Status.RETIRED
"""Any of these bits, on the item or its batch, and the status is not clear."""

# Plain integers: a word or-ed with a flag would become a flag, and the enum keeps each one for ever.
_SETS: Final[dict[int, int]] = {
    EntryKind.SOLD: Status.SOLD.value,
    EntryKind.RECALLED: Status.RECALLED.value,
    EntryKind.RETIRED: Status.RETIRED.value,
    EntryKind.REPORTED_STOLEN: Status.STOLEN.value,
    EntryKind.REPORTED_LOST: Status.LOST.value,
    EntryKind.REVOKED: Status.REVOKED.value,
    EntryKind.CLAIMED: Status.CLAIMED.value,
}
_CLEARS: Final[dict[int, int]] = {
    EntryKind.RETURNED: Status.SOLD.value,
    EntryKind.REPORT_WITHDRAWN: int(Status.STOLEN | Status.LOST),
    EntryKind.CLAIM_KEY_SET: Status.CLAIMED.value,
}


def next_status(status: int, kind: int) -> int:
    """Give the status byte after one entry. The published table of `ItemRegistry`; other kinds change nothing."""
    if kind in _SETS:
        return status | _SETS[kind]
    if kind in _CLEARS:
        return status & ~_CLEARS[kind] & 0xFF
    return status
