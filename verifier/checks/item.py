"""The registry holds the item, the label opens its commitment, and no other item carries it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from provenance_schemas.ids import ItemId
from provenance_schemas.labels import Label, label_commitment
from provenance_schemas.passports import Passport
from provenance_schemas.step_kinds import EntryKind
from provenance_schemas.steps import StepDocument
from verifier.checks.freshness import is_fresh
from verifier.checks.issuer import is_disputed
from verifier.evidence import Absent, Candidate, Evidence, History, Registered, Unavailable
from verifier.history import Entry, documented_steps
from verifier.verdict import Code, Finding, failed, passed, unknown


def check_item_recorded(evidence: Evidence) -> Finding:
    """Look for the item in the registry, at the block read."""
    code = Code.ITEM_RECORDED
    if isinstance(evidence.item, Absent):
        return _absent(evidence, "the maker issued no item with this label: every registration was looked through")
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
        return unknown(Code.ITEM_RECORDED, "not found, but the node's blocks are not recent enough to be sure")
    return failed(Code.ITEM_RECORDED, reason)


@dataclass(frozen=True, slots=True)
class _Commitments:
    """Every commitment that was ever recorded for an item, sorted by what it is worth."""

    in_force: bytes
    """The passport's, or that of the last replaced label."""
    earlier: frozenset[bytes]
    contested: frozenset[bytes | None]
    """Of labels replaced by a disputed actor. None: one whose document could not be read."""


def _commitments(evidence: Evidence, item: ItemId) -> _Commitments | Unavailable:
    history, passport = evidence.history, evidence.passport
    if not isinstance(passport, Passport):
        return Unavailable("the passport could not be read")
    if not isinstance(history, History):
        return Unavailable(history.why)
    recorded: list[bytes | None] = [passport.commitment]
    contested: set[bytes | None] = set()
    for entry in documented_steps(history.final):
        if entry.kind != EntryKind.LABEL_REPLACED:
            continue
        disputed = is_disputed(evidence, entry.meta.actor, entry.meta.time_s)
        if disputed is None:
            return Unavailable("whether the actor of a replaced label is disputed could not be read")
        commitment = _replaced_by(evidence, entry, item)
        if disputed:
            contested.add(commitment)
        else:
            recorded.append(commitment)
    in_force = recorded.pop()
    if in_force is None:
        return Unavailable("a replaced label's document could not be read")
    return _Commitments(in_force, frozenset(c for c in recorded if c is not None), frozenset(contested))


def _replaced_by(evidence: Evidence, entry: Entry, item: ItemId) -> bytes | None:
    document = evidence.documents.get(entry.document) if entry.document else None
    if not isinstance(document, StepDocument) or document.kind != entry.kind or document.subject != item:
        return None
    return document.commitment


def check_item_committed(evidence: Evidence) -> Finding:
    """Open the commitment in force with the label's serial. The last label counts, unless its actor is disputed."""
    code = Code.ITEM_COMMITTED
    label = evidence.label
    if not isinstance(label, Label):
        return unknown(code, "there is no label to open the commitment with")
    if not isinstance(evidence.item, ItemId):
        return unknown(code, "there is no item to hold the label against")
    known = _commitments(evidence, evidence.item)
    if isinstance(known, Unavailable):
        return unknown(code, known.why)
    opening = label_commitment(label.gtin, label.serial)
    if opening == known.in_force:
        if _label_is_changing(evidence):
            return unknown(code, "the item's label is being replaced, in a block that is not final yet")
        return passed(code, "the label's serial opens the item's commitment")
    if opening in known.contested or None in known.contested:
        return unknown(code, "this label may come from an actor that the brand disputes")
    if opening in known.earlier:
        return failed(code, "this label was replaced: the item carries a newer one")
    return failed(code, "the label's serial does not open the item's commitment")


def _label_is_changing(evidence: Evidence) -> bool:
    pending = evidence.history.pending if isinstance(evidence.history, History) else ()
    return any(entry.kind == EntryKind.LABEL_REPLACED for entry in pending)


def check_item_unique(evidence: Evidence) -> Finding:
    """Look for a second item with the same commitment, among undisputed issuances."""
    code = Code.ITEM_UNIQUE
    candidates = evidence.candidates
    if isinstance(candidates, Unavailable):
        return unknown(code, candidates.why)
    if not isinstance(evidence.item, ItemId):
        return unknown(code, "there is no item to look for a second of")
    disputes = [_tie_is_disputed(evidence, c) for c in candidates if c.item != evidence.item]
    if False in disputes:
        return failed(code, "another item carries the same commitment")
    if None in disputes:
        return unknown(code, "another item carries the same commitment; its registrar could not be read")
    if len(disputes) == len(candidates):
        return unknown(code, "the batch's commitment files do not name this item")
    return passed(code, "no other item carries this commitment")


def _tie_is_disputed(evidence: Evidence, candidate: Candidate) -> bool | None:
    """Say whether the registration, or the replaced label that ties the commitment, came from a disputed key."""
    registered = is_disputed(evidence, candidate.registrar, candidate.registered_at)
    tied = is_disputed(evidence, candidate.tied_by, candidate.tied_at)
    if registered or tied:
        return True
    return None if registered is None or tied is None else False
