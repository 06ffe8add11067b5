"""A step is checked as the command line checks it, and shown before it is recorded."""

from datetime import UTC, datetime, timedelta

import pytest

from provenance_schemas.step_kinds import EntryKind
from tests.fakes.office import FakeOffice
from tests.fakes.site import SiteWorld
from web.console.errors import FormRefusedError
from web.console.fields import FieldFault, Wrong
from web.console.step_form import all_zones, checked_step, local_now, recordables

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def office():
    world = SiteWorld()
    (item,) = world.register(77, 1)
    office = FakeOffice(world)
    office.add("BAG-1", item)
    office.token = str(item.token_id)
    return office


def values(**changes):
    at = (NOW - timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M")
    return {"what": "sold:boutique", "at": at, "zone": "+00:00", "place": "Ginza", "place_country": "JP"} | changes


def test_only_kinds_whose_actors_key_is_here_can_be_chosen(office):
    """An expert with a key of his own records for himself; a label is replaced with its new print, not here."""
    offered = {(one.kind, one.actor.name) for one in recordables(office.open())}

    assert (EntryKind.SOLD, "boutique") in offered
    assert not {kind for kind, _ in offered} & {EntryKind.AUTHENTICATED, EntryKind.LABEL_REPLACED, EntryKind.RECALLED}
    assert {name for kind, name in offered if kind is EntryKind.SHIPPED} == {"house", "boutique"}


def test_the_document_is_written_for_a_look(office):
    """The very words that everyone will read; nothing is kept."""
    step, document = checked_step(values(description="Sold new."), office.token, office.open())

    assert (step.kind, step.actor) == (EntryKind.SOLD, "boutique")
    assert (document.description, document.recorder.name) == ("Sold new.", "Maison Éclat, Ginza")
    assert office.open().outbox.of_job("steps:") == []


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"what": ""}, FieldFault("what", Wrong.MISSING)),
        ({"what": "authenticated:expert"}, FieldFault("what", Wrong.MISSING)),
        ({"what": "recalled:house"}, FieldFault("what", Wrong.MISSING)),
        ({"zone": ""}, FieldFault("zone", Wrong.MISSING)),
        ({"place_country": "ZZ"}, FieldFault("place_country", Wrong.REFUSED)),
        ({"at": (NOW + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")}, FieldFault("at", Wrong.NOT_YET)),
        ({"at": ""}, FieldFault("at", Wrong.MISSING)),
        ({"name": "x" * 121}, FieldFault("name", Wrong.REFUSED)),
        ({"description": "x\u202ey"}, FieldFault("description", Wrong.REFUSED)),
        ({"place_country": "Japan"}, FieldFault("place_country", Wrong.REFUSED)),
        ({"place_latitude": "95", "place_longitude": "0"}, FieldFault("place_latitude", Wrong.REFUSED)),
        ({"place_latitude": "35.6"}, FieldFault("place_longitude", Wrong.REFUSED)),
        ({"place": ""}, FieldFault("place", Wrong.MISSING)),
    ],
)
def test_what_cannot_be_recorded_is_said_at_its_field(office, changes, fault):
    """Before anything is asked of the ledger."""
    with pytest.raises(FormRefusedError) as refused:
        checked_step(values(**changes), office.token, office.open())

    assert (fault,) == refused.value.faults


def test_everything_wrong_with_a_step_is_said_at_once(office):
    """What is chosen from a list, what is typed, and a country that is none."""
    wrong = {"what": "", "zone": "+00:07", "at": "noon", "place_country": "ZZ", "place_latitude": "north"}
    with pytest.raises(FormRefusedError) as refused:
        checked_step(values(**wrong), office.token, office.open())

    assert set(wrong) == {fault.field for fault in refused.value.faults}


def test_a_step_long_before_the_last_one_is_refused(office):
    """Everyone would read it as disorder; the moment of the last one is told."""
    records = office.open()
    subject = str(records.identity.item(int(office.token)))
    with records.book.database.transaction():
        records.book.add_step(1, b"1" * 32, subject, EntryKind.RECEIVED, NOW)
    late = (NOW - timedelta(hours=49)).strftime("%Y-%m-%dT%H:%M")
    with pytest.raises(FormRefusedError) as refused:
        checked_step(values(at=late), office.token, records)

    assert (FieldFault("at", Wrong.OUT_OF_ORDER, NOW.isoformat()),) == refused.value.faults


@pytest.mark.parametrize(
    ("zone", "written"),
    [
        ("+00:00", "2026-11-02T23:30"),
        ("+05:45", "2026-11-03T05:15"),
        ("-09:30", "2026-11-02T14:00"),
        ("", "2026-11-02T23:30"),
    ],
)
def test_now_is_written_on_the_clock_of_the_zone(zone, written):
    """A boutique in Kathmandu writes the hour of its own wall."""
    assert written == local_now(datetime(2026, 11, 2, 23, 30, tzinfo=UTC).timestamp(), zone)


def test_zones_run_from_west_to_east():
    """So that somebody finds theirs."""
    assert (all_zones()[0], all_zones()[-1], len(all_zones())) == ("-12:00", "+14:00", 36)
