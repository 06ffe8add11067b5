"""Behind one address stand two nodes, one a few blocks behind. Words come from the one, logs from the other.

The weaker rule reads "latest" twice and compares: half of each history looks like a forgery, and a step between the
two reads like a hidden one. Ours pins each read to one block by its hash.
"""

from __future__ import annotations

import pytest

from provenance_schemas.step_kinds import EntryKind
from tests.fakes.chain import FakeChain
from tests.fakes.rpc_node import world_over_rpc
from tests.fakes.world import WORKSHOP, some_world
from verifier.history import ReplayError, number_entries, replay
from verifier.policies import CLI, POLICIES
from verifier.verdict import Level


def busy_world():
    """A piece with entries in its last blocks."""
    world = some_world()
    world.record(world.bag, EntryKind.SERVICED, by=WORKSHOP)
    world.record(world.bag, EntryKind.SERVICED, by=WORKSHOP)
    return world


def looks_forged(world, words_at, logs_at) -> bool:
    """The weaker rule: the newest words of one node against the newest logs of the other."""
    words = world.registry.words(world.bag, words_at)
    try:
        replay(world.bag, words, number_entries(world.registry.entries(world.bag, logs_at)))
    except ReplayError:
        return True
    return False


@pytest.mark.parametrize("behind", [1, 2, 3])
def test_logs_from_a_node_behind_reject_nothing(behind):
    """It has not seen the newest entries: no answer, and the next source has one."""
    world = busy_world()
    tip = world.registry.tip
    slow = FakeChain(world.registry)
    slow.behind = behind
    assert looks_forged(world, tip, tip - behind)

    for policy in POLICIES.values():
        assert world.verify(world.bag_label, policy, histories=(slow,)).verdict.level is Level.UNDETERMINED
    assert world.verify(world.bag_label, CLI, histories=(slow, world.chain)).verdict.level is Level.VERIFIED


@pytest.mark.parametrize("behind", [1, 2, 3])
def test_words_from_a_node_behind_its_logs_are_fine(behind):
    """The logs are asked for up to the block of the words, no further."""
    world = busy_world()
    slow = FakeChain(world.registry)
    slow.behind = behind
    assert looks_forged(world, world.registry.tip - behind, world.registry.tip)

    verification = world.verify(world.bag_label, CLI, chain=slow)
    assert verification.verdict.level is Level.VERIFIED


@pytest.mark.parametrize("every", [2, 3, 4, 5])
def test_a_node_that_changes_between_two_calls_rejects_nothing(every):
    """Over JSON-RPC: each n-th call is answered by the one that is two blocks behind."""
    world = busy_world()
    with world_over_rpc(world) as (node, parts):
        count = 0

        def alternate(method, params, result):
            nonlocal count
            count += 1
            node.behind = 2 if count % every == 0 else 0
            return result

        node.lie = alternate
        for _ in range(every):
            for policy in POLICIES.values():
                level = world.verify(world.bag_label, policy, **parts).verdict.level
                assert level is not Level.REJECTED
