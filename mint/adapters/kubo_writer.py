"""Blocks into a Kubo node, through ipfshttpclient.

Only `block/put`, `dag/import` and `pin/add`: the DAG is built here. `add` would build it by the node's own
settings, and this client's `add(cid_version=1)` sends `raw-leaves=false`: other content ids, silently.
A node keeps what it acknowledged through a power cut only when its datastore has `sync` switched on.
"""

from __future__ import annotations

import importlib
import io
import os
from collections.abc import Iterable, Iterator
from typing import Any, Final
from urllib.parse import urlsplit

from mint.content_ports import StoreWriteError, check_block
from provenance_schemas.car import write_car
from provenance_schemas.content_id import RAW, ContentId

_CAR_MAX_BYTES: Final = 8 * 1024 * 1024
_CONNECT_S: Final = 3.0
_ANSWER_S: Final = 60.0


class KuboWriter:
    """ContentWriter over a Kubo node's RPC."""

    def __init__(self, url: str, *, token: str | None = None) -> None:
        """Take the RPC's base URL, as `http://127.0.0.1:5001`. Nothing is sent yet."""
        self._url = url
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        library = _client_library()
        # Built directly: `connect()` asks for the version and warns about every node of today.
        self._client: Any = library.Client(
            multiaddr_of(url), headers=headers, timeout=(_CONNECT_S, _ANSWER_S), session=True
        )
        # What the client lets through when an answer is cut: its own assertion on the number of answers,
        # a missing field, and requests' errors (which are OSErrors).
        self._broken = (library.exceptions.Error, OSError, AssertionError, KeyError, TypeError, ValueError)

    def put_many(self, blocks: Iterable[tuple[ContentId, bytes]]) -> None:
        """Send the blocks, in CARs of up to 8 MiB; the node's count of what it kept must agree."""
        for batch in _batches(blocks):
            try:
                kept = self._put_one(*batch[0]) if len(batch) == 1 else self._import(batch)
            except self._broken as error:
                raise StoreWriteError(self._url, f"{type(error).__name__}: {error}") from error
            if kept != len(batch):
                raise StoreWriteError(self._url, f"kept {kept} of {len(batch)} blocks")

    def pin(self, root: ContentId) -> None:
        """Pin recursively: the node walks everything under `root` before it answers."""
        try:
            pins = self._client.pin.add(str(root))["Pins"]
        except self._broken as error:
            raise StoreWriteError(self._url, f"pin {root}: {type(error).__name__}: {error}") from error
        if str(root) not in pins:
            raise StoreWriteError(self._url, f"pin {root}: the node pinned {pins!r}")

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _put_one(self, cid: ContentId, block: bytes) -> int:
        opts = {"cid-codec": "raw" if cid.codec == RAW else "dag-pb", "mhtype": "sha2-256", "pin": "false"}
        answer = self._client.block.put(_Upload(block), opts=opts)
        if answer["Key"] != str(cid):
            raise StoreWriteError(self._url, f"{cid}: the node calls it {answer['Key']!r}")
        return 1

    def _import(self, batch: list[tuple[ContentId, bytes]]) -> int:
        car = _Upload()
        write_car(car, [batch[0][0]], batch)
        car.seek(0)
        # Unpinned, a CAR may hold blocks of no common root; `stats` says that it was read to its end.
        opts = {"pin-roots": "false", "stats": "true"}
        (answer,) = list(self._client.dag.imprt(car, opts=opts, stream=True))
        count = answer["Stats"]["BlockCount"]
        return int(count)


def _client_library() -> Any:
    """Import ipfshttpclient without its patch of requests, which today's urllib3 warns of and the next refuses."""
    os.environ.setdefault("PY_IPFS_HTTP_CLIENT_PATCH_REQUESTS", "no")
    return importlib.import_module("ipfshttpclient")


class _Upload(io.BytesIO):
    """Bytes with the file name that a form upload carries."""

    name = "blocks.bin"


def _batches(blocks: Iterable[tuple[ContentId, bytes]]) -> Iterator[list[tuple[ContentId, bytes]]]:
    batch: dict[ContentId, bytes] = {}
    size = 0
    for cid, block in blocks:
        check_block(cid, block)
        if batch and size + len(block) > _CAR_MAX_BYTES:
            yield list(batch.items())
            batch, size = {}, 0
        batch[cid] = block
        size += len(block)
    if batch:
        yield list(batch.items())


def multiaddr_of(url: str) -> str:
    """Rewrite `http://host:port` as the multiaddress the client wants, or raise ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError(f"not the base URL of a node: {url[:120]!r}; write http://host:port")
    host = parts.hostname
    kind = "ip6" if ":" in host else "ip4" if host.replace(".", "").isdigit() else "dns"
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return f"/{kind}/{host}/tcp/{port}/{parts.scheme}"
