"""A thief owns the node that a shop asks: it answers from a chain of its own, on which the theft never happened.

Everything on that chain holds together: headers hash, words are proved, logs replay. The weaker rule, one node,
believes it. Ours asks three, and two must name the same final block.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from provenance_schemas.step_kinds import EntryKind
from tests.fakes.chain import FakeChain
from tests.fakes.forks import some_fork
from tests.fakes.rpc_node import RpcNode, serving
from tests.fakes.world import some_world
from verifier.adapters.quorum_asking import NamedChain
from verifier.adapters.quorum_chain import QuorumChain
from verifier.answers import Answer
from verifier.cli.main import main
from verifier.cli.verify import ADVICE, EXIT_CODES
from verifier.policies import CLI
from verifier.trust import TrustRegistry, trust_json
from verifier.verdict import Code, Level, Outcome


def eclipsed(*, longer_by=0):
    """A world in which the bag was stolen, and the thief's fork from just before."""
    world = some_world()
    before = world.registry.tip
    world.registry.report(world.bag, EntryKind.REPORTED_STOLEN, 1)
    world.settle()
    return world, some_fork(world.registry, before, longer_by=longer_by)


def quorum_of(threshold, *nodes):
    return QuorumChain([NamedChain(f"node{number}", node) for number, node in enumerate(nodes)], threshold)


@pytest.mark.parametrize("longer_by", [-2, 0, 3, 500])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_of_three_hides_no_theft(place, longer_by):
    """Whether its chain is shorter, as long or far longer, and whichever of the three it is."""
    world, fork = eclipsed(longer_by=longer_by)
    thief = FakeChain(fork)
    assert world.verify(world.bag_label, CLI, chain=thief, histories=(thief,)).verdict.level is not Level.REJECTED

    nodes = [world.chain, world.chain, world.chain]
    nodes[place] = thief
    verdict = world.verify(world.bag_label, CLI, chain=quorum_of(2, *nodes), histories=(thief, world.chain)).verdict
    assert verdict.level is Level.REJECTED
    assert verdict.outcome(Code.STATUS_CLEAR) is Outcome.FAILED


@pytest.mark.parametrize("threshold", [2, 3])
def test_a_theft_that_only_one_node_tells_of_rejects_nothing(threshold):
    """The other way round: a rival's node invents a theft. Its header is its own word, and no proof."""
    world = some_world()
    invented = some_fork(world.registry, world.registry.tip - 1, longer_by=1)
    invented.report(world.bag, EntryKind.REPORTED_STOLEN, 1)
    rival = FakeChain(invented)
    rival.final_lag = 5  # its final block is genuine; only what is newer is invented
    assert world.verify(world.bag_label, CLI, chain=rival, histories=(rival,)).verdict.level is Level.REJECTED

    nodes = [world.chain, world.chain, rival]
    level = world.verify(world.bag_label, CLI, chain=quorum_of(threshold, *nodes)).verdict.level
    assert level is Level.VERIFIED


def test_a_stale_node_of_three_does_not_make_the_chain_look_stale():
    world = some_world()
    slow = FakeChain(world.registry)
    slow.behind = world.registry.tip - 5
    alone = world.verify(world.bag_label, CLI, chain=slow).verdict
    assert alone.level is not Level.VERIFIED

    verdict = world.verify(world.bag_label, CLI, chain=quorum_of(2, slow, world.chain, world.chain)).verdict
    assert verdict.level is Level.VERIFIED


def test_through_the_command_line_the_theft_is_told(tmp_path, capsys):
    """Three nodes over JSON-RPC, the thief's first. Asked alone it hides the theft; two of three tell it."""
    world, fork = eclipsed(longer_by=3)
    with (
        serving(RpcNode(fork)) as thief,
        serving(RpcNode(world.registry)) as one,
        serving(RpcNode(world.registry)) as two,
    ):
        pinned = replace(world.brand.registry, deployed_block_hash=one.block_hash(0))
        trust = tmp_path / "trust.json"
        trust.write_text(trust_json(TrustRegistry((replace(world.brand, registry=pinned),))))
        ask = ["verify", str(world.bag), "--trust", str(trust)]
        assert main([*ask, "--node", thief.url]) != EXIT_CODES[Level.REJECTED]
        capsys.readouterr()

        nodes = [word for node in (thief, one, two) for word in ("--node", node.url)]
        assert main([*ask, *nodes, "--quorum", "2"]) == EXIT_CODES[Level.REJECTED]
        assert ADVICE[Answer.STOLEN] in capsys.readouterr().out
