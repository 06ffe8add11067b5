"""A node leaves out one event: a repair, a transfer, a batch's recall, the registration of a double.

The weaker rule shows what the logs show. Ours replays them to the proved words; an index with the same gap is no help.
"""

from __future__ import annotations

import pytest

from tests.fakes.rpc_node import world_over_rpc
from tests.fakes.world import some_world
from verifier.policies import CLI, POLICIES
from verifier.verdict import Code, Level, Outcome


def timeline_of_logs(entries) -> bool:
    """The weaker rule: it begins with a registration, every entry is well formed, so it is the history."""
    return bool(entries) and all(entry.digest for entry in entries)


@pytest.mark.parametrize("position", range(1, 10))
def test_each_log_left_out_is_noticed(position):
    """All but the first, which the weaker rule would miss too."""
    world = some_world()
    with world_over_rpc(world) as (node, parts):
        node.lie = lambda method, params, result: (
            result[:position] + result[position + 1 :]
            if method == "eth_getLogs" and len(params[0]["topics"]) == 2
            else result
        )
        told = parts["histories"][0].entries(world.bag, until_block=world.registry.tip, count_max=100)
        assert timeline_of_logs(told)

        for policy in POLICIES.values():
            verdict = world.verify(world.bag_label, policy, **parts).verdict
            assert verdict.level is Level.UNDETERMINED
            assert verdict.outcome(Code.HISTORY_COMPLETE) is Outcome.UNKNOWN


def test_the_registration_of_a_double_left_out_is_noticed():
    """Else the piece would be called the only one."""
    world = some_world()
    world.register(78, serials=[world.serials[world.bag.token_id]])
    world.settle()
    with world_over_rpc(world) as (node, parts):
        node.lie = lambda method, params, result: (
            result[:-1] if method == "eth_getLogs" and len(params[0]["topics"]) == 1 else result
        )
        told = parts["histories"][0].issuances(from_block=0, until_block=world.registry.tip, count_max=100)
        assert len(told) == 1

        assert world.verify(world.bag_label, CLI, **parts).verdict.level is Level.UNDETERMINED


def test_a_node_that_tells_no_logs_at_all_proves_no_absence():
    """A genuine label must never become "we did not issue this" because an index is empty."""
    world = some_world()
    with world_over_rpc(world) as (node, parts):
        node.lie = lambda method, params, result: [] if method == "eth_getLogs" else result
        assert parts["histories"][0].issuances(from_block=0, until_block=99, count_max=9) == ()

        verdict = world.verify(world.bag_label, CLI, **parts).verdict
    assert verdict.level is Level.UNDETERMINED
    assert verdict.outcome(Code.ITEM_RECORDED) is Outcome.UNKNOWN
