"""Blocks from a Kubo node's RPC. Plain HTTP: verifying must not need mint's libraries."""

from __future__ import annotations

from typing import Final

from provenance_schemas.content_id import ContentId
from verifier.adapters.block_http import BlockHttp, Timeouts
from verifier.adapters.gateway_store import http_base

_NODE_HEAD_START_S: Final = 1.0


class KuboStore:
    """ContentStore over `block/get`. A read that Kubo cuts short has status 200: its hash refuses it."""

    def __init__(self, url: str, *, token: str | None = None, timeouts: Timeouts | None = None) -> None:
        """Take the RPC's base URL, as `http://127.0.0.1:5001`; `token` is sent as a bearer token."""
        timeouts = timeouts or Timeouts()
        self._url = http_base(url)
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        # The node gives up before we do, so that it answers with an error instead of searching on unheard.
        self._node_timeout_ms = int(max(timeouts.read_s - _NODE_HEAD_START_S, timeouts.read_s / 2) * 1000)
        self._http = BlockHttp(timeouts)

    def get(self, cid: ContentId, *, size_max_bytes: int) -> bytes:
        """Return the block, checked. No node, no block, other bytes: ContentUnavailableError."""
        url = f"{self._url}/api/v0/block/get?arg={cid}&timeout={self._node_timeout_ms}ms"
        return self._http.fetch("POST", url, cid, headers=self._headers, size_max_bytes=size_max_bytes)

    def close(self) -> None:
        """Close the idle connections."""
        self._http.close()
