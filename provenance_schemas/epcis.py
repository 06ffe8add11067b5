"""Build EPCIS 2.0 events about our pieces, and hold the events of others to the same form.

A piece is named by its CAIP-19 id and a whole batch by its own, as a class with a quantity. Label serials
never appear. GS1 identifiers stand in canonical form, `https://id.gs1.org/...`, and in no other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from provenance_schemas.cbv import AGGREGATION, ASSOCIATION, KIND_TERMS, OBJECT, TRANSACTION, TRANSFORMATION
from provenance_schemas.document_parts import JsonObject, account_of, present
from provenance_schemas.errors import DocumentError
from provenance_schemas.event_hash import event_hash
from provenance_schemas.gs1 import has_check_digit
from provenance_schemas.ids import BatchId, ItemId
from provenance_schemas.step_kinds import EntryKind

__all__ = ["Party", "Quantity", "Ties", "as_epcis_document", "build_event", "check_identifiers", "event_hash"]

CONTEXT: Final = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
_OFFSET_MAX: Final = timedelta(hours=14)
_GS1: Final = "https://id.gs1.org/"
_X: Final = "[A-Za-z0-9._-]"
_CANONICAL: Final = re.compile(
    r"https://id\.gs1\.org/(?:"
    rf"(?:00/(?P<sscc>\d{{18}})|01/(?P<gtin>\d{{14}})(?:/(?:10|21|235)/{_X}{{1,28}})?"
    rf"|253/(?P<gdti>\d{{13}}){_X}{{0,17}}|414/(?P<gln>\d{{13}})(?:/254/{_X}{{1,20}})?"
    rf"|417/(?P<party>\d{{13}})|8003/0(?P<grai>\d{{13}}){_X}{{0,16}}|8004/\d{{4}}{_X}{{0,26}}))"
)
# The keys of GS1 Digital Link, and the words older links used for them.
_DIGITAL_LINK: Final = re.compile(
    r"https://[^/]+(?:/[^/?#]*)*?/(?:00|01|253|255|401|402|414|417|8003|8004|8006|8010|8017|8018"
    r"|gtin|itip|cpid|gln|party|gsrnp|gsrn|gcn|sscc|gdti|ginc|gsin|grai|giai)/\d{4}"
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """So much of a class of things, as 0.8 m2 (`MTK`) of one lot of leather."""

    epc_class: str
    quantity: float | None = None
    uom: str | None = None
    """A UN/CEFACT unit code; None counts pieces."""

    def to_json(self) -> JsonObject:
        """Give the JSON object."""
        return present(epcClass=self.epc_class, quantity=self.quantity, uom=self.uom)


@dataclass(frozen=True, slots=True)
class Party:
    """A CBV type and the https:// address of a document, a site or a company."""

    type: str
    uri: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ties:
    """What else an event names. At most one of `made_from`, `container` and `parts`: it gives the type."""

    made_from: tuple[str | Quantity, ...] = ()
    """TransformationEvent: what went into the piece."""
    container: str | None = None
    """AggregationEvent: the box the piece was packed into, or taken out of."""
    parts: tuple[str | Quantity, ...] = ()
    """AssociationEvent: what was fitted to the piece, or taken off it."""
    apart: bool = False
    """Taken out of the container, or off the piece, rather than put there."""
    transactions: tuple[Party, ...] = ()
    sources: tuple[Party, ...] = ()
    destinations: tuple[Party, ...] = ()
    location: str | None = None
    """Where the piece is afterwards, an https:// or geo: URI."""

    @property
    def event_type(self) -> str:
        """The EPCIS event type that can say this."""
        types = {TRANSFORMATION: self.made_from, AGGREGATION: self.container, ASSOCIATION: self.parts}
        chosen = [name for name, value in types.items() if value]
        if len(chosen) > 1:
            raise DocumentError("/event/type", f"one event cannot be {' and '.join(chosen)}")
        return chosen[0] if chosen else TRANSACTION if self.transactions else OBJECT


def build_event(
    kind: EntryKind,
    subject: ItemId | BatchId,
    happened_at: datetime,
    *,
    read_point: str | None = None,
    disposition: str | None = None,
    count: int | None = None,
    ties: Ties | None = None,
) -> JsonObject:
    """Build the event of one step, with its own hash as eventID. Not checked against the schema.

    `happened_at` is aware: its offset is kept as the local clock's. `count` is the size of a batch.
    """
    ties = ties or Ties()
    terms = KIND_TERMS[kind]
    event = {
        "type": ties.event_type,
        **_clock(happened_at),
        **_what(ties, subject, count, terms.action),
        "bizStep": terms.biz_step,
        **present(
            disposition=disposition or next(iter(terms.dispositions), None),
            readPoint=read_point and {"id": read_point},
            bizLocation=ties.location and {"id": ties.location},
            bizTransactionList=_parties("bizTransaction", ties.transactions),
            sourceList=_parties("source", ties.sources),
            destinationList=_parties("destination", ties.destinations),
        ),
    }
    event["eventID"] = event_hash(event)
    return event


def subjects_of(event: JsonObject) -> list[str]:
    """Give the ids an event that fits `step-1.json` is about: exactly one, in the place its type says."""
    if event["type"] == ASSOCIATION:
        return [event["parentID"]]
    epcs, quantities = {
        TRANSFORMATION: ("outputEPCList", "outputQuantityList"),
        AGGREGATION: ("childEPCs", "childQuantityList"),
    }.get(event["type"], ("epcList", "quantityList"))
    return [*event.get(epcs, ()), *(entry["epcClass"] for entry in event.get(quantities, ()))]


def check_identifiers(event: JsonObject) -> None:
    """Refuse an identifier that is spelled another way than its canonical one; DocumentError names the field.

    One thing under two names would give one event two hashes.
    """
    for at, uri in _identifiers(event, "/event"):
        if uri.startswith(_GS1):
            match = _CANONICAL.fullmatch(uri)
            if not match or not all(has_check_digit(digits) for digits in match.groupdict().values() if digits):
                raise DocumentError(at, "must be a GS1 identifier in canonical form with a right check digit")
        elif uri.startswith("eip155:"):
            account_of(uri.split("/")[1].removeprefix("erc721:"), at)
        elif _DIGITAL_LINK.match(uri):
            raise DocumentError(at, f"must be written as {_GS1}..., the canonical form of a Digital Link")


def as_epcis_document(events: Sequence[JsonObject], created_at: datetime) -> JsonObject:
    """Wrap events for any EPCIS 2.0 system. `created_at` is aware."""
    return {
        "@context": [CONTEXT],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": _utc_ms(created_at),
        "epcisBody": {"eventList": list(events)},
    }


def _clock(happened_at: datetime) -> JsonObject:
    offset = happened_at.utcoffset()
    if offset is None:
        raise DocumentError("/event/eventTime", "needs a time zone: when was it, on whose clock?")
    if abs(offset) > _OFFSET_MAX or offset % timedelta(minutes=1):
        raise DocumentError("/event/eventTimeZoneOffset", f"{offset} is no offset of a local clock")
    minutes = abs(offset) // timedelta(minutes=1)
    sign = "-" if offset < timedelta(0) else "+"
    return {
        "eventTime": _utc_ms(happened_at),
        "eventTimeZoneOffset": f"{sign}{minutes // 60:02}:{minutes % 60:02}",
    }


def _utc_ms(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _what(ties: Ties, subject: ItemId | BatchId, count: int | None, action: str) -> JsonObject:
    """Give the fields that say what the event is about."""
    things = (Quantity(str(subject), count),) if isinstance(subject, BatchId) else (str(subject),)
    if ties.made_from:
        made = _things(ties.made_from, "inputEPCList", "inputQuantityList")
        return {**made, **_things(things, "outputEPCList", "outputQuantityList")}
    change = "DELETE" if ties.apart else "ADD"
    if ties.container:
        children = _things(things, "childEPCs", "childQuantityList")
        return {"action": change, "parentID": ties.container, **children}
    if ties.parts:
        children = _things(ties.parts, "childEPCs", "childQuantityList")
        return {"action": change, "parentID": str(subject), **children}
    return {"action": action, **_things(things, "epcList", "quantityList")}


def _things(things: Sequence[str | Quantity], epcs: str, quantities: str) -> JsonObject:
    named = [thing for thing in things if isinstance(thing, str)]
    counted = [thing.to_json() for thing in things if isinstance(thing, Quantity)]
    return present(**{epcs: named or None, quantities: counted or None})


def _parties(key: str, parties: Sequence[Party]) -> list[JsonObject] | None:
    return [{"type": party.type, key: party.uri} for party in parties] or None


def _identifiers(value: Any, at: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _identifiers(member, f"{at}/{name}")
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from _identifiers(member, f"{at}/{index}")
    elif isinstance(value, str) and value.startswith(("https://", "eip155:")):
        yield at, value
