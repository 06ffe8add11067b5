"""The proving reader's own promises, beside the suite: which blocks it reads at, and what it remembers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.fakes.registry import CODE_HASH
from tests.fakes.rpc_node import RpcNode, serving, world_over_rpc
from tests.fakes.world import some_world
from verifier.adapters.rpc_chain import RpcChain
from verifier.adapters.rpc_client import RpcClient
from verifier.errors import ChainUnavailableError


@pytest.fixture
def served():
    world = some_world()
    with world_over_rpc(world) as (node, parts):
        yield world, node, parts["chain"]


def at_tag(node, tag, number):
    """Let the node answer another block for a tag."""
    node.lie = lambda method, params, result: (
        node.header(number) if method == "eth_getBlockByNumber" and params[0] == tag else result
    )


@pytest.mark.parametrize(("number", "answered"), [(4, False), (5, True)])
def test_a_final_block_older_than_the_registry_is_refused(number, answered):
    """Both sides of the edge: the block of the deployment itself is the first one that counts."""
    world = some_world()
    with world_over_rpc(world, deployed=5) as (node, parts):
        at_tag(node, "finalized", number)
        if answered:
            assert parts["chain"].tips().final.number == number
            return
        with pytest.raises(ChainUnavailableError, match="older than the registry"):
            parts["chain"].tips()


def test_a_latest_block_older_than_the_final_one_is_refused(served):
    _, node, chain = served
    at_tag(node, "latest", 3)
    with pytest.raises(ChainUnavailableError, match="older than its final"):
        chain.tips()


def test_the_identity_of_the_chain_is_asked_once(served):
    """Two round trips less for every scan after the first."""
    _, node, chain = served
    chain.tips()
    node.calls.clear()
    chain.tips()

    assert node.calls == ["eth_getBlockByNumber", "eth_getBlockByNumber"]


def test_all_words_come_in_one_call_pinned_by_the_blocks_hash(served):
    world, node, chain = served
    tips = chain.tips()
    pins = []

    def note(method, params, result):
        if method == "eth_getProof":
            pins.append(params[2])
        return result

    node.lie = note
    chain.read([world.bag, world.scarf], [], tips.final)
    assert pins == [{"blockHash": "0x" + tips.final.hash.hex(), "requireCanonical": True}]


def test_a_block_it_has_not_seen_is_fetched_by_its_hash_and_checked(served):
    """A stored scan names a block of last month; another one in its place is refused."""
    world, node, chain = served
    tips = chain.tips()
    again = RpcChain(chain._client, chain._registry)
    assert again.read([world.bag], [], tips.final).code_hash == CODE_HASH
    again = RpcChain(chain._client, chain._registry)
    node.lie = lambda method, params, result: node.header(3) if method == "eth_getBlockByHash" else result

    with pytest.raises(ChainUnavailableError, match="another block"):
        again.read([world.bag], [], tips.final)


def test_words_of_another_contract_are_not_read(served):
    """Its slots may hold anything: more than an address where the owner stands, for one."""
    world, _, chain = served
    tips = chain.tips()
    chain._registry = replace(chain._registry, code_hash=bytes(32))
    state = chain.read([world.bag], [], tips.final)

    assert state.code_hash == CODE_HASH
    assert (state.issuance, state.items, state.actors) == (0, {}, {})


def test_slots_that_overflow_their_place_bring_nothing_down():
    """Code we do not know, storage full of ones."""
    world = some_world()
    node = RpcNode(world.registry)
    node.code_at = lambda number: bytes(32)
    node.storage = lambda number: dict.fromkeys(world.registry.storage(number), 2**256 - 1)
    with serving(node):
        client = RpcClient(node.url)
        registry = replace(world.brand.registry, deployed_block_hash=node.block_hash(0))
        chain = RpcChain(client, registry)

        assert chain.read([world.bag], [], chain.tips().final).items == {}
        client.close()


def test_words_proved_once_are_not_asked_for_again_at_that_block(served):
    """They stay true of it for ever; of the next block they are asked for anew."""
    world, node, chain = served
    tips = chain.tips()
    first = chain.read([world.bag], [], tips.final)
    node.calls.clear()
    assert chain.read([world.bag], [], tips.final) == first
    assert node.calls == []

    chain.read([world.bag], [], tips.latest)
    assert node.calls == ["eth_getProof"]


def test_headers_remembered_are_bounded(served):
    """A site that runs for years sees millions of them."""
    world, _, chain = served
    for _ in range(100):
        world.registry.mine()
        chain.tips()

    assert len(chain._state_roots) <= 64


def test_a_node_that_names_no_final_block_yet_is_not_final(served):
    """After its start, before the first epoch is over."""
    _, node, chain = served
    node.lie = lambda method, params, result: None if params[:1] == ["finalized"] else result
    with pytest.raises(ChainUnavailableError, match="no final block yet"):
        chain.tips()


def test_the_block_at_a_number_is_that_block(served):
    """Another one in its place, or none, is refused."""
    world, node, chain = served
    assert chain.block_at(4).hash == node.block_hash(4)

    with pytest.raises(ChainUnavailableError, match="does not have"):
        chain.block_at(world.registry.tip + 1)
    node.lie = lambda method, params, result: node.header(3) if params[:1] == ["0x4"] else result
    with pytest.raises(ChainUnavailableError, match="gave block 3, not 4"):
        chain.block_at(4)
