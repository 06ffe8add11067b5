"""The nodes a command asks: `--node URL` as often as there are nodes, `--quorum K` of them must agree."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from typing import Final

from verifier.adapters.rpc_client import RpcClient
from verifier.errors import TrustError
from verifier.limits import QUORUM_NODES_MAX
from verifier.trust import TrustRegistry

NODE: Final = "ASSAY_NODE"
QUORUM: Final = "ASSAY_QUORUM"


def add_node_options(parser: argparse.ArgumentParser) -> None:
    """Add the two options."""
    parser.add_argument(
        "--node",
        metavar="URL",
        action="append",
        help=f"JSON-RPC node to ask; may be repeated; default: ${NODE}, then the trust file's",
    )
    parser.add_argument(
        "--quorum",
        metavar="K",
        type=_count,
        help=f"how many of the nodes must name the same block; default: ${QUORUM}, then more than half",
    )


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= QUORUM_NODES_MAX):
        raise argparse.ArgumentTypeError(f"a whole number from 1 to {QUORUM_NODES_MAX} is needed, not {text!r}")
    return int(text)


def named_nodes(given: Sequence[str] | None, trust: TrustRegistry) -> tuple[str, ...]:
    """Give the nodes' URLs: the ones given, else the environment's, else the trust file's."""
    return tuple(given or os.environ.get(NODE, "").split() or trust.nodes)


def named_quorum(given: int | None) -> int | None:
    """Give how many nodes must agree; None: more than half. Raises TrustError naming the variable."""
    value = os.environ.get(QUORUM, "")
    if given is not None or not value:
        return given
    try:
        return _count(value)
    except argparse.ArgumentTypeError as error:
        raise TrustError(f"${QUORUM}: {error}") from error


def node_clients(urls: Sequence[str]) -> tuple[RpcClient, ...]:
    """Open a client for each node. Raises TrustError."""
    try:
        return tuple(RpcClient(url) for url in urls)
    except ValueError as error:
        raise TrustError(f"--node: {error}") from error
