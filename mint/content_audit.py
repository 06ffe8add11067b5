"""Read blocks again from every copy, hold each against its id, and put a good one where a bad one is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import Final

from mint.content_names import Named
from mint.content_ports import StoreWriteError
from mint.content_walk import blocks_below
from mint.dispatch import Store
from provenance_schemas.content_id import ContentId
from provenance_schemas.dag_pb import BLOCK_MAX_BYTES
from verifier.errors import ContentDamagedError, ContentMissingError, ContentUnavailableError

COPIES_MIN: Final = 2
"""Fewer verified copies of any block are an alarm."""
FAULTS_KEPT: Final = 1_000
_REFUSALS_MAX: Final = 3


@unique
class Fault(StrEnum):
    """What is wrong with one block in one copy."""

    MISSING = "missing"
    DAMAGED = "damaged"
    AWAY = "away"
    """The copy did not answer: nothing is known."""
    UNPINNED = "unpinned"
    """It was repaired, and the node would not keep it for good."""


@dataclass(slots=True)
class CopyReport:
    """What was found in one copy."""

    name: str
    verified: int = 0
    missing: int = 0
    damaged: int = 0
    repaired: int = 0
    away: int = 0
    """Blocks that could not be asked for."""
    refusals: int = 0
    """One after the other, the last of which is the newest; three, and the copy is asked nothing more."""

    @property
    def is_away(self) -> bool:
        """Whether the copy has stopped answering."""
        return self.refusals >= _REFUSALS_MAX


@dataclass(slots=True)
class Audit:
    """What was found in all copies. A repaired block counts as verified, and as what was wrong with it."""

    copies: list[CopyReport]
    names: int = 0
    blocks: int = 0
    lost: int = 0
    """Blocks that no copy gave, though every copy answered."""
    copies_verified_min: int | None = None
    """Of any block. None: no block was looked at."""
    faults: list[tuple[ContentId, str, Fault]] = field(default_factory=list)
    """(block, copy, what is wrong) of those that were not repaired; the first thousand."""
    faulty: int = 0
    """All of them."""

    @property
    def is_away(self) -> bool:
        """Whether some copy did not answer for some block."""
        return any(copy.away for copy in self.copies)

    @property
    def bad(self) -> int:
        """Blocks missing or damaged in some copy and not repaired."""
        return self.faulty - sum(copy.away for copy in self.copies)


class Auditor:
    """Checks blocks in all copies; with `repair` it writes good blocks over missing and damaged ones."""

    def __init__(self, copies: Sequence[Store], *, repair: bool = False) -> None:
        assert copies, "a house has its own copy at least"
        self._copies = tuple(copies)
        self._repair = repair
        self._touched = [False] * len(self._copies)
        self.audit = Audit([CopyReport(copy.name) for copy in copies])

    def check_name(
        self, named: Named, seen: set[bytes], *, skip: int = 0, go_on: Callable[[], bool] = lambda: True
    ) -> int | None:
        """Check what is below a name. Gives None at its end, or how many blocks are done once `go_on` says no.

        The first `skip` blocks were checked before: they are read for what they link to, and not counted.
        """
        done, faulty_before = 0, self.audit.faulty
        roots = [named.cid]

        def fetch(cid: ContentId) -> bytes | None:
            return self.check(cid) if done >= skip else self._any_copy(cid)

        for found in blocks_below(named, fetch, seen):
            done += 1
            if found.root_of_file:
                roots.append(found.cid)
            if done > skip and not go_on():
                return done
        self.audit.names += 1
        self._pin_again(roots, count=self.audit.faulty == faulty_before)
        return None

    def check(self, cid: ContentId) -> bytes | None:
        """Check one block in every copy; gives it, or None when no copy has it."""
        good: bytes | None = None
        wrong: list[tuple[int, Fault]] = []
        for index, copy in enumerate(self._copies):
            found = self._read(copy, self.audit.copies[index], cid)
            if isinstance(found, Fault):
                wrong.append((index, found))
            else:
                good = found
        left = [(index, fault) for index, fault in wrong if not self._repaired(index, fault, cid, good)]
        self._count(cid, left, is_lost=good is None)
        return good

    def _read(self, copy: Store, report: CopyReport, cid: ContentId) -> bytes | Fault:
        """Read one block from one copy; nothing a store says is believed."""
        if report.is_away:
            report.away += 1
            return Fault.AWAY
        try:
            block = copy.reader.get(cid, size_max_bytes=BLOCK_MAX_BYTES)
        except ContentMissingError:
            report.refusals, report.missing = 0, report.missing + 1
            return Fault.MISSING
        except ContentDamagedError:
            report.refusals, report.damaged = 0, report.damaged + 1
            return Fault.DAMAGED
        except ContentUnavailableError:
            report.refusals, report.away = report.refusals + 1, report.away + 1
            return Fault.AWAY
        report.refusals = 0
        if len(block) > BLOCK_MAX_BYTES or not cid.matches(block):
            report.damaged += 1
            return Fault.DAMAGED
        report.verified += 1
        return block

    def _repaired(self, index: int, fault: Fault, cid: ContentId, good: bytes | None) -> bool:
        """Write a good block over a bad one and read it back."""
        writer = self._copies[index].writer
        if not self._repair or good is None or writer is None or fault is Fault.AWAY:
            return False
        try:
            writer.put_many([(cid, good)])
            again = self._copies[index].reader.get(cid, size_max_bytes=BLOCK_MAX_BYTES)
        except (StoreWriteError, ContentUnavailableError):
            return False
        if again != good:
            return False
        report = self.audit.copies[index]
        report.repaired, report.verified = report.repaired + 1, report.verified + 1
        self._touched[index] = True
        return True

    def _count(self, cid: ContentId, left: Sequence[tuple[int, Fault]], *, is_lost: bool) -> None:
        audit = self.audit
        audit.blocks += 1
        verified = len(self._copies) - len(left)
        least = audit.copies_verified_min
        audit.copies_verified_min = verified if least is None else min(least, verified)
        audit.lost += is_lost and all(fault is not Fault.AWAY for _, fault in left)
        audit.faulty += len(left)
        room = FAULTS_KEPT - len(audit.faults)
        audit.faults += [(cid, self._copies[index].name, fault) for index, fault in left[: max(room, 0)]]

    def _any_copy(self, cid: ContentId) -> bytes | None:
        for copy in self._copies:
            try:
                block = copy.reader.get(cid, size_max_bytes=BLOCK_MAX_BYTES)
            except ContentUnavailableError:
                continue
            if cid.matches(block):
                return block
        return None

    def _pin_again(self, roots: Sequence[ContentId], *, count: bool) -> None:
        """Pin roots where blocks had to be repaired, for the pin may be gone too: a node forgets what nothing pins.

        With `count` a pin that fails is a fault; without, blocks below are missing and were counted already.
        """
        for index, copy in enumerate(self._copies):
            if not self._touched[index] or copy.writer is None:
                continue
            self._touched[index] = False
            for root in roots:
                try:
                    copy.writer.pin(root)
                except StoreWriteError:
                    if count:
                        self.audit.faulty += 1
                        self.audit.faults.append((root, copy.name, Fault.UNPINNED))


def audit_names(names: Iterable[Named], auditor: Auditor, progress: Callable[[int], None] = lambda _: None) -> Audit:
    """Check everything below all names, each block once."""
    seen: set[bytes] = set()
    for named in names:
        auditor.check_name(named, seen)
        progress(auditor.audit.blocks)
    return auditor.audit
