"""A label was torn off, or copied in numbers, and the house replaced it. Somebody still sells with the old one.

The weaker rule opens the passport's commitment, which can never change: the old label is good for ever. Ours takes
the last label that the chain records, and says of an older one that it was replaced.
"""

from __future__ import annotations

import pytest

from provenance_schemas.labels import parse_label
from provenance_schemas.step_kinds import EntryKind
from tests.fakes.rpc_node import world_over_rpc
from tests.fakes.world import some_world
from verifier.answers import Answer, answer_of
from verifier.policies import CLI, POLICIES
from verifier.verdict import Code, Level, Outcome


def opens_the_passport(label, passport):
    """The weaker rule."""
    return parse_label(label).commitment == passport.commitment


def relabelled_world():
    world = some_world()
    new = world.replace_label(world.bag, "new")
    world.settle()
    return world, new


def test_the_old_label_is_replaced_and_the_new_one_is_good():
    world, new = relabelled_world()
    old = world.verify(world.bag_label, CLI)
    assert opens_the_passport(world.bag_label, old.evidence.passport)

    assert old.evidence.item == world.bag
    assert old.verdict.level is Level.REJECTED
    assert old.verdict.outcome(Code.ITEM_COMMITTED) is Outcome.FAILED
    assert answer_of(old) is Answer.LABEL_REPLACED
    assert world.verify(new, CLI).verdict.level is Level.VERIFIED


def test_a_label_in_the_middle_is_replaced_too():
    """Passport, second and third label: only the third is in force."""
    world, second = relabelled_world()
    third = world.replace_label(world.bag, "newer")
    world.settle()

    assert answer_of(world.verify(second, CLI)) is Answer.LABEL_REPLACED
    assert answer_of(world.verify(world.bag_label, CLI)) is Answer.LABEL_REPLACED
    assert world.verify(third, CLI).verdict.level is Level.VERIFIED


def test_while_the_new_label_is_not_final_neither_is_confirmed():
    """The old one is on its way out; nobody is told that it is good, nor that it is false."""
    world = some_world()
    new = world.replace_label(world.bag, "new")

    for label in (world.bag_label, new):
        for policy in POLICIES.values():
            assert world.verify(label, policy).verdict.level in {Level.UNDETERMINED, Level.VERIFIED}
        assert world.verify(label, CLI).verdict.level is Level.UNDETERMINED


@pytest.mark.parametrize("topics", [1, 2], ids=["the issuance lane", "the history"])
def test_a_node_that_hides_the_replacement_revives_no_label(topics):
    """Of both events that tell of it, each alone and whichever lane is asked."""
    world, _ = relabelled_world()
    kind = f"{int(EntryKind.LABEL_REPLACED):08x}"

    def hide(method, params, result):
        if method != "eth_getLogs" or len(params[0]["topics"]) != topics:
            return result
        return [log for log in result if log["data"][-24:-16] != kind]

    with world_over_rpc(world) as (node, parts):
        node.lie = hide
        assert world.verify(world.bag_label, CLI, **parts).verdict.level is Level.UNDETERMINED


def test_withholding_the_replacements_document_revives_no_label():
    """What label it names is not known then; that there is one is."""
    world, new = relabelled_world()
    replacement = world.registry.entries(world.bag, 99)[-1]
    assert replacement.kind == EntryKind.LABEL_REPLACED
    del world.store.blocks[replacement.digest]

    assert world.verify(world.bag_label, CLI).verdict.level is Level.UNDETERMINED
    assert world.verify(new, CLI).verdict.level is Level.UNDETERMINED
