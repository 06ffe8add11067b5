"""The registry holds the item, the label opens its commitment, and no other item carries it."""

from __future__ import annotations

from typing import assert_never

from provenance_schemas.ids import ItemId
from provenance_schemas.labels import Label, label_commitment
from provenance_schemas.passports import Passport
from provenance_schemas.step_kinds import EntryKind
from provenance_schemas.steps import StepDocument
from verifier.checks.freshness import is_fresh
from verifier.checks.issuer import is_disputed
from verifier.evidence import Absent, Evidence, History, Registered, Unavailable
from verifier.history import documented_steps
from verifier.verdict import Code, Finding, failed, passed, unknown


def check_item_recorded(evidence: Evidence) -> Finding:
    """Look for the item in the registry, at the block read."""
    code = Code.ITEM_RECORDED
    if isinstance(evidence.item, Absent):
        return _absent(
            evidence, "the maker issued no item with this label: every registration was looked through"
        )
    if isinstance(evidence.item, Unavailable):
        return unknown(code, evidence.item.why)
    match evidence.registered:
        case Registered():
            return passed(code, "the maker recorded this item")
        case Absent():
            return _absent(evidence, "the maker's registry holds no such item")
        case Unavailable(why):
            return unknown(code, why)
        case other:
            assert_never(other)


def _absent(evidence: Evidence, reason: str) -> Finding:
    # A node that stopped following the chain proves honestly that yesterday this item was not there.
    if not is_fresh(evidence):
        return unknown(
            Code.ITEM_RECORDED, "not found, but the node's blocks are not recent enough to be sure"
        )
    return failed(Code.ITEM_RECORDED, reason)


def commitment_in_force(evidence: Evidence) -> bytes | Unavailable:
    """Give the commitment that counts: the passport's, or the last replaced label's."""
    history, passport = evidence.history, evidence.passport
    if not isinstance(passport, Passport):
        return Unavailable("the passport could not be read")
    if not isinstance(history, History):
        return Unavailable(history.why)
    in_force = passport.commitment
    for entry in documented_steps(history.final):
        if entry.kind != EntryKind.LABEL_REPLACED or entry.document is None:
            continue
        document = evidence.documents.get(entry.document)
        if not isinstance(document, StepDocument) or document.commitment is None:
            return Unavailable("a replaced label's document could not be read")
        in_force = document.commitment
    return in_force


def check_item_committed(evidence: Evidence) -> Finding:
    """Open the commitment in force with the label's serial."""
    code = Code.ITEM_COMMITTED
    label = evidence.label
    if not isinstance(label, Label):
        return unknown(code, "there is no label to open the commitment with")
    if not isinstance(evidence.item, ItemId):
        return unknown(code, "there is no item to hold the label against")
    in_force = commitment_in_force(evidence)
    if isinstance(in_force, Unavailable):
        return unknown(code, in_force.why)
    opening = label_commitment(label.gtin, label.serial)
    if opening == in_force:
        return passed(code, "the label's serial opens the item's commitment")
    if isinstance(evidence.passport, Passport) and opening == evidence.passport.commitment:
        return failed(code, "this label was replaced: the item carries a newer one")
    return failed(code, "the label's serial does not open the item's commitment")


def check_item_unique(evidence: Evidence) -> Finding:
    """Look for a second item with the same commitment, among undisputed registrations."""
    code = Code.ITEM_UNIQUE
    candidates = evidence.candidates
    if isinstance(candidates, Unavailable):
        return unknown(code, candidates.why)
    if not isinstance(evidence.item, ItemId):
        return unknown(code, "there is no item to look for a second of")
    disputes = {c.item: is_disputed(evidence, c) for c in candidates}
    others = [item for item in disputes if item != evidence.item]
    if any(disputes[item] is False for item in others):
        return failed(code, "another item carries the same commitment")
    if any(disputes[item] is None for item in others):
        return unknown(code, "another item carries the same commitment; its registrar could not be read")
    return passed(code, "no other item carries this commitment")
