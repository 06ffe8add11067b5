"""Every HistorySource under the same suite: the fake, a node's own logs, and the index."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.fakes.database import some_place
from tests.fakes.rpc_node import RpcNode, serving
from tests.fakes.world import some_world
from tests.suites.history_source import HistorySourceSuite, SourceUnderTest
from verifier.adapters.rpc_chain import RpcChain
from verifier.adapters.rpc_client import RpcClient
from verifier.adapters.rpc_logs import RpcLogs
from verifier.index.follower import Follower
from verifier.index.indexed_logs import IndexedLogs
from verifier.index.store import IndexStore


class FakeUnderTest(SourceUnderTest):
    def break_off(self):
        self.source.reachable = False


class TestFakeChain(HistorySourceSuite):
    @pytest.fixture
    def subject(self):
        world = some_world()
        return FakeUnderTest(world.chain, world)


class RpcUnderTest(SourceUnderTest):
    node: RpcNode

    def break_off(self):
        self.node.failing = True


@pytest.fixture
def served():
    """Give (world, node, client, registry as it must be pinned)."""
    world = some_world()
    with serving(RpcNode(world.registry)) as node:
        client = RpcClient(node.url)
        yield world, node, client, replace(world.brand.registry, deployed_block_hash=node.block_hash(0))
        client.close()


class TestRpcLogs(HistorySourceSuite):
    @pytest.fixture
    def subject(self, served):
        world, node, client, registry = served
        subject = RpcUnderTest(RpcLogs(client, registry), world)
        subject.node = node
        return subject


class TestIndexedLogs(HistorySourceSuite):
    @pytest.fixture
    def subject(self, served, tmp_path, each_engine):
        world, node, client, registry = served
        store = IndexStore(some_place(tmp_path / "index.sqlite3"), "one", registry.deployed_block)
        follower = Follower(client, RpcChain(client, registry), registry, store)
        subject = RpcUnderTest(IndexedLogs(store, follower, registry), world)
        subject.node = node
        yield subject
        store.close()
