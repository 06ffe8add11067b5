"""How attacks are mounted: a brand that whoever verifies reaches over JSON-RPC and HTTP alone.

`some_world()` gives the brand of `tests.fakes.world`, whose node and gateway are served on loopback. Whoever attacks
holds what a node says (`world.node.lie`), what a gateway says (`world.gateway.lie`), what actors write
(`world.record`, ...) or what is printed on a label. `tests.fakes.street` is the same with the command line in front.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from tests.fakes.documents import CONTRACT
from tests.fakes.registry import CODE_HASH, FakeRegistry
from tests.fakes.rpc_node import RpcNode, serving
from tests.fakes.street import Gateway, serving_blocks
from tests.fakes.world import CHAIN_ID, BagWorld, furnish
from verifier.adapters.gateway_store import GatewayStore
from verifier.adapters.rpc_chain import RpcChain
from verifier.adapters.rpc_client import RpcClient
from verifier.adapters.rpc_logs import RpcLogs
from verifier.gather import RegistryAccess
from verifier.ports import ChainReader, ContentStore, HistorySource
from verifier.trust import TrustRegistry

_OPEN: list[ExitStack] = []
"""What the worlds of the test under way have opened."""


class MountedWorld(BagWorld):
    """The brand behind a real node and a real gateway; each verification starts with nothing but the trust file."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._stack = ExitStack()
        _OPEN.append(self._stack)
        self.node = self._stack.enter_context(serving(RpcNode(self.registry)))
        self.gateway = self._stack.enter_context(serving_blocks(Gateway(self)))
        self.pin()

    def pin(self, *, code_at: Callable[[int], bytes | None] = lambda number: CODE_HASH) -> None:
        """Pin the registry in the trust file as it stands on the node."""
        self.node.code_at = code_at
        pinned = replace(self.brand.registry, deployed_block_hash=self.node.block_hash(0))
        self.brand = replace(self.brand, registry=pinned)
        self.trust = TrustRegistry((self.brand,))

    def access(
        self,
        *,
        chain: ChainReader | None = None,
        histories: Sequence[HistorySource] | None = None,
        content: ContentStore | None = None,
    ) -> RegistryAccess:
        """Give access over the wire, but for what a test puts in its place."""
        client = RpcClient(self.node.url)
        self._stack.callback(client.close)
        if content is None:
            content = GatewayStore([self.gateway.url])
            self._stack.callback(content.close)
        return super().access(
            chain=chain or RpcChain(client, self.brand.registry),
            histories=histories if histories is not None else (RpcLogs(client, self.brand.registry),),
            content=content,
        )

    def logs_told(self) -> RpcLogs:
        """Give the node's logs as whoever believes them would read them."""
        client = RpcClient(self.node.url)
        self._stack.callback(client.close)
        return RpcLogs(client, self.brand.registry)


def some_world() -> MountedWorld:
    """Build the brand, with the bag that went through 8 steps, and open its node and its gateway."""
    return furnish(MountedWorld(FakeRegistry(CHAIN_ID, CONTRACT)))


@contextmanager
def closing_worlds() -> Iterator[None]:
    """Close every node and gateway that was opened meanwhile."""
    try:
        yield
    finally:
        while _OPEN:
            _OPEN.pop().close()
