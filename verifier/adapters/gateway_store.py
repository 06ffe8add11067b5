"""Blocks from trustless IPFS gateways: nothing they say is believed, every block is checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from provenance_schemas.content_id import ContentId
from verifier.adapters.block_http import BlockHttp, Timeouts
from verifier.errors import ContentUnavailableError

GATEWAYS_MAX: Final = 8
_HEADERS: Final = {"Accept": "application/vnd.ipld.raw"}


class GatewayStore:
    """ContentStore over gateways, tried in order until one gives the right block."""

    def __init__(self, gateways: Sequence[str], timeouts: Timeouts | None = None) -> None:
        """Take base URLs such as `https://gateway.example`. Raises ValueError for anything else."""
        if not 0 < len(gateways) <= GATEWAYS_MAX:
            raise ValueError(f"1 to {GATEWAYS_MAX} gateways, got {len(gateways)}")
        self._gateways = [http_base(url) for url in gateways]
        self._http = BlockHttp(timeouts or Timeouts())

    def get(self, cid: ContentId, *, size_max_bytes: int) -> bytes:
        """Return the block; ContentUnavailableError says what each gateway answered."""
        refusals: list[ContentUnavailableError] = []
        for gateway in self._gateways:
            url = f"{gateway}/ipfs/{cid}?format=raw"
            try:
                return self._http.fetch("GET", url, cid, headers=_HEADERS, size_max_bytes=size_max_bytes)
            except ContentUnavailableError as error:
                refusals.append(error)
        # Missing, or damaged, only where every gateway says the same.
        kinds = {type(refusal) for refusal in refusals}
        kind = kinds.pop() if len(kinds) == 1 else ContentUnavailableError
        raise kind("; ".join(map(str, refusals)))

    def close(self) -> None:
        """Close the idle connections."""
        self._http.close()


def http_base(url: str) -> str:
    """Check a base URL and drop its last slash. Raises ValueError when it is not plain http or https."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(f"not a base URL: {url[:120]!r}; write https://host[:port][/path]")
    return url.rstrip("/")
