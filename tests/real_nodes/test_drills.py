"""What real nodes do to a verifier, and a proxy before them: reorganise, lag, forget old state, refuse, differ."""

from __future__ import annotations

import pytest

from provenance_schemas.step_kinds import EntryKind
from tests.fakes.lying_proxy import lying_proxy
from tests.fakes.world import HOUSE, WORKSHOP
from tests.real_nodes.geth import running_geth
from tests.real_nodes.mirrored import mirrored_world
from verifier.adapters.rpc_chain import RpcChain
from verifier.adapters.rpc_client import RpcClient
from verifier.adapters.rpc_logs import RpcLogs
from verifier.answers import Answer, answer_of
from verifier.errors import ChainUnavailableError
from verifier.history import number_entries, replay
from verifier.index.follower import Follower
from verifier.index.indexed_logs import IndexedLogs
from verifier.index.store import IndexStore
from verifier.policies import CLI
from verifier.verdict import Level
from verifier.wiring import open_registry

pytestmark = pytest.mark.process
PROOF_WINDOW = 128
"""Blocks whose state geth keeps unless it is told to keep all of it."""


def indexed(world, client, folder):
    registry = world.brand.registry
    store = IndexStore(folder / "index.sqlite3", "one", registry.deployed_block)
    return store, IndexedLogs(store, Follower(client, RpcChain(client, registry), registry, store), registry)


def whole_history(world, source):
    """What a source tells of the bag, and whether it is what the contracts did."""
    tip = world.registry.tip
    entries = source.entries(world.bag, until_block=tip, count_max=1_000)
    replay(world.bag, world.registry.words(world.bag, tip), number_entries(entries))
    return list(entries)


def test_a_step_that_is_not_final_is_shown_as_pending(node, world, client):
    """Final is behind latest: the record is verified as it was, and the newer step is announced."""
    access = open_registry(world.brand, client, world.store)
    world.record(world.bag, EntryKind.SERVICED, by=WORKSHOP)
    answer = answer_of(world.verify(world.bag_label, CLI, chain=access.chain, histories=access.histories))
    assert answer is (Answer.VERIFIED_PENDING if node.final_lag else Answer.VERIFIED)

    world.settle()
    answer = answer_of(world.verify(world.bag_label, CLI, chain=access.chain, histories=access.histories))
    assert answer is Answer.VERIFIED


def test_an_index_follows_a_reorganisation(node, world, client, tmp_path):
    """A step is indexed, undone on the chain, and another takes its place."""
    if not node.undoes:
        pytest.skip("no block is ever replaced")
    _, source = indexed(world, client, tmp_path)
    before = world.registry.tip
    world.record(world.bag, EntryKind.SERVICED, by=WORKSHOP)
    undone = whole_history(world, source)[-1]
    world.registry.rewind(before)
    world.record(world.bag, EntryKind.AUTHENTICATED, by=HOUSE)
    world.registry.mine(2)

    told = whole_history(world, source)
    assert told == world.registry.entries(world.bag, world.registry.tip)
    assert undone not in told


@pytest.mark.parametrize(("blocks_max", "logs_max"), [(3, 100), (50_000, 4)])
def test_a_node_that_limits_its_logs_is_asked_in_smaller_ranges(world, proxy, client, blocks_max, logs_max):
    """By blocks or by events, as providers do: nothing is left out, and nothing told twice."""

    def refuse(method, params, result):
        if method == "eth_getLogs":
            width = int(params[0]["toBlock"], 16) - int(params[0]["fromBlock"], 16) + 1
            if width > blocks_max or len(result) > logs_max:
                raise LookupError("query exceeds the limit")
        return result

    proxy.lie = refuse
    told = whole_history(world, RpcLogs(client, world.brand.registry))

    assert told == world.registry.entries(world.bag, world.registry.tip)


@pytest.mark.parametrize("position", [0, -1])
def test_a_log_that_is_left_out_is_noticed_and_another_node_asked(world, proxy, client, node, position):
    """The proved words count what the logs should hold. The next node tells all of it."""

    def omit(method, params, result):
        if method == "eth_getLogs" and len(params[0]["topics"]) == 2:
            del result[position]
        return result

    proxy.lie = omit
    alone = open_registry(world.brand, client, world.store)
    verdict = world.verify(world.bag_label, CLI, chain=alone.chain, histories=alone.histories).verdict
    assert verdict.level is Level.UNDETERMINED

    honest = RpcClient(node.url)
    both = open_registry(world.brand, [client, honest], world.store)
    verdict = world.verify(world.bag_label, CLI, chain=both.chain, histories=both.histories).verdict
    assert verdict.level is Level.VERIFIED
    honest.close()


def test_three_views_of_one_chain_are_one_answer(world, node, client, proxy):
    """One node is a block behind, one invents headers, one is honest; then the honest one falls silent."""
    world.settle()
    tip = world.registry.tip
    with lying_proxy(node.url) as behind, lying_proxy(node.url) as liar:
        behind.lie = lambda method, params, result: (
            behind._client.call(method, hex(tip - 1), False)
            if method == "eth_getBlockByNumber" and int(result["number"], 16) == tip
            else result
        )
        liar.lie = lambda method, params, result: (
            result | {"stateRoot": "0x" + "11" * 32} if method == "eth_getBlockByNumber" else result
        )
        clients = [RpcClient(liar.url), RpcClient(behind.url), client]
        access = open_registry(world.brand, clients, world.store)
        tips = access.chain.tips()
        assert (tips.latest.number, tips.final.number) == (tip - 1, min(tip - 1, tip - node.final_lag))
        verdict = world.verify(world.bag_label, CLI, chain=access.chain, histories=access.histories).verdict
        assert verdict.level is Level.VERIFIED

        proxy.failing = True
        verdict = world.verify(world.bag_label, CLI, chain=access.chain, histories=access.histories).verdict
        assert verdict.level is Level.UNDETERMINED
        for one in clients[:2]:
            one.close()


def test_a_node_that_forgot_old_state_still_serves(tmp_path):
    """The state of 128 blocks is kept. Older words are not had, with its reason; an index is still built from there.

    It cannot count old entries against words of their time, so it counts them at the newest block.
    """
    with running_geth(tmp_path) as node:
        world = mirrored_world(node)
        old = world.registry.blocks[-1]
        node.mine(PROOF_WINDOW + 4)
        world.registry.mine()
        client = RpcClient(node.url)
        registry = world.brand.registry
        chain = RpcChain(client, registry)
        store = IndexStore(tmp_path / "index.sqlite3", "one", registry.deployed_block)
        index = IndexedLogs(store, Follower(client, chain, registry, store, range_blocks=8), registry)
        with pytest.raises(ChainUnavailableError, match="the node refused eth_getProof"):
            chain.read([world.bag], [], old)

        verdict = world.verify(world.bag_label, CLI, chain=chain, histories=(index,)).verdict
        assert verdict.level is Level.VERIFIED
        client.close()
