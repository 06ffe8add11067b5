"""Evidence bundles of a world, made by the real maker over a node in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from provenance_schemas.ids import ItemId
from tests.fakes.rpc_node import RpcNode
from tests.fakes.world import World
from verifier.adapters.bundle_proofs import RpcProofs
from verifier.adapters.rpc_chain import RpcChain
from verifier.adapters.rpc_logs import RpcLogs
from verifier.bundle import TrustRoot
from verifier.bundle_form import open_bundle
from verifier.bundle_make import make_bundle
from verifier.errors import ChainUnavailableError
from verifier.gather import RegistryAccess
from verifier.trust import TrustRegistry


class DirectClient:
    """What an RpcClient gives, from a node in this very process."""

    name = "node.example"
    url = "http://node.example"

    def __init__(self, node: RpcNode) -> None:
        self._node = node

    def call(self, method: str, *params: object) -> object:
        return self.batch([(method, list(params))])[0]

    def batch(self, calls: Sequence[tuple[str, list[object]]]) -> list[object]:
        try:
            return [self._node.answer(method, params) for method, params in calls]
        except LookupError as error:
            raise ChainUnavailableError(str(error)) from error


@dataclass
class BundleMaker:
    """A world behind a node; makes bundles of its pieces."""

    world: World

    def __post_init__(self) -> None:
        self.node = RpcNode(self.world.registry)
        self.client = DirectClient(self.node)
        pinned = replace(self.world.brand.registry, deployed_block_hash=self.node.block_hash(0))
        self.world.brand = replace(self.world.brand, registry=pinned)
        self.world.trust = TrustRegistry((self.world.brand,))

    def access(self) -> RegistryAccess:
        registry = self.world.brand.registry
        return self.world.access(chain=RpcChain(self.client, registry), histories=(RpcLogs(self.client, registry),))

    def make(self, item: ItemId) -> bytes:
        return make_bundle(item, self.access(), RpcProofs([self.client], item.contract))


def root_of(data: bytes) -> TrustRoot:
    """Name the block of a genuine bundle, as somebody else than its giver would."""
    return TrustRoot(open_bundle(data).block.hash, "you")
