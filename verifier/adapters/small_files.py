"""One small file that somebody published: from the disk, or over HTTP within limits. Others check what it says."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import urllib3

from verifier.adapters.block_http import BOUNDED_POOLS
from verifier.errors import UnavailableError

_CONNECT_S: Final = 5.0
_READ_S: Final = 10.0
_TOTAL_S: Final = 30.0
_PART_BYTES: Final = 1 << 14


class FileUnavailableError(UnavailableError):
    """A published file could not be had."""


class FileMissingError(FileUnavailableError):
    """There is no such file."""


def is_url(source: str) -> bool:
    """Say whether a source is an address, not a path."""
    return source.startswith(("http://", "https://"))


def read_small_file(source: str, *, size_max_bytes: int) -> bytes:
    """Read a path or an http(s) URL; no redirect is followed. Raises FileUnavailableError."""
    return _fetch(source, size_max_bytes) if is_url(source) else _read(Path(source), size_max_bytes)


def _read(path: Path, size_max_bytes: int) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(size_max_bytes + 1)
    except FileNotFoundError as error:
        raise FileMissingError(f"{path}: there is no such file") from error
    except OSError as error:
        raise FileUnavailableError(f"{path}: cannot be read ({error.strerror})") from error
    if len(content) > size_max_bytes:
        raise FileUnavailableError(f"{path}: larger than {size_max_bytes} bytes")
    return content


def _fetch(url: str, size_max_bytes: int) -> bytes:
    host = urlsplit(url).hostname or url[:60]
    pools = urllib3.PoolManager(num_pools=1, maxsize=1, retries=False)
    pools.pool_classes_by_scheme = BOUNDED_POOLS
    deadline = time.monotonic() + _TOTAL_S
    try:
        response = pools.request(
            "GET",
            url,
            headers={"Accept-Encoding": "identity"},
            redirect=False,
            preload_content=False,
            timeout=urllib3.Timeout(connect=_CONNECT_S, read=_READ_S),
        )
        if response.status in (404, 410):
            raise FileMissingError(f"{host}: there is no such file")
        if response.status != 200:
            raise FileUnavailableError(f"{host}: answer {response.status}")
        content = bytearray()
        while part := response.read1(_PART_BYTES, decode_content=False):
            content += part
            if len(content) > size_max_bytes:
                raise FileUnavailableError(f"{host}: larger than {size_max_bytes} bytes")
            if time.monotonic() > deadline:
                raise FileUnavailableError(f"{host}: not whole after {_TOTAL_S:.0f} s")
    except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        raise FileUnavailableError(f"{host}: no answer ({type(error).__name__})") from error
    finally:
        pools.clear()
    return bytes(content)
