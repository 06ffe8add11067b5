"""Two nodes name two final blocks at one number: one of them lies, or the chain has split. Which, nobody here can say.

The weaker rules believe the first that answers, or the longer chain. Ours believes neither, and says who said what.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from provenance_schemas.step_kinds import EntryKind
from tests.fakes.chain import FakeChain
from tests.fakes.forks import some_fork
from tests.fakes.rpc_node import RpcNode, serving
from tests.fakes.world import some_world
from verifier.adapters.quorum_asking import NamedChain
from verifier.adapters.quorum_chain import QuorumChain, majority
from verifier.cli.main import main
from verifier.cli.verify import EXIT_CODES
from verifier.policies import CLI, POLICIES
from verifier.trust import TrustRegistry, trust_json
from verifier.verdict import Code, Level


def split_world():
    """The bag was stolen on one side of the split only; gives (world, the side on which it was, the other)."""
    world = some_world()
    before = world.registry.tip
    world.registry.report(world.bag, EntryKind.REPORTED_STOLEN, 1)
    world.settle()
    return world, world.chain, FakeChain(some_fork(world.registry, before, longer_by=1))


def quorum_of(threshold, *nodes):
    return QuorumChain([NamedChain(f"node{number}", node) for number, node in enumerate(nodes)], threshold)


def longer_of(*nodes):
    """The weaker rule: more blocks, more truth."""
    return max(nodes, key=lambda node: node.tips().latest.number)


@pytest.mark.parametrize("policy", POLICIES.values())
def test_two_that_disagree_verify_nothing_and_reject_nothing(policy):
    world, stolen, clear = split_world()
    assert longer_of(stolen, clear) is clear
    assert world.verify(world.bag_label, CLI, chain=clear, histories=(clear,)).verdict.level is not Level.REJECTED

    for nodes in permutations((stolen, clear)):
        verdict = world.verify(world.bag_label, policy, chain=quorum_of(2, *nodes)).verdict
        assert verdict.level is Level.UNDETERMINED


def test_it_is_said_who_said_what():
    """Each node's name, the number and the beginning of the hash: enough to ask the operators, and no URL."""
    world, stolen, clear = split_world()
    verdict = world.verify(world.bag_label, CLI, chain=quorum_of(2, stolen, clear)).verdict

    (reason,) = {finding.reason for finding in verdict.findings if finding.code is Code.CHAIN_FINAL}
    number = stolen.tips().final.number
    for name, node in (("node0", stolen), ("node1", clear)):
        assert f"{name}: block {number} is 0x{node.block_at(number).hash.hex()[:12]}" in reason


@pytest.mark.parametrize("each", [1, 2, 3])
def test_an_even_split_of_many_is_no_answer(each):
    """As many on the one side as on the other."""
    world, stolen, clear = split_world()
    nodes = [stolen] * each + [clear] * each

    chain = quorum_of(majority(len(nodes)), *nodes)
    assert world.verify(world.bag_label, CLI, chain=chain).verdict.level is Level.UNDETERMINED


def test_an_agreement_on_an_old_block_does_not_pass_for_a_live_chain():
    """Below the split they agree; what they agree on is soon too old to say anything about now."""
    world = some_world()
    fork = FakeChain(some_fork(world.registry, world.registry.tip, longer_by=0))
    before = world.registry.tip
    world.registry.mine(60)
    fork.registry.mine(60)
    for node in (world.chain, fork):
        node.final_lag = world.registry.tip - before
    chain = quorum_of(2, world.chain, fork)
    assert world.now - chain.tips().latest.mined_at > timedelta(seconds=world.brand.registry.fresh_max_s)

    assert world.verify(world.bag_label, CLI, chain=chain).verdict.level is Level.UNDETERMINED


def test_through_the_command_line_it_is_an_answer_not_had(tmp_path, capsys):
    """Two nodes over JSON-RPC: exit 3, and both hosts with what they said."""
    world, _, clear = split_world()
    with serving(RpcNode(world.registry)) as one, serving(RpcNode(clear.registry)) as other:
        pinned = replace(world.brand.registry, deployed_block_hash=one.block_hash(0))
        trust = tmp_path / "trust.json"
        trust.write_text(trust_json(TrustRegistry((replace(world.brand, registry=pinned),))))
        ask = ["verify", world.bag_label, "--trust", str(trust), "--node", one.url, "--node", other.url]
        assert main(ask) == EXIT_CODES[Level.UNDETERMINED]

    told = capsys.readouterr().out
    assert all(f"{url.removeprefix('http://')}: block" in told for url in (one.url, other.url))
