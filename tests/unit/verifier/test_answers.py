"""Each answer a person can get is reached from a world in which it is the right one."""

from __future__ import annotations

import pytest

from provenance_schemas.labels import format_label, new_serial
from provenance_schemas.step_kinds import EntryKind
from tests.fakes.registry import GUARDIAN
from tests.fakes.world import GTIN, HOST, HOUSE, BagWorld, some_world
from verifier.answers import Answer, answer_of
from verifier.policies import AWARD, CLI, INTAKE, PHONE, TOKEN
from verifier.service import Verification
from verifier.verdict import Code, Verdict, failed, passed, unknown


def _report(kind: EntryKind):
    def change(world: BagWorld) -> None:
        world.registry.report(world.bag, kind)

    return change


def _status(kind: EntryKind):
    def change(world: BagWorld) -> None:
        world.record(world.bag, kind, by=GUARDIAN)

    return change


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        (lambda world: None, Answer.VERIFIED),
        (_report(EntryKind.REPORTED_STOLEN), Answer.STOLEN),
        (_report(EntryKind.REPORTED_LOST), Answer.LOST),
        (_status(EntryKind.REVOKED), Answer.REVOKED),
        (_status(EntryKind.RECALLED), Answer.RECALLED),
        (_status(EntryKind.RETIRED), Answer.RETIRED),
        (lambda world: world.replace_label(world.bag, "a new label"), Answer.LABEL_REPLACED),
    ],
)
def test_what_happened_to_the_piece_decides_the_answer(change, answer):
    """One change each, settled, asked with the label the piece was made with."""
    world = some_world()
    label = world.bag_label
    change(world)
    world.settle()

    assert answer_of(world.verify(label, CLI)) is answer


def test_the_newer_label_of_a_piece_is_the_genuine_one():
    """The other side of a replaced label."""
    world = some_world()
    label = world.replace_label(world.bag, "a new label", by=HOUSE)
    world.settle()

    assert answer_of(world.verify(label, CLI)) is Answer.VERIFIED


def test_a_step_in_a_newer_block_is_told_as_pending():
    """Recorded, not final: genuine all the same."""
    world = some_world()
    world.record(world.bag, EntryKind.SERVICED, by=HOUSE)

    assert answer_of(world.verify(world.bag_label, CLI)) is Answer.VERIFIED_PENDING


def test_a_piece_in_stock_is_not_sold_yet_to_a_customer_and_to_a_reseller():
    """Advisory for the one, required of the other: the words are the same."""
    world = some_world()
    label = world.label(world.scarf)

    assert {answer_of(world.verify(label, policy)) for policy in (CLI, INTAKE)} == {Answer.NOT_SOLD_YET}


def test_a_serial_nobody_issued_was_not_issued():
    """Every registration was looked through."""
    label = format_label(HOST, GTIN, new_serial())

    assert answer_of(some_world().verify(label, CLI)) is Answer.NOT_ISSUED


@pytest.mark.parametrize("label", ["not a label", f"https://forger.example/01/{GTIN}/21/7KQ2M9X4T8VJ3B6NW5RC"])
def test_a_text_that_is_no_label_of_ours_was_not_issued(label):
    """Malformed, and a foreign host."""
    assert answer_of(some_world().verify(label, CLI)) is Answer.NOT_ISSUED


def test_a_missing_step_document_leaves_one_step_unconfirmed():
    """Advisory for a customer: the record still stands."""
    world = some_world()
    document = world.put_step(world.step_document(world.bag, EntryKind.SERVICED, HOUSE))
    world.registry.step(world.bag, EntryKind.SERVICED, document, by=HOUSE)
    world.settle()
    del world.store.blocks[document]

    assert answer_of(world.verify(world.bag_label, CLI)) is Answer.STEP_UNCONFIRMED


@pytest.mark.parametrize(
    ("policy", "said", "answer"),
    [
        (PHONE, passed, Answer.VERIFIED),
        (PHONE, unknown, Answer.ACTIVITY_UNKNOWN),
        (AWARD, unknown, Answer.ACTIVITY_UNKNOWN),
        (PHONE, failed, Answer.UNUSUAL_ACTIVITY),
        (CLI, unknown, Answer.VERIFIED),
    ],
)
def test_what_the_scan_log_says_is_told_to_whoever_asks_for_it(policy, said, answer):
    """A log that is away is no step that is unconfirmed, and nothing is said of it where there is none."""
    world = some_world()
    found = world.verify(world.bag_label, CLI)
    others = [finding for finding in found.verdict.findings if finding.code is not Code.SCAN_PATTERN_PLAUSIBLE]
    verdict = Verdict(policy, (*others, said(Code.SCAN_PATTERN_PLAUSIBLE, "as the log says")))

    assert answer_of(Verification(found.evidence, verdict)) is answer


def test_a_step_in_doubt_is_told_before_a_log_that_is_away():
    """What is known of the piece says more than what is not known of its label."""
    world = some_world()
    document = world.put_step(world.step_document(world.bag, EntryKind.SERVICED, HOUSE))
    world.registry.step(world.bag, EntryKind.SERVICED, document, by=HOUSE)
    world.settle()
    del world.store.blocks[document]

    assert answer_of(world.verify(world.bag_label, PHONE)) is Answer.STEP_UNCONFIRMED


def test_a_node_that_is_away_leaves_no_answer():
    """Neither a pass nor a forgery."""
    world = some_world()
    world.chain.reachable = False

    assert answer_of(world.verify(world.bag_label, CLI)) is Answer.CANNOT_VERIFY


def test_an_item_named_by_its_token_can_be_verified_without_a_label():
    """The record answers; nothing is said about any label."""
    world = some_world()

    assert answer_of(world.verify(world.bag, TOKEN)) is Answer.VERIFIED
