"""Each step's document is the one recorded, and it is about this item."""

from __future__ import annotations

from provenance_schemas.ids import ItemId
from provenance_schemas.steps import StepDocument
from verifier.evidence import Evidence, History, Malformed, Unavailable
from verifier.history import Entry, Lane, documented_steps
from verifier.verdict import Code, Finding, failed, passed, unknown


def check_documents_match(evidence: Evidence) -> Finding:
    """Every step that is not voided needs its document; a wrong one counts as missing."""
    code = Code.DOCUMENTS_MATCH
    if not isinstance(evidence.history, History):
        return unknown(code, evidence.history.why)
    steps = documented_steps(evidence.history.final)
    for entry in steps:
        document = evidence.documents.get(entry.document) if entry.document else None
        if document is None or isinstance(document, Unavailable):
            why = document.why if document else "it was not looked for"
            return unknown(code, f"the document of entry {entry.number} ({entry.lane}) is missing: {why}")
    return passed(code, f"{len(steps)} step documents are the ones recorded")


def check_documents_valid(evidence: Evidence) -> Finding:
    """Hold each document against its schema, its entry and the item. Proven faults come before missing ones."""
    code = Code.DOCUMENTS_VALID
    if not isinstance(evidence.history, History):
        return unknown(code, evidence.history.why)
    if not isinstance(evidence.item, ItemId):
        return unknown(code, "there is no item to hold the documents against")
    missing = False
    for entry in documented_steps(evidence.history.final):
        document = evidence.documents.get(entry.document) if entry.document else None
        if isinstance(document, Malformed):
            return failed(code, f"the document of entry {entry.number} ({entry.lane}) is not valid: {document.why}")
        if isinstance(document, StepDocument):
            if fault := _fault(document, entry, evidence.item):
                return failed(code, f"the document of entry {entry.number} ({entry.lane}) {fault}")
        else:
            missing = True
    if missing:
        return unknown(code, "a step's document is missing")
    return passed(code, "every step document is valid and about this item")


def _fault(document: StepDocument, entry: Entry, item: ItemId) -> str | None:
    if document.kind != entry.kind:
        return f"says {document.kind.word}, the chain says otherwise"
    expected = item.batch if entry.lane is Lane.BATCH else item
    if document.subject != expected:
        return f"is about {document.subject}"
    if document.recorder.account != entry.meta.actor:
        return f"names {document.recorder.account} as its recorder, the chain names {entry.meta.actor}"
    if entry.voids is not None and document.voids_entry != entry.voids:
        return f"voids entry {document.voids_entry}, the chain voids entry {entry.voids}"
    return None
