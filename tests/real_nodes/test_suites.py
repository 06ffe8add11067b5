"""The suites of both ports on the real nodes: what they answer is what the contracts did, whoever executed them."""

from __future__ import annotations

import pytest

from tests.fakes.lying_proxy import LyingProxy
from tests.suites.chain_reader import ChainReaderSuite, ReaderUnderTest
from tests.suites.history_source import HistorySourceSuite, SourceUnderTest
from verifier.adapters.rpc_chain import RpcChain
from verifier.adapters.rpc_logs import RpcLogs
from verifier.index.follower import Follower
from verifier.index.indexed_logs import IndexedLogs
from verifier.index.store import IndexStore

pytestmark = pytest.mark.process


class RealReader(ReaderUnderTest):
    proxy: LyingProxy

    def break_off(self):
        self.proxy.failing = True

    def fall_behind(self, blocks):
        registry = self.registry
        if not registry.node.undoes:
            pytest.skip("one authority seals, so there is no second view of the chain")
        registry.rewind(registry.tip - blocks)


class TestRpcChain(ChainReaderSuite):
    @pytest.fixture
    def items(self, world):
        return [world.bag, world.scarf]

    @pytest.fixture
    def subject(self, node, world, proxy, client):
        chain = RpcChain(client, world.brand.registry)
        subject = RealReader(chain, world.registry, node.final_lag, world.registry.code_hash)
        subject.proxy = proxy
        return subject

    def test_a_block_that_was_reorganised_away_is_unavailable(self, subject, items):
        if not subject.registry.node.undoes:
            pytest.skip("no block is ever replaced")
        super().test_a_block_that_was_reorganised_away_is_unavailable(subject, items)


class RealSource(SourceUnderTest):
    proxy: LyingProxy

    def break_off(self):
        self.proxy.failing = True


class TestRpcLogs(HistorySourceSuite):
    @pytest.fixture
    def subject(self, world, proxy, client):
        subject = RealSource(RpcLogs(client, world.brand.registry), world)
        subject.proxy = proxy
        return subject


class TestIndexedLogs(HistorySourceSuite):
    @pytest.fixture
    def subject(self, world, proxy, client, tmp_path):
        registry = world.brand.registry
        store = IndexStore(tmp_path / "index.sqlite3", "one", registry.deployed_block)
        follower = Follower(client, RpcChain(client, registry), registry, store)
        subject = RealSource(IndexedLogs(store, follower, registry), world)
        subject.proxy = proxy
        return subject
