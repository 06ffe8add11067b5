"""Put the real parts together for one brand: nodes, logs or index, content, label map, documents."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from provenance_schemas.keccak import keccak256
from verifier.adapters.checkpoint_chain import DescendingChain, RpcHeaders
from verifier.adapters.checkpoint_memory import CheckpointMemory
from verifier.adapters.quorum_asking import NamedChain
from verifier.adapters.quorum_chain import QuorumChain, majority, name_nodes
from verifier.adapters.rpc_chain import RpcChain
from verifier.adapters.rpc_client import RpcClient
from verifier.adapters.rpc_logs import RpcLogs
from verifier.adapters.sql_ports import Place, ServerPlace
from verifier.documents import DocumentReader
from verifier.gather import RegistryAccess
from verifier.index.follower import Follower
from verifier.index.indexed_logs import IndexedLogs
from verifier.index.store import IndexStore
from verifier.label_map import LabelMap
from verifier.ports import CanonicalChain, ContentStore, HistorySource
from verifier.trust import Brand, Registry


def open_chain(registry: Registry, clients: Sequence[RpcClient], *, quorum: int | None = None) -> CanonicalChain:
    """Give the chain as one node tells it, or as `quorum` of several agree; by default more than half of them.

    Raises ValueError where no node is named, one is named twice, or the quorum is not 1 to all of them.
    """
    if not clients:
        raise ValueError("no node is named")
    if len({_spelled(client.url) for client in clients}) != len(clients):
        raise ValueError("the same node is named twice: it would agree with itself")
    threshold = majority(len(clients)) if quorum is None else quorum
    if len(clients) == 1 and threshold == 1:
        return RpcChain(clients[0], registry)
    names = name_nodes(client.name for client in clients)
    readers = [NamedChain(name, RpcChain(client, registry)) for name, client in zip(names, clients, strict=True)]
    return QuorumChain(readers, threshold)


def _spelled(url: str) -> tuple[object, ...]:
    """Spell a node's URL in one way, so that a slash more does not make two nodes of one."""
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return parts.hostname, port, parts.path.rstrip("/"), parts.query


def open_registry(
    brand: Brand,
    clients: Sequence[RpcClient] | RpcClient,
    content: ContentStore,
    *,
    quorum: int | None = None,
    index_folder: Path | None = None,
    index_url: str | None = None,
    memory: CheckpointMemory | None = None,
) -> RegistryAccess:
    """Give access to a brand's registry through one node, or through several that must agree.

    With `index_folder`, or the `index_url` of a PostgreSQL, the events come from an index there, which follows the
    chain; the nodes' own logs stay the next sources. With `memory` a head that does not descend from the last one
    seen is refused. Nothing is asked yet. Raises ValueError as `open_chain` does, and when the index is another
    registry's.
    """
    registry = brand.registry
    nodes = (clients,) if isinstance(clients, RpcClient) else tuple(clients)
    chain = open_chain(registry, nodes, quorum=quorum)
    if memory is not None:
        chain = DescendingChain(chain, registry, [RpcHeaders(client) for client in nodes], memory)
    histories: tuple[HistorySource, ...] = tuple(RpcLogs(client, registry) for client in nodes)
    if index_folder is not None or index_url is not None:
        name = f"eip155:{registry.chain_id}/erc721:{registry.contract}@0x{registry.deployed_block_hash.hex()}"
        store = IndexStore(_index_place(name, index_folder, index_url), name, registry.deployed_block)
        histories = (IndexedLogs(store, Follower(nodes, chain, registry, store), registry), *histories)
    labels = LabelMap(registry.chain_id, registry.contract, registry.deployed_block, content)
    return RegistryAccess(brand, chain, histories, content, labels, DocumentReader(content))


def _index_place(name: str, folder: Path | None, url: str | None) -> Place:
    """Give each registry's index a place of its own: a schema of a server, or a file."""
    short = keccak256(name.encode()).hex()[:16]
    if url is not None:
        return ServerPlace(url, f"assay_index_{short}")
    assert folder is not None, "an index has a place"
    return folder / f"{short}.sqlite3"
