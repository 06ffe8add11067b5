"""The step: one thing that happened to a piece or to a whole batch, as its actor tells it.

It is an ERC-721 envelope (`schemas/step-1.json`) around one EPCIS 2.0 event, in RFC 8785 bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from provenance_schemas.canonical import canonical_bytes, parse_canonical
from provenance_schemas.cbv import KIND_TERMS, OBJECT
from provenance_schemas.document_parts import (
    Attribute,
    Evidence,
    JsonObject,
    Place,
    account_of,
    attributes_of,
    batch_json,
    batch_of,
    evidence_of,
    instant_of,
    instant_text,
    item_of,
    linked_cid,
    present,
    token_json,
)
from provenance_schemas.epcis import Ties, build_event, check_identifiers, subjects_of
from provenance_schemas.errors import DocumentError
from provenance_schemas.event_hash import event_hash
from provenance_schemas.ids import Address, BatchId, ItemId
from provenance_schemas.step_kinds import EntryKind
from provenance_schemas.validation import STEP, validate

STEP_TYPE: Final = "assay/step/1"
_KINDS: Final = {kind.word: kind for kind in KIND_TERMS}
_SALES: Final = frozenset({EntryKind.SOLD, EntryKind.RETURNED})


@dataclass(frozen=True, slots=True)
class Recorder:
    """The company that recorded a step, and its account. Never a person's name."""

    name: str
    account: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDocument:
    """One step as its document tells it. Who really signed it, and when, stands on the chain."""

    subject: ItemId | BatchId
    kind: EntryKind
    name: str
    description: str
    event: JsonObject = field(hash=False)
    """The EPCIS 2.0 event."""
    recorder: Recorder
    issued_at: datetime
    place: Place | None = None
    evidence: tuple[Evidence, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    image: str | None = None
    """An ipfs:// or https:// address."""
    commitment: bytes | None = None
    """Of the new label; for label_replaced alone."""
    voids_entry: int | None = None
    """Number of the entry, from 1, in the subject's own history; for voided alone."""
    reason: str | None = None
    """Why; for recalled, retired, revoked and voided alone."""

    @property
    def happened_at(self) -> datetime:
        """When it happened, in UTC."""
        return instant_of(self.event["eventTime"])

    def to_json(self) -> JsonObject:
        """Give the document, not checked."""
        return present(
            type=STEP_TYPE,
            name=self.name,
            description=self.description,
            image=self.image,
            attributes=[attribute.to_json() for attribute in self.attributes],
            subject=_subject_json(self.subject),
            kind=self.kind.word,
            event=self.event,
            place=self.place and self.place.to_json(),
            evidence=[evidence.to_json() for evidence in self.evidence],
            recorder={"name": self.recorder.name, "account": self.recorder.account},
            issuedAt=instant_text(self.issued_at),
            commitment=self.commitment.hex() if self.commitment is not None else None,
            voids={"entry": self.voids_entry} if self.voids_entry is not None else None,
            reason=self.reason,
        )

    def to_bytes(self) -> bytes:
        """Give the document's canonical bytes. Raises DocumentError when a reader would refuse them."""
        document = self.to_json()
        content = canonical_bytes(document)  # first: half a surrogate pair or NaN is not even the schema's matter
        _step_of(document)
        return content


def make_step(
    kind: EntryKind,
    subject: ItemId | BatchId,
    happened_at: datetime,
    *,
    recorder: Recorder,
    issued_at: datetime,
    description: str,
    name: str | None = None,
    place: Place | None = None,
    disposition: str | None = None,
    count: int | None = None,
    ties: Ties | None = None,
    evidence: Sequence[Evidence] = (),
    attributes: Sequence[Attribute] = (),
    image: str | None = None,
    commitment: bytes | None = None,
    voids_entry: int | None = None,
    reason: str | None = None,
) -> StepDocument:
    """Write a step and its event; both times are aware, `count` is the size of a batch.

    Raises DocumentError when the result would be refused by `parse_step`, as a sale without a time zone.
    """
    if kind not in KIND_TERMS:
        raise DocumentError("/kind", f"{kind.word} has no document")
    read_point = place.uri if place else None
    step = StepDocument(
        subject=subject,
        kind=kind,
        name=name or kind.word.replace("_", " ").capitalize(),
        description=description,
        event=build_event(
            kind,
            subject,
            happened_at,
            read_point=read_point,
            disposition=disposition,
            count=count,
            ties=ties,
        ),
        recorder=recorder,
        issued_at=issued_at,
        place=place,
        evidence=tuple(evidence),
        attributes=tuple(attributes),
        image=image,
        commitment=commitment,
        voids_entry=voids_entry,
        reason=reason,
    )
    _step_of(step.to_json())
    return step


def parse_step(data: bytes) -> StepDocument:
    """Read a step from outside.

    1. The bytes are canonical JSON within the limits.
    2. The document fits `step-1.json`.
    3. Envelope and event tell the same story about the same subject.

    Raises DocumentError with the JSON Pointer of the field at fault.
    """
    return _step_of(parse_canonical(data))


def subject_matches(step: StepDocument, item: ItemId) -> bool:
    """Say whether this step is about `item`: about the piece itself, or about its whole batch."""
    return step.subject in {item, item.batch}


def _step_of(document: JsonObject) -> StepDocument:
    validate(STEP, document)
    kind = _KINDS[document["kind"]]
    subject = _subject_of(document["subject"])
    place = Place.of(document["place"]) if "place" in document else None
    _check_event(kind, subject, place, document)
    if document.get("image", "").startswith("ipfs://"):
        linked_cid(document["image"], "/image")
    recorder = document["recorder"]
    return StepDocument(
        subject=subject,
        kind=kind,
        name=document["name"],
        description=document["description"],
        event=document["event"],
        recorder=Recorder(recorder["name"], account_of(recorder["account"], "/recorder/account")),
        issued_at=instant_of(document["issuedAt"]),
        place=place,
        evidence=evidence_of(document["evidence"]),
        attributes=attributes_of(document["attributes"]),
        image=document.get("image"),
        commitment=bytes.fromhex(document["commitment"]) if "commitment" in document else None,
        voids_entry=document["voids"]["entry"] if "voids" in document else None,
        reason=document.get("reason"),
    )


def _check_event(kind: EntryKind, subject: ItemId | BatchId, place: Place | None, document: JsonObject) -> None:
    """Hold the event to its envelope: an EPCIS system reads the one, people read the other."""
    event, terms = document["event"], KIND_TERMS[kind]
    if event["type"] not in terms.event_types:
        raise DocumentError("/event/type", f"no {kind.word} step is a {event['type']}")
    if event["bizStep"] != terms.biz_step:
        raise DocumentError("/event/bizStep", f"must be {terms.biz_step} in a {kind.word} step")
    if event.get("disposition") not in (terms.dispositions or (None,)):
        allowed = " or ".join(terms.dispositions) or "absent"
        raise DocumentError("/event/disposition", f"must be {allowed} in a {kind.word} step")
    if event["type"] == OBJECT and event["action"] != terms.action:
        raise DocumentError("/event/action", f"must be {terms.action} in a {kind.word} step")
    # A sale has two ends and one is a customer: neither stands in a public document.
    if kind in _SALES and ("sourceList" in event or "destinationList" in event):
        raise DocumentError("/event", f"a {kind.word} step names no buyer and no seller")
    if subjects_of(event) != [str(subject)]:
        raise DocumentError("/event", f"must be about {subject}, the subject of the step")
    if event.get("readPoint", {}).get("id") != (place.uri if place else None):
        raise DocumentError("/event/readPoint", "must be the place of the step")
    check_identifiers(event)
    if instant_of(event["eventTime"]) > instant_of(document["issuedAt"]):
        raise DocumentError("/event/eventTime", "is later than issuedAt: nobody records what is to come")
    if event["eventID"] != event_hash(event):
        raise DocumentError("/event/eventID", "is not the hash of this event")


def _subject_json(subject: ItemId | BatchId) -> JsonObject:
    if isinstance(subject, BatchId):
        return {"batch": batch_json(subject)}
    return {"token": token_json(subject)}


def _subject_of(value: JsonObject) -> ItemId | BatchId:
    if "batch" in value:
        return batch_of(value["batch"], "/subject/batch")
    return item_of(value["token"], "/subject/token")
