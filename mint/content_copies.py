"""The copies of a house's documents: its own block file, and what the environment names beside it.

ASSAY_BLOCKS_COPY     a second block file, on another disk
ASSAY_IPFS_API        Kubo nodes that every block is written to (URLs of their RPC, separated by spaces)
ASSAY_IPFS_TOKEN_FILE a file of mode 600 with the bearer token of those nodes
ASSAY_IPFS_GATEWAYS   gateways of other nodes that must serve every block too; they are only read
"""

from __future__ import annotations

import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import urlsplit

from mint.adapters.kubo_writer import KuboWriter
from mint.adapters.sql_blocks import SqlBlocks
from mint.content_ports import StoreWriteError
from mint.dispatch import Store
from mint.errors import HouseWriteError, InputError
from verifier.adapters.block_http import Timeouts
from verifier.adapters.environment import EnvironmentValueError
from verifier.adapters.gateway_store import GATEWAYS_MAX, GatewayStore
from verifier.adapters.kubo_store import KuboStore
from verifier.adapters.sql_places import blocks_place
from verifier.adapters.sql_ports import Place
from verifier.adapters.sql_store import SqlStore

BLOCKS_COPY: Final = "ASSAY_BLOCKS_COPY"
IPFS_API: Final = "ASSAY_IPFS_API"
IPFS_TOKEN_FILE: Final = "ASSAY_IPFS_TOKEN_FILE"  # noqa: S105 - the name of a variable
IPFS_GATEWAYS: Final = "ASSAY_IPFS_GATEWAYS"
VARIABLES: Final = (BLOCKS_COPY, IPFS_API, IPFS_TOKEN_FILE, IPFS_GATEWAYS)

OWN: Final = "house"
"""Name of the house's own block file among the copies."""
_TOKEN_MAX_BYTES: Final = 4_096
_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True)
class CopySettings:
    """Which copies there are beside the house's own."""

    file: Path | None = None
    nodes: tuple[str, ...] = ()
    token: str | None = None
    gateways: tuple[str, ...] = ()

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> CopySettings:
        """Read the environment. Raises InputError naming the variable."""
        file = environ.get(BLOCKS_COPY)
        token_file = environ.get(IPFS_TOKEN_FILE)
        return cls(
            Path(file) if file else None,
            _urls(environ, IPFS_API),
            _token(Path(token_file)) if token_file else None,
            _urls(environ, IPFS_GATEWAYS),
        )


def open_house_copies(
    data_dir: Path, environ: Mapping[str, str], timeouts: Timeouts | None = None
) -> tuple[Store, ...]:
    """Open every copy of the house in a folder; see `open_copies`."""
    try:
        own = blocks_place(data_dir, environ)
    except EnvironmentValueError as error:
        raise InputError(f"${error}") from error
    return open_copies(own, CopySettings.read(environ), timeouts)


def open_copies(own: Place, settings: CopySettings, timeouts: Timeouts | None = None) -> tuple[Store, ...]:
    """Open every copy, the house's own first. Nothing is asked of nodes and gateways yet.

    Raises InputError for a URL that names none, HouseWriteError when a block file cannot be opened.
    """
    stores = [_block_copy(own, OWN)]
    if settings.file is not None:
        if isinstance(own, Path) and settings.file.absolute() == own.absolute():
            raise InputError(f"${BLOCKS_COPY}: {settings.file} is the house's own block file, not a second one")
        stores.append(_block_copy(settings.file, f"file {settings.file.name}"))
    for url in settings.nodes:
        writer = _made(IPFS_API, partial(KuboWriter, url, token=settings.token))
        store = _made(IPFS_API, partial(KuboStore, url, token=settings.token, timeouts=timeouts))
        stores.append(Store(writer, store, f"kubo {urlsplit(url).netloc}"))
    for url in settings.gateways:
        gateway = _made(IPFS_GATEWAYS, partial(GatewayStore, [url], timeouts))
        stores.append(Store(None, gateway, f"gateway {urlsplit(url).netloc}"))
    return tuple(stores)


def close_copies(stores: Sequence[Store]) -> None:
    """Let go of files and connections."""
    for store in stores:
        for part in (store.writer, store.reader):
            close = getattr(part, "close", None)
            if close is not None:
                close()


def _block_copy(place: Place, name: str) -> Store:
    try:
        return Store(SqlBlocks(place), SqlStore(place), name)
    except StoreWriteError as error:
        raise HouseWriteError(place, error.reason) from error


def _made(variable: str, make: Callable[[], _Made]) -> _Made:
    try:
        return make()
    except ValueError as error:
        raise InputError(f"${variable}: {error}") from error


def _urls(environ: Mapping[str, str], variable: str) -> tuple[str, ...]:
    urls = tuple(environ.get(variable, "").split())
    if len(urls) > GATEWAYS_MAX:
        raise InputError(f"${variable}: {len(urls)} URLs, at most {GATEWAYS_MAX}")
    for url in urls:
        if "@" in url:
            raise InputError(f"${variable}: no user or password belongs in a URL; use ${IPFS_TOKEN_FILE}")
    if len({url.rstrip("/") for url in urls}) < len(urls):
        raise InputError(f"${variable}: one URL twice would count as two copies")
    return urls


def _token(path: Path) -> str:
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise InputError(f"${IPFS_TOKEN_FILE}: others can read {path}; chmod 600")
        with path.open("rb") as file:
            token = file.read(_TOKEN_MAX_BYTES + 1).decode("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"${IPFS_TOKEN_FILE}: {path} cannot be read") from error
    if not token or len(token) > _TOKEN_MAX_BYTES or any(character.isspace() for character in token):
        raise InputError(f"${IPFS_TOKEN_FILE}: {path} holds no token of 1 to {_TOKEN_MAX_BYTES} characters")
    return token
