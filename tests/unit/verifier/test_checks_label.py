"""The label's check: both sides of each thing it holds the text against."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provenance_schemas.labels import parse_label
from tests.fakes.evidence import genuine_world, some_evidence
from verifier.checks.label import check_label_well_formed
from verifier.evidence import Absent, Malformed, Unavailable
from verifier.verdict import Outcome

BAG = some_evidence().label


def test_a_label_of_the_maker_passes():
    """The genuine label, as printed."""
    assert check_label_well_formed(some_evidence()).outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"label": Malformed("no serial follows the GTIN")}, Outcome.FAILED),
        ({"label": Absent()}, Outcome.UNKNOWN),
        ({"brand": Absent()}, Outcome.FAILED),
        ({"brand": Unavailable("no node is named")}, Outcome.UNKNOWN),
    ],
)
def test_what_breaks_the_grammar_fails_and_what_was_not_read_is_unknown(changes, outcome):
    """A foreign host and broken text are proofs, we hold them; a label nobody showed is none."""
    assert check_label_well_formed(some_evidence(**changes)).outcome is outcome


@pytest.mark.parametrize(
    ("prefix", "outcome"),
    [("0952132", Outcome.PASSED), (BAG.gtin, Outcome.PASSED), ("0952133", Outcome.FAILED), ("952132", Outcome.FAILED)],
)
def test_the_gtin_must_begin_with_a_prefix_of_the_brand(prefix, outcome):
    """From the first of the 14 digits on: a prefix in the middle is another company's."""
    brand = replace(some_evidence().brand, gtin_prefixes=(prefix,))
    assert check_label_well_formed(some_evidence(brand=brand)).outcome is outcome


def test_the_reason_never_holds_the_serial():
    """Reasons are logged and shown; the serial is the label's secret."""
    world = genuine_world()
    serial = world.serials[world.bag.token_id]
    for text in (world.bag_label, world.bag_label.replace("ID.", "WWW.")):
        evidence = some_evidence(label=parse_label(text), brand=Absent())
        assert serial not in check_label_well_formed(evidence).reason.upper()
