"""A verification told as data: by its schema, complete, and without the label's secret."""

from __future__ import annotations

import json

import jsonschema_rs
import pytest

from provenance_schemas.labels import format_label, new_serial
from provenance_schemas.step_kinds import EntryKind
from provenance_schemas.validation import schema
from tests.fakes.registry import GUARDIAN
from tests.fakes.world import GTIN, HOST, HOUSE, some_world
from verifier.policies import CLI, POLICIES
from verifier.report import timeline, verdict_json
from verifier.verdict import Code


@pytest.fixture(scope="module")
def validator():
    return jsonschema_rs.validator_for(schema("verdict-1"))


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_every_answer_fits_the_published_schema(validator, policy):
    """Genuine, unknown, malformed, and with nobody to ask."""
    world = some_world()
    labels = [world.bag_label, world.label(world.scarf), format_label(HOST, GTIN, new_serial()), "no label"]
    told = [verdict_json(world.verify(label, policy)) for label in labels]
    world.chain.reachable = False
    told.append(verdict_json(world.verify(world.bag_label, policy)))

    for value in told:
        validator.validate(value)
        assert [finding["code"] for finding in value["findings"]] == [code.value for code in Code]


def test_no_report_holds_the_serial():
    """It may be stored, mailed and logged; the serial is only on the label."""
    world = some_world()
    text = json.dumps(verdict_json(world.verify(world.bag_label, CLI)))

    assert world.serials[world.bag.token_id] not in text


def test_the_timeline_is_the_whole_history_in_order():
    """Registration first, each step with its document, and nothing twice."""
    world = some_world()
    lines = timeline(world.verify(world.bag_label, CLI).evidence)

    assert lines[0].kind == "registered"
    assert sum(line.document is not None for line in lines) == 8
    assert [line.recorded_at for line in lines] == sorted(line.recorded_at for line in lines)


def test_a_voided_step_stays_visible_as_voided():
    """What was taken back is not hidden."""
    world = some_world()
    world.record(world.bag, EntryKind.SERVICED, by=HOUSE)
    world.settle()
    number = timeline(world.verify(world.bag_label, CLI).evidence)[-1].entry.number
    world.void(world.bag, number, by=GUARDIAN)
    world.settle()
    lines = timeline(world.verify(world.bag_label, CLI).evidence)

    assert [(line.kind, line.voided) for line in lines[-2:]] == [("serviced", True), ("voided", False)]
    assert not any(line.unconfirmed for line in lines)


def test_a_step_in_a_newer_block_is_pending_and_not_unconfirmed():
    """Its document is not looked for before it is final."""
    world = some_world()
    world.record(world.bag, EntryKind.SERVICED, by=HOUSE)
    last = timeline(world.verify(world.bag_label, CLI).evidence)[-1]

    assert (last.pending, last.unconfirmed) == (True, False)


def test_a_step_of_a_disputed_actor_is_told_as_unconfirmed():
    """The brand disputes the key that wrote it."""
    world = some_world()
    world.record(world.bag, EntryKind.SERVICED, by=HOUSE)
    world.registry.dispute(HOUSE, world.registry.time_s)
    world.settle()
    lines = timeline(world.verify(world.bag_label, CLI).evidence)

    assert lines[-1].unconfirmed
