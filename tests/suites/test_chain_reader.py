"""Every ChainReader under the same suite: the fake, and the proving one over real JSON-RPC."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.fakes.chain import FakeChain
from tests.fakes.forks import some_fork
from tests.fakes.rpc_node import RpcNode, serving
from tests.fakes.world import some_world
from tests.suites.chain_reader import ChainReaderSuite, ReaderUnderTest
from verifier.adapters.quorum_asking import NamedChain
from verifier.adapters.quorum_chain import QuorumChain
from verifier.adapters.rpc_chain import RpcChain
from verifier.adapters.rpc_client import RpcClient


@pytest.fixture
def world():
    return some_world()


@pytest.fixture
def items(world):
    return [world.bag, world.scarf]


class FakeUnderTest(ReaderUnderTest):
    def break_off(self):
        self.reader.reachable = False

    def fall_behind(self, blocks):
        self.reader.behind = blocks


class TestFakeChain(ChainReaderSuite):
    @pytest.fixture
    def subject(self, world):
        return FakeUnderTest(FakeChain(world.registry), world.registry, 2)


class QuorumUnderTest(ReaderUnderTest):
    nodes: list[FakeChain]

    def break_off(self):
        for node in self.nodes:
            node.reachable = False

    def fall_behind(self, blocks):
        for node in self.nodes:
            node.behind = blocks


class TestQuorumChain(ChainReaderSuite):
    """Two of three; the third is whole, silent, behind, or on a chain of its own."""

    @pytest.fixture(params=["alike", "silent", "behind", "another chain"])
    def subject(self, world, request):
        nodes = [FakeChain(world.registry) for _ in range(3)]
        odd = nodes[0]
        if request.param == "silent":
            odd.reachable = False
        elif request.param == "behind":
            odd.behind = 3
        elif request.param == "another chain":
            nodes[0] = odd = FakeChain(some_fork(world.registry))
        reader = QuorumChain([NamedChain(f"node{number}", node) for number, node in enumerate(nodes)], 2)
        subject = QuorumUnderTest(reader, world.registry, 2)
        subject.nodes = nodes
        return subject


class RpcUnderTest(ReaderUnderTest):
    node: RpcNode

    def break_off(self):
        self.node.failing = True

    def fall_behind(self, blocks):
        self.node.behind = blocks


class TestRpcChain(ChainReaderSuite):
    @pytest.fixture
    def subject(self, world):
        with serving(RpcNode(world.registry)) as node:
            client = RpcClient(node.url)
            registry = replace(world.brand.registry, deployed_block_hash=node.block_hash(0))
            subject = RpcUnderTest(RpcChain(client, registry), world.registry, 2)
            subject.node = node
            yield subject
            client.close()
