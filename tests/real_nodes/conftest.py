"""Each module runs on each of the three nodes, in a world of its own on each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.fakes.lying_proxy import LyingProxy, lying_proxy
from tests.real_nodes.driven import DrivenNode, running_anvil, running_localnet
from tests.real_nodes.geth import running_geth
from tests.real_nodes.mirrored import MirroredWorld, mirrored_world
from verifier.adapters.rpc_client import RpcClient

NODES = ("localnet", "anvil", "geth")


def running(name: str, folder: Path) -> AbstractContextManager[DrivenNode]:
    """Start a node by name."""
    if name == "anvil":
        return running_anvil()
    return running_localnet(folder) if name == "localnet" else running_geth(folder)


@pytest.fixture(scope="module", params=NODES)
def node(request, tmp_path_factory) -> Iterator[DrivenNode]:
    with running(request.param, tmp_path_factory.mktemp(request.param)) as node:
        yield node


@pytest.fixture(scope="module")
def world(node) -> MirroredWorld:
    return mirrored_world(node)


@pytest.fixture
def proxy(node) -> Iterator[LyingProxy]:
    """An honest proxy before the node, until a test says otherwise."""
    with lying_proxy(node.url) as proxy:
        yield proxy


@pytest.fixture
def client(proxy) -> Iterator[RpcClient]:
    client = RpcClient(proxy.url, read_timeout_s=30)
    yield client
    client.close()
