from datetime import datetime, timedelta, timezone

import pytest

from provenance_schemas.cbv import KIND_TERMS
from provenance_schemas.epcis import Party, Quantity, Ties
from provenance_schemas.errors import DocumentError
from provenance_schemas.event_hash import event_hash
from provenance_schemas.ids import BatchId, ItemId
from provenance_schemas.step_kinds import DOCUMENTED, EntryKind
from provenance_schemas.steps import Recorder, make_step, parse_step, subject_matches
from tests.fakes.documents import (
    ACCOUNT,
    BATCH,
    CONTRACT,
    HAPPENED_AT,
    ISSUED_AT,
    ITEM,
    ON_BATCHES,
    some_evidence,
    some_step,
)


def some_step_at(moment: datetime):
    return make_step(
        EntryKind.MANUFACTURED,
        ITEM,
        moment,
        recorder=Recorder("Maison Éclat", ACCOUNT),
        issued_at=ISSUED_AT,
        description="Made.",
    )


def test_every_documented_kind_has_its_terms():
    """A kind that needs a document can be written, and no other."""
    assert set(KIND_TERMS) == DOCUMENTED


@pytest.mark.parametrize("kind", KIND_TERMS)
def test_a_step_of_each_kind_survives_its_own_bytes(kind):
    """What is written is what is read."""
    step = some_step(kind)

    assert step == parse_step(step.to_bytes())


@pytest.mark.parametrize("kind", KIND_TERMS)
def test_a_whole_batch_takes_the_kinds_of_the_registry_alone(kind):
    """A batch is never sold, serviced or relabelled."""
    if kind in ON_BATCHES:
        step = some_step(kind, BATCH)

        assert [{"epcClass": str(BATCH), "quantity": 24}] == step.event["quantityList"]
        assert step == parse_step(step.to_bytes())
    else:
        with pytest.raises(DocumentError) as caught:
            some_step(kind, BATCH)

        assert caught.value.field == "/subject/token"


@pytest.mark.parametrize("kind", sorted(set(EntryKind) - DOCUMENTED))
def test_a_kind_without_a_document_is_refused(kind):
    """Reports carry a reason code, never free text."""
    with pytest.raises(DocumentError) as caught:
        some_step(kind)

    assert caught.value.field == "/kind"


def test_a_step_keeps_the_instant_and_the_local_clock():
    """Half past two in Paris is half past one in UTC, and both are told."""
    step = some_step()

    assert step.event["eventTime"] == "2026-03-02T13:05:30.250Z"
    assert step.event["eventTimeZoneOffset"] == "+01:00"
    assert step.happened_at == HAPPENED_AT


@pytest.mark.parametrize(
    ("minutes", "text"), [(0, "+00:00"), (-210, "-03:30"), (840, "+14:00"), (345, "+05:45"), (-840, "-14:00")]
)
def test_every_offset_a_clock_can_have_is_written(minutes, text):
    """Whole minutes, up to 14 hours each way."""
    moment = HAPPENED_AT.astimezone(timezone(timedelta(minutes=minutes)))
    event = parse_step(some_step_at(moment).to_bytes()).event

    assert text == event["eventTimeZoneOffset"]


@pytest.mark.parametrize(
    "moment",
    [
        HAPPENED_AT.replace(tzinfo=None),
        HAPPENED_AT.replace(tzinfo=timezone(timedelta(hours=15))),
        HAPPENED_AT.replace(tzinfo=timezone(timedelta(seconds=561))),
    ],
    ids=["no zone", "15 hours", "seconds"],
)
def test_a_time_without_a_true_clock_is_refused(moment):
    """A time of no zone names no instant."""
    with pytest.raises(DocumentError) as caught:
        some_step_at(moment)

    assert caught.value.field.startswith("/event/eventTime")


def test_the_future_is_not_recorded():
    """A step tells what happened; a later event time is refused when written."""
    with pytest.raises(DocumentError) as caught:
        some_step_at(ISSUED_AT + timedelta(milliseconds=1))

    assert caught.value.field == "/event/eventTime"


def test_a_step_matches_its_piece_or_its_batch():
    """The subject is the piece itself or the batch it belongs to, on the same contract and chain."""
    neighbour = BATCH.item(8)
    stranger = ItemId(1, ITEM.contract, ITEM.token_id)

    assert subject_matches(some_step(), ITEM)
    assert not subject_matches(some_step(), neighbour)
    assert not subject_matches(some_step(), stranger)
    assert subject_matches(some_step(EntryKind.SHIPPED, BATCH), neighbour)
    assert not subject_matches(some_step(EntryKind.SHIPPED, BatchId(31337, CONTRACT, 9)), neighbour)


def test_the_event_names_the_piece_by_its_token_and_hashes_itself():
    """The Digital Link, which holds the serial, is not in the public event."""
    event = some_step().event

    assert [str(ITEM)] == event["epcList"]
    assert event_hash(event) == event["eventID"]


TIES = {
    "TransformationEvent": (
        EntryKind.MANUFACTURED,
        Ties(made_from=(Quantity("https://id.gs1.org/01/09521321000025/10/L7781", 0.8, "MTK"),)),
    ),
    "AggregationEvent": (EntryKind.SHIPPED, Ties(container="https://id.gs1.org/00/095213210000000018")),
    "AssociationEvent": (EntryKind.SERVICED, Ties(parts=("https://parts.example/strap/5512",))),
    "TransactionEvent": (
        EntryKind.RECEIVED,
        Ties(transactions=(Party("recadv", "https://maison.example/receipt/12"),)),
    ),
}


@pytest.mark.parametrize(("event_type", "case"), TIES.items(), ids=TIES)
def test_what_a_step_ties_together_gives_its_event_type(event_type, case):
    """All five EPCIS event types can be told, each about the one subject."""
    kind, ties = case
    step = some_step(kind, ties=ties)

    assert event_type == step.event["type"]
    assert step == parse_step(step.to_bytes())


@pytest.mark.parametrize(
    ("kind", "ties"),
    [
        (EntryKind.SOLD, TIES["AggregationEvent"][1]),
        (EntryKind.REVOKED, TIES["TransactionEvent"][1]),
        (EntryKind.SHIPPED, TIES["TransformationEvent"][1]),
        (EntryKind.MANUFACTURED, Ties(made_from=("https://a.example/1",), container="https://a.example/2")),
    ],
)
def test_an_event_type_that_makes_no_sense_for_the_kind_is_refused(kind, ties):
    """A sale packs nothing, a shipment transforms nothing, and one event is of one type."""
    with pytest.raises(DocumentError) as caught:
        some_step(kind, ties=ties)

    assert caught.value.field == "/event/type"


def test_an_inspection_may_have_a_bad_outcome():
    """The state afterwards is one of those its kind allows."""
    assert some_step(EntryKind.INSPECTED, disposition="damaged").event["disposition"] == "damaged"
    with pytest.raises(DocumentError):
        some_step(EntryKind.INSPECTED, disposition="retail_sold")


@pytest.mark.parametrize("image", ["data:image/png;base64,AA", "http://a.example/x.png", "ipfs://b" + "a" * 58])
def test_a_picture_at_another_kind_of_address_is_refused(image):
    """Only ipfs:// with a true CID, and https://."""
    with pytest.raises(DocumentError) as caught:
        some_step(image=image)

    assert caught.value.field == "/image"


def test_evidence_keeps_its_digest():
    """A certificate on the web is bound by its digest, one on IPFS by both."""
    evidence = some_evidence()
    read = parse_step(some_step(evidence=(evidence,)).to_bytes()).evidence

    assert (evidence,) == read
