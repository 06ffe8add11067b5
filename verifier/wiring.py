"""Put the real parts together for one brand: node, logs or index, content, label map, documents."""

from __future__ import annotations

from pathlib import Path

from provenance_schemas.keccak import keccak256
from verifier.adapters.rpc_chain import RpcChain
from verifier.adapters.rpc_client import RpcClient
from verifier.adapters.rpc_logs import RpcLogs
from verifier.documents import DocumentReader
from verifier.gather import RegistryAccess
from verifier.index.follower import Follower
from verifier.index.indexed_logs import IndexedLogs
from verifier.index.store import IndexStore
from verifier.label_map import LabelMap
from verifier.ports import ContentStore, HistorySource
from verifier.trust import Brand


def open_registry(
    brand: Brand, client: RpcClient, content: ContentStore, *, index_folder: Path | None = None
) -> RegistryAccess:
    """Give access to a brand's registry through one node.

    With `index_folder` the events come from an index there, which follows the chain; the node's own logs stay the
    second source. Nothing is asked yet. Raises ValueError when the index on disk is another registry's.
    """
    registry = brand.registry
    chain = RpcChain(client, registry)
    logs = RpcLogs(client, registry)
    histories: tuple[HistorySource, ...] = (logs,)
    if index_folder is not None:
        name = f"eip155:{registry.chain_id}/erc721:{registry.contract}@0x{registry.deployed_block_hash.hex()}"
        file = index_folder / f"{keccak256(name.encode()).hex()[:16]}.sqlite3"
        store = IndexStore(file, name, registry.deployed_block)
        histories = (IndexedLogs(store, Follower(client, chain, registry, store), registry), logs)
    labels = LabelMap(registry.chain_id, registry.contract, registry.deployed_block, content)
    return RegistryAccess(brand, chain, histories, content, labels, DocumentReader(content))
