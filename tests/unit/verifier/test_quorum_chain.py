"""Which block several nodes agree on, whom a word is read from, and what is said when they do not agree."""

from __future__ import annotations

import logging
from itertools import product

import pytest

from tests.fakes.chain import FakeChain
from tests.fakes.forks import some_fork
from tests.fakes.world import some_world
from verifier.adapters.quorum_asking import NamedChain
from verifier.adapters.quorum_chain import QuorumChain, majority, name_nodes
from verifier.adapters.rpc_client import RpcClient
from verifier.errors import ChainUnavailableError
from verifier.limits import QUORUM_NODES_MAX
from verifier.wiring import open_chain

WORLD = some_world()
FORK = some_fork(WORLD.registry, 4)
OTHER_FORK = some_fork(WORLD.registry, 4, longer_by=2)
HONEST, BEHIND, FORKED, FORKED_OTHERWISE, SILENT = range(5)


def some_node(state):
    """A node in one of five states; `BEHIND` has not seen the last block."""
    registry = {FORKED: FORK, FORKED_OTHERWISE: OTHER_FORK}.get(state, WORLD.registry)
    node = FakeChain(registry)
    node.behind = 1 if state == BEHIND else 0
    node.reachable = state != SILENT
    return node


def quorum(threshold, *nodes):
    return QuorumChain([NamedChain(f"node{number}", node) for number, node in enumerate(nodes)], threshold)


def oracle(states, threshold, tag):
    """The highest number that `threshold` nodes reach and name alike; None where there is none."""
    heads = [node.tips() for state in states if state != SILENT for node in [some_node(state)]]
    chains = [some_node(state).registry for state in states if state != SILENT]
    numbers = [getattr(tips, tag).number for tips in heads]
    for number in sorted(set(numbers), reverse=True):
        named = [chain.blocks[number] for chain, reached in zip(chains, numbers, strict=True) if reached >= number]
        winners = {block for block in named if named.count(block) >= threshold}
        if len(winners) == 1:
            return winners.pop()
    return None


CASES = [
    (states, threshold)
    for count in (1, 2, 3)
    for states in product(range(5), repeat=count)
    for threshold in range(majority(count), count + 1)
]


def test_the_final_block_is_the_highest_that_enough_nodes_name_alike():
    """Every state of up to three nodes, every quorum of more than half: never a block that too few name."""
    for states, threshold in CASES:
        chain = quorum(threshold, *map(some_node, states))
        expected = oracle(states, threshold, "final")
        if expected is None:
            with pytest.raises(ChainUnavailableError):
                chain.tips()
        else:
            tips = chain.tips()
            assert (states, threshold, expected) == (states, threshold, tips.final)
            assert tips.latest.number >= tips.final.number
            voters = sum(
                some_node(state).registry.blocks[tips.latest.number : tips.latest.number + 1] == [tips.latest]
                for state in states
                if state != SILENT
            )
            assert voters >= threshold


def test_too_few_answers_name_the_nodes_that_gave_none():
    with pytest.raises(ChainUnavailableError) as error:
        quorum(2, some_node(HONEST), some_node(SILENT), some_node(SILENT)).tips()

    assert str(error.value) == (
        "2 of 3 nodes gave no good answer, 2 must: node1: the node does not answer; node2: the node does not answer"
    )


def test_a_disagreement_says_who_said_what():
    """Hosts, numbers and the beginnings of hashes."""
    with pytest.raises(ChainUnavailableError) as error:
        quorum(2, some_node(HONEST), some_node(FORKED)).tips()

    final = WORLD.registry.blocks[WORLD.registry.tip - 2], FORK.blocks[FORK.tip - 2]
    told = "; ".join(
        f"node{number}: block {block.number} is 0x{block.hash.hex()[:12]}" for number, block in enumerate(final)
    )
    assert str(error.value) == f"no 2 of 2 nodes agree on one block: {told}"


def test_two_groups_that_contradict_each_other_are_not_believed():
    """A quorum of two of four: both pairs have enough."""
    states = (HONEST, HONEST, FORKED, FORKED)
    with pytest.raises(ChainUnavailableError, match="agree on one block"):
        quorum(2, *map(some_node, states)).block_at(WORLD.registry.tip)


def test_heads_that_differ_at_the_top_are_no_disagreement():
    """Two honest nodes saw two newest blocks; the block below is common, so the chain still counts as fresh."""
    tip = WORLD.registry.tip
    nodes = [FakeChain(WORLD.registry), FakeChain(some_fork(WORLD.registry, tip - 1))]

    assert quorum(2, *nodes).tips().latest == WORLD.registry.blocks[tip - 1]


def test_a_node_that_hangs_holds_nothing_up():
    """Two others agree: neither tips nor words wait for it, though it was asked first."""
    nodes = [some_node(HONEST) for _ in range(3)]
    nodes[0].hanging.clear()
    chain = quorum(2, *nodes)
    try:
        tips = chain.tips()
        state = chain.read([WORLD.bag], [], tips.final)
        assert not nodes[0].hanging.is_set()
    finally:
        nodes[0].hanging.set()

    assert state.items[WORLD.bag.token_id] == WORLD.registry.words(WORLD.bag, tips.final.number)


def test_a_node_that_hangs_while_words_are_read_is_passed_over():
    nodes = [some_node(HONEST) for _ in range(2)]
    chain = quorum(2, *nodes)
    final = chain.tips().final
    nodes[0].hanging.clear()
    try:
        assert chain.read([WORLD.bag], [], final).items[WORLD.bag.token_id]
    finally:
        nodes[0].hanging.set()


def test_words_are_read_from_the_next_node_when_one_proves_none():
    """And from that one first, the next time."""
    nodes = [some_node(HONEST) for _ in range(2)]
    nodes[0].unreadable = {"items"}
    chain = quorum(2, *nodes)
    final = chain.tips().final
    assert chain.read([WORLD.bag], [], final).items[WORLD.bag.token_id]
    assert chain.read([WORLD.bag], [], final).items[WORLD.bag.token_id]

    assert [node.reads for node in nodes] == [1, 2]


def test_words_are_never_read_from_a_node_that_does_not_name_the_block():
    nodes = [some_node(FORKED), some_node(HONEST), some_node(HONEST)]
    chain = quorum(2, *nodes)
    chain.read([WORLD.bag], [], chain.tips().final)

    assert nodes[0].reads == 0


def test_no_proof_from_any_node_names_each():
    nodes = [some_node(HONEST) for _ in range(2)]
    chain = quorum(2, *nodes)
    final = chain.tips().final
    for node in nodes:
        node.unreadable = {"items"}
    with pytest.raises(ChainUnavailableError, match=r"no node proved the words of block \d+: node0: .*; node1: "):
        chain.read([WORLD.bag], [], final)


@pytest.mark.parametrize(("registry", "read"), [(WORLD.registry, True), (FORK, False)])
def test_a_block_that_was_not_asked_for_before_needs_the_same_agreement(registry, read):
    """A stored scan names a block of last month; one that only a fork knows is not read."""
    chain = quorum(2, some_node(HONEST), some_node(HONEST), some_node(FORKED))
    at = registry.blocks[WORLD.registry.tip - 1]
    if read:
        assert chain.read([WORLD.bag], [], at).items[WORLD.bag.token_id]
        return
    with pytest.raises(ChainUnavailableError, match="agree on another block"):
        chain.read([WORLD.bag], [], at)


def test_who_is_outvoted_is_told_once_a_block(caplog):
    """The operator hears of it; those who verify are not troubled."""
    nodes = [some_node(FORKED), some_node(HONEST), some_node(HONEST)]
    for node in nodes:
        node.final_lag = 1  # so that the two do not stand at the very same blocks before the third was heard
    chain = quorum(2, *nodes)
    with caplog.at_level(logging.WARNING):
        votes = {f"node{number}": node.block_at(WORLD.registry.tip) for number, node in enumerate(nodes)}
        for _ in range(2):
            chain._highest(votes, {})

    assert len(caplog.records) == 1
    assert caplog.messages[0].startswith(f"node0 names final block {WORLD.registry.tip} 0x")


@pytest.mark.parametrize(("count", "threshold"), [(1, 0), (2, 3), (QUORUM_NODES_MAX + 1, 5), (0, 0)])
def test_a_quorum_outside_its_bounds_is_refused(count, threshold):
    with pytest.raises(ValueError, match="a quorum is"):
        quorum(threshold, *(some_node(HONEST) for _ in range(count)))


def test_a_node_named_twice_is_refused():
    """It would agree with itself."""
    node = NamedChain("node", some_node(HONEST))
    with pytest.raises(ValueError, match="named once"):
        QuorumChain([node, node], 2)
    clients = [RpcClient("http://node:1/a"), RpcClient("http://node:1/a")]
    with pytest.raises(ValueError, match="named twice"):
        open_chain(WORLD.brand.registry, clients)


def test_nodes_of_one_host_are_told_apart():
    assert name_nodes(["a", "b", "a"]) == ["a", "b", "a (2)"]


@pytest.mark.parametrize(("count", "expected"), [(1, 1), (2, 2), (3, 2), (4, 3), (5, 3)])
def test_a_majority_leaves_no_room_for_another(count, expected):
    assert majority(count) == expected


def test_a_slow_node_that_helps_to_agree_on_the_final_block_does_not_age_the_latest():
    """Finality moves while one node is behind: two hold the older block final, two others know the newest one."""
    slow, same, ahead = (some_node(HONEST) for _ in range(3))
    slow.behind, same.final_lag = 3, 5
    tips = quorum(2, slow, same, ahead).tips()

    tip = WORLD.registry.tip
    assert (tips.final.number, tips.latest.number) == (tip - 5, tip)
