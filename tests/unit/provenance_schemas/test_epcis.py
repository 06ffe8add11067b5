import copy
import importlib.util
import json
import os
import random
from datetime import UTC, datetime
from pathlib import Path

import jsonschema_rs
import pytest

from provenance_schemas.canonical import canonical_bytes
from provenance_schemas.epcis import as_epcis_document, check_identifiers, subjects_of
from provenance_schemas.errors import DocumentError
from provenance_schemas.event_hash import event_hash, event_text
from provenance_schemas.steps import parse_step

TESTS = Path(__file__).parents[2]
STEPS = {
    vector["name"]: vector["document"]
    for vector in json.loads((TESTS / "vectors/documents/valid.json").read_text("utf-8"))
    if vector["schema"] == "step-1"
}
CREATED_AT = datetime(2026, 3, 2, 15, tzinfo=UTC)
STRANGE_VALUES = [
    None, True, 0, -1, 1.5, 10**20, "", " ", "x", "OBSERVE", "ADD", "stolen", "receiving", "ObjectEvent",
    "urn:epcglobal:cbv:bizstep:receiving", "https://ns.gs1.org/cbv/BizStep-receiving", "not a uri", "http://[",
    "2026-02-30T00:00:00.000Z", "2026-03-02T13:05:30", "+14:01", "+1:00", [], [None], ["x", "x"], [{}], {},
    {"id": "x"}, {"id": None}, [{"epcClass": "x"}], [{"epcClass": "https://a.example/b", "x": 1}],
]  # fmt: skip
STRANGE_FIELDS = [
    "", "x", "ilmd", "recordTime", "errorDeclaration", "certificationInfo", "persistentDisposition", "@context",
    "sensorElementList", "parentID", "childEPCs", "epcList", "quantityList", "outputEPCList", "inputEPCList",
    "transformationID", "action", "https://a.example/field", "a field",
]  # fmt: skip


def shared(path):
    folder = Path(os.environ.get("ASSAY_SHARED") or TESTS.parent.parent / "shared")
    if not (folder / path).exists():
        required = os.environ.get("CI") == "true" and "ASSAY_SHARED" in os.environ
        (pytest.fail if required else pytest.skip)(f"{path} is absent")
    return folder / path


@pytest.fixture(scope="module")
def official():
    """GS1's own JSON Schema of EPCIS 2.0.1, formats asserted."""
    rules = json.loads(shared("standards/epcis-json-schema-2.0.1.json").read_text("utf-8"))
    return jsonschema_rs.Draft7Validator(rules, validate_formats=True, offline=True)


@pytest.mark.shared
@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_every_event_we_write_is_valid_epcis(official, step):
    """What we emit, GS1's official schema accepts."""
    official.validate(as_epcis_document([step["event"]], CREATED_AT))


@pytest.mark.shared
def test_many_events_make_one_valid_document(official):
    """A whole history loads into any EPCIS system."""
    official.validate(as_epcis_document([step["event"] for step in STEPS.values()], CREATED_AT))


@pytest.mark.shared
@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_what_the_standard_refuses_we_refuse(official, step):
    """Events changed in many ways: whatever GS1's schema refuses, our reader refuses too."""
    refused = 0
    for event in mutations(step["event"]):
        if not official.is_valid(as_epcis_document([event], CREATED_AT)):
            refused += 1
            # With a hash of its own, so that no fault hides behind a wrong one.
            untouched = event.get("eventID") == step["event"]["eventID"]
            hashed = event | {"eventID": hash_or_keep(event)} if untouched else event
            assert not accepts(step | {"event": hashed}), event

    assert refused > 100


@pytest.mark.shared
@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_the_event_hash_agrees_with_an_independent_implementation(step):
    """Any EPCIS system that follows CBV 2.0 gives the event the same name."""
    spec = importlib.util.spec_from_file_location("cbv_hash", shared("prototypes/gs1/cbv_hash.py"))
    peer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(peer)
    texts, hashes = peer.hashes(as_epcis_document([step["event"]], CREATED_AT))

    assert texts == [event_text(step["event"])]
    assert hashes == [event_hash(step["event"])]


def test_the_hashed_text_follows_the_standard():
    """Field order, full CBV addresses, the instant as it is: worked out by hand."""
    event = STEPS["step_transformation"]["event"]
    subject = event["outputEPCList"][0]

    assert event_text(event) == (
        "eventType=TransformationEvent"
        "eventTime=2026-03-02T13:05:30.250ZeventTimeZoneOffset=+01:00"
        "inputEPCListepc=https://id.gs1.org/01/09521321000032/21/CLASP-9"
        "inputQuantityListquantityElementepcClass=https://id.gs1.org/01/09521321000025/10/L7781quantity=0.8uom=MTK"
        f"outputEPCListepc={subject}"
        "bizStep=https://ref.gs1.org/cbv/BizStep-commissioningdisposition=https://ref.gs1.org/cbv/Disp-active"
        "readPointid=https://id.gs1.org/414/9521321000001"
    )


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_the_order_of_keys_and_lists_does_not_change_the_hash(step):
    """One event, one name; its own eventID is no part of it."""
    event = step["event"]

    assert event_hash(event) == event_hash(shuffled(event, random.Random(7)))
    assert event_hash(event) == event_hash({k: v for k, v in event.items() if k != "eventID"})


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_every_field_but_the_id_is_in_the_hash(step):
    """No part of an event can be changed under its name."""
    event = step["event"]
    for field in event.keys() - {"eventID", "type"}:
        assert event_hash(event) != event_hash({k: v for k, v in event.items() if k != field}), field


def test_whole_numbers_hash_alike_however_they_are_typed():
    """24 and 24.0 are one quantity."""
    event = copy.deepcopy(STEPS["step_shipped_batch"]["event"])
    before = event_hash(event)
    event["quantityList"][0]["quantity"] = 24.0

    assert before == event_hash(event)


@pytest.mark.parametrize(
    "uri",
    [
        "https://id.gs1.org/01/09521321000018",
        "https://id.gs1.org/01/09521321000018/21/A.b-9",
        "https://id.gs1.org/414/9521321000001/254/B2",
        "https://id.gs1.org/8004/9521321A7",
        "https://maison.example/parts/5512",
        "eip155:31337/erc721:0x5FbDB2315678afecb367f032d93F642f64180aa3/33153055911201930053658083335",
    ],
)
def test_an_identifier_in_canonical_form_is_accepted(uri):
    """GS1's own host, an https:// name of the company, or a token."""
    check_identifiers({"parentID": uri})


@pytest.mark.parametrize(
    "uri",
    [
        "https://id.gs1.org/01/09521321000019",
        "https://id.gs1.org/01/9521321000018",
        "https://id.gs1.org/01/09521321000018/22/2A",
        "https://id.gs1.org/01/09521321000018?17=270101",
        "https://id.gs1.org/01/09521321000018/21/",
        "https://id.maison.example/01/09521321000018/21/A1",
        "https://id.maison.example/shop/gtin/09521321000018",
        "eip155:31337/erc721:0x5fbdb2315678afecb367f032d93f642f64180aa3/33153055911201930053658083335",
    ],
)
def test_an_identifier_in_another_spelling_is_refused(uri):
    """One thing under two names would give one event two hashes."""
    with pytest.raises(DocumentError) as caught:
        check_identifiers({"childEPCs": ["https://a.example/", uri]})

    assert caught.value.field == "/event/childEPCs/1"


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_an_event_is_about_one_subject(step):
    """Wherever its type puts it."""
    assert len(subjects_of(step["event"])) == 1


def mutations(event):
    """Change, drop or add one thing at a time, everywhere in the event."""
    for path in paths(event):
        for value in STRANGE_VALUES:
            yield changed(event, path, value)
        if path:
            yield changed(event, path, ...)
    for field in STRANGE_FIELDS:
        for value in STRANGE_VALUES:
            yield event | {field: value}


def paths(value, at=()):
    if at:
        yield at
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        yield from paths(member, (*at, key))


def changed(event, path, value):
    result = copy.deepcopy(event)
    parent = result
    for key in path[:-1]:
        parent = parent[key]
    if value is ...:
        del parent[path[-1]]
    else:
        parent[path[-1]] = value
    return result


def accepts(step):
    try:
        parse_step(canonical_bytes(step))
    except DocumentError:
        return False
    return True


def hash_or_keep(event):
    try:
        return event_hash(event)
    except (TypeError, KeyError, ValueError, AttributeError):
        return event["eventID"]


def shuffled(value, generator):
    if isinstance(value, dict):
        items = [(key, shuffled(member, generator)) for key, member in value.items()]
        generator.shuffle(items)
        return dict(items)
    if isinstance(value, list):
        return generator.sample([shuffled(member, generator) for member in value], len(value))
    return value
