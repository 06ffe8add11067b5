"""The names of a registry, read from a node."""

from __future__ import annotations

from mint.content_names import BookNames, LedgerNames
from verifier.adapters.rpc_chain import RpcChain
from verifier.adapters.rpc_client import RpcClient
from verifier.adapters.rpc_logs import RpcLogs
from verifier.trust import Registry


def ledger_names(node: str | RpcClient, registry: Registry, book: BookNames | None = None) -> LedgerNames:
    """Give the names of a registry up to its final block; what `book` holds is left out. Nothing is asked yet."""
    client = RpcClient(node) if isinstance(node, str) else node
    chain = RpcChain(client, registry)
    return LedgerNames(lambda: RpcLogs(client, registry), registry, lambda: chain.tips().final.number, book)
