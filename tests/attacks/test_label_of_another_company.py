"""Somebody prints a trusted house's host with the GTIN of a company that is not in the trust file.

The weaker rule trusts the host, and a serial that is right in form. Ours also asks that the GTIN is one of the
house's: a number of another company is no label of this one, whatever its registry may hold.
"""

from __future__ import annotations

import pytest

from provenance_schemas.gs1 import check_digit
from provenance_schemas.labels import format_label, parse_label
from tests.attacks.mount import some_world
from tests.fakes.world import GTIN, HOST
from verifier.policies import CLI
from verifier.verdict import Code, Level, Outcome


def comes_from_the_house(label):
    """The weaker rule: the host is right, and the label is well formed."""
    return parse_label(label).host == HOST


@pytest.mark.parametrize("body", ["0401234500001", "1952132100001", "0952132200001"])
def test_a_gtin_of_another_company_is_no_label_of_the_house(body):
    """Another company's, one with another packaging level, one beside the house's own prefix."""
    world = some_world()
    label = format_label(HOST, body + check_digit(body), world.serials[world.bag.token_id])
    assert comes_from_the_house(label)
    assert GTIN not in label

    verdict = world.verify(label, CLI).verdict
    assert verdict.level is Level.REJECTED
    assert verdict.outcome(Code.LABEL_WELL_FORMED) is Outcome.FAILED
