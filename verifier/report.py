"""Tell a verification as data: `verdict-1.json`. No label serial is ever in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from provenance_schemas.content_id import ContentId
from provenance_schemas.ids import BlockRef, ItemId
from provenance_schemas.passports import Passport
from provenance_schemas.step_kinds import DOCUMENTED, EntryKind, Status
from provenance_schemas.steps import StepDocument
from verifier.answers import answer_of
from verifier.evidence import Evidence, History, Registered, Unavailable
from verifier.history import Entry, voided_numbers
from verifier.service import Verification

VERDICT_TYPE: Final = "assay/verdict/1"


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One entry of the history, as a person may read it."""

    entry: Entry
    kind: str
    recorded_at: datetime
    document: StepDocument | None
    """None: none belongs to this kind, or it could not be read."""
    unconfirmed: bool
    """Its document is missing or not valid, or its actor is disputed."""
    voided: bool
    pending: bool


def timeline(evidence: Evidence) -> tuple[TimelineEntry, ...]:
    """Lay out the history, oldest first; the registration of the batch is its first entry."""
    if not isinstance(evidence.history, History):
        return ()
    history = evidence.history
    voided = voided_numbers((*history.final, *history.pending))
    return tuple(
        _timeline_entry(
            evidence,
            entry,
            voided=(entry.lane, entry.number) in voided,
            pending=number >= len(history.final),
        )
        for number, entry in enumerate((*history.final, *history.pending))
    )


def _timeline_entry(evidence: Evidence, entry: Entry, *, voided: bool, pending: bool) -> TimelineEntry:
    found = evidence.documents.get(entry.document) if entry.document else None
    document = found if isinstance(found, StepDocument) else None
    unread = entry.kind in DOCUMENTED and document is None and not voided
    return TimelineEntry(
        entry,
        EntryKind(entry.kind).word if entry.kind in set(EntryKind) else f"kind {entry.kind}",
        datetime.fromtimestamp(entry.meta.time_s, UTC),
        document,
        unconfirmed=(unread and not pending) or _disputed(evidence, entry),
        voided=voided,
        pending=pending,
    )


def _disputed(evidence: Evidence, entry: Entry) -> bool:
    if isinstance(evidence.actors, Unavailable):
        return False
    word = evidence.actors.get(entry.meta.actor)
    return word is not None and 0 < word.disputed_since <= entry.meta.time_s


def verdict_json(verification: Verification) -> dict[str, Any]:
    """Give a verification as JSON values, by `schemas/verdict-1.json`."""
    evidence, verdict = verification.evidence, verification.verdict
    value: dict[str, Any] = {
        "type": VERDICT_TYPE,
        "level": verdict.level.value,
        "answer": answer_of(verification).value,
        "policy": verdict.policy.name,
        "checkedAt": _instant(evidence.checked_at),
        "item": str(evidence.item) if isinstance(evidence.item, ItemId) else None,
        "finalBlock": _block(evidence.final),
        "latestBlock": _block(evidence.latest),
        "findings": [
            {
                "code": finding.code.value,
                "outcome": finding.outcome.value,
                "weight": _weight(verification, finding.code),
                "reason": finding.reason,
            }
            for finding in verdict.findings
        ],
        "passport": _passport(evidence),
        "status": _status(evidence),
        "timeline": [_entry_json(entry) for entry in timeline(evidence)],
    }
    return value


def _weight(verification: Verification, code: Any) -> str:
    policy = verification.verdict.policy
    if code in policy.required:
        return "required"
    return "advisory" if code in policy.advisory else "not asked"


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _block(block: BlockRef | Unavailable) -> dict[str, Any] | None:
    if isinstance(block, Unavailable):
        return None
    return {"number": block.number, "hash": "0x" + block.hash.hex(), "minedAt": _instant(block.mined_at)}


def _passport(evidence: Evidence) -> dict[str, Any] | None:
    passport = evidence.passport
    if not isinstance(passport, Passport):
        return None
    product = passport.product
    return {
        "name": passport.name,
        "brand": product.brand,
        "model": product.model,
        "gtin": product.gtin,
        "images": [image.uri for image in passport.images],
        "marks": [mark.text for mark in product.marks],
    }


def _status(evidence: Evidence) -> dict[str, Any] | None:
    if not isinstance(evidence.registered, Registered):
        return None
    words = evidence.registered.final
    bits = [bit.name.lower() for bit in Status if words.status & bit and bit.name]
    return {"owner": words.owner, "inStock": words.owner == words.stock_account, "bits": bits}


def _entry_json(line: TimelineEntry) -> dict[str, Any]:
    entry, document = line.entry, line.document
    return {
        "lane": entry.lane.value,
        "number": entry.number,
        "kind": line.kind,
        "recordedAt": _instant(line.recorded_at),
        "happenedAt": _instant(document.happened_at) if document else None,
        "actor": entry.meta.actor,
        "recorder": document.recorder.name if document else None,
        "place": document.place.to_json() if document and document.place else None,
        "name": document.name if document else None,
        "document": _cid(entry.document),
        "unconfirmed": line.unconfirmed,
        "voided": line.voided,
        "pending": line.pending,
    }


def _cid(cid: ContentId | None) -> str | None:
    return str(cid) if cid else None
