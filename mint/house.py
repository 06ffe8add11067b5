"""A house on disk: opens its folder and puts the real parts together. The one place of mint that chooses them.

house.json  who it is, no secrets       keys/*.key      one file a key, mode 600
trust.json  for those who verify        blocks.sqlite3  documents as IPFS blocks
house.sqlite3  outbox, labels, claim codes until printed    localnet/  the embedded ledger
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mint.adapters.keystore_signer import KeyFolder, KeySigner
from mint.adapters.kubo_writer import KuboWriter
from mint.adapters.rpc_writer import RpcWriter, artifact
from mint.adapters.sql_blocks import SqlBlocks
from mint.book import Book
from mint.content_ports import StoreWriteError
from mint.database import HouseDatabase
from mint.desk import Desk
from mint.dispatch import Dispatch, Progress, Store, Terms, silent
from mint.errors import (
    HouseExistsError,
    HouseMissingError,
    HouseWriteError,
    InputError,
    LedgerUnavailableError,
    WrongLedgerError,
)
from mint.founding import OWN_KEYS, Artifact, found
from mint.identity import Identity, Maker, identity_json, read_identity
from mint.localnet.errors import LocalnetError
from mint.localnet.start import ensure_localnet, funder_key
from mint.lock import FolderLock
from mint.outbox import Outbox
from mint.readback import Reader
from verifier.adapters.cached_store import CachedStore, FirstOfStores
from verifier.adapters.gateway_store import GatewayStore
from verifier.adapters.kubo_store import KuboStore
from verifier.adapters.rpc_client import RpcClient
from verifier.adapters.sql_store import SqlStore
from verifier.gather import RegistryAccess
from verifier.ports import ContentStore
from verifier.service import Verifier
from verifier.trust import Brand, trust_json
from verifier.wiring import open_registry

FUNDER: Final = "funder"


class HouseKeys:
    """KeyRing of a house: its own folder, and on the embedded ledger the funder of that."""

    def __init__(self, folder: KeyFolder, localnet: Path | None) -> None:
        self.folder = folder
        self._localnet = localnet

    def signer(self, name: str) -> KeySigner:
        """Give one key."""
        if name == FUNDER and self._localnet is not None:
            return KeySigner(funder_key(self._localnet))
        return self.folder.signer(name)


@dataclass(slots=True)
class House(Desk):
    """One house, opened from its folder."""

    data_dir: Path
    node_url: str
    keys: HouseKeys

    @classmethod
    def open(cls, data_dir: Path, node_url: str | None = None, *, terms: Terms | None = None) -> House:
        """Open a house. Without a node's URL its embedded ledger is started.

        Raises HouseMissingError, WrongLedgerError when the node is on another chain, LedgerUnavailableError.
        """
        if not (data_dir / "house.json").exists():
            raise HouseMissingError(data_dir)
        identity = read_identity(data_dir / "house.json")
        parts = _Parts(data_dir, node_url, terms, chain_id=identity.registry.chain_id)
        _check_ledger(parts, identity)
        _write_trust(data_dir, identity, parts.node_url)
        return cls._of(parts, identity)

    @classmethod
    def found(
        cls,
        data_dir: Path,
        maker: Maker,
        node_url: str | None = None,
        *,
        gateways: tuple[str, ...] = (),
        terms: Terms | None = None,
        progress: Progress = silent,
    ) -> House:
        """Set a house up in a folder, or finish setting it up after a kill -9.

        Nothing is deployed twice. Raises HouseExistsError when the folder belongs to another house.
        """
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        data_dir.chmod(0o700)
        if (data_dir / "house.json").exists():
            _refuse_other(data_dir, read_identity(data_dir / "house.json").maker, maker)
            return cls.open(data_dir, node_url, terms=terms)
        lock = FolderLock(data_dir)
        with lock():
            parts = _Parts(data_dir, node_url, terms, chain_id=None)
            for name in OWN_KEYS:
                parts.keys.folder.make(name)
            _remember(parts.database, data_dir, maker, parts.dispatch.chain_id)
            with parts.dispatch.showing(progress):
                book = Book(parts.database)
                identity = found(parts.dispatch, book, maker, gateways, lambda name: Artifact.of(artifact(name)))
            _write_trust(data_dir, identity, parts.node_url)
            write_text(data_dir / "house.json", identity_json(identity))
        return cls._of(parts, identity)

    @classmethod
    def _of(cls, parts: _Parts, identity: Identity) -> House:
        client = RpcClient(parts.node_url)
        reader = _reader(identity, client, parts)
        return cls(
            identity,
            parts.dispatch,
            Book(parts.database),
            lambda: reader,
            FolderLock(parts.data_dir),
            parts.data_dir,
            parts.node_url,
            parts.keys,
        )

    @property
    def trust_file(self) -> Path:
        """What whoever verifies needs: brand, contract, node, gateways."""
        return self.data_dir / "trust.json"

    @property
    def blocks_file(self) -> Path:
        """The published documents, as a block file that `SqlStore` reads."""
        return self.data_dir / "blocks.sqlite3"

    def verifier(self) -> Verifier:
        """Give a verifier of this house's pieces, over its node and its own block file."""
        return self.reader().verifier

    def close(self) -> None:
        """Let go of the files. The embedded ledger keeps running."""
        self.book.database.close()


class _Parts:
    """What a house is made of, before its registry is known."""

    def __init__(self, data_dir: Path, node_url: str | None, terms: Terms | None, *, chain_id: int | None) -> None:
        self.data_dir = data_dir
        localnet = None if node_url else data_dir / "localnet"
        self.node_url = node_url or _start_localnet(data_dir / "localnet")
        self.keys = HouseKeys(KeyFolder(data_dir / "keys"), localnet)
        self.database = HouseDatabase(data_dir / "house.sqlite3")
        try:
            writer = RpcWriter(self.node_url)
        except ValueError as error:
            raise InputError(f"--node: {error}") from error
        self.stores = _stores(data_dir / "blocks.sqlite3")
        self.dispatch = Dispatch(
            Outbox(self.database),
            writer,
            self.keys,
            self.stores,
            chain_id if chain_id is not None else writer.chain_id(),
            funder=FUNDER if localnet else None,
            terms=terms or Terms(),
        )


def _start_localnet(folder: Path) -> str:
    try:
        return ensure_localnet(folder).url
    except LocalnetError as error:
        raise LedgerUnavailableError(f"the embedded ledger does not start: {error}") from error


def _stores(blocks: Path) -> tuple[Store, ...]:
    """Name where documents go: the house's own file, and a Kubo node when $ASSAY_IPFS_API names one."""
    try:
        stores = [Store(SqlBlocks(blocks), SqlStore(blocks))]
    except StoreWriteError as error:
        raise HouseWriteError(blocks, error.reason) from error
    if api := os.environ.get("ASSAY_IPFS_API"):
        try:
            stores.append(Store(KuboWriter(api), KuboStore(api)))
        except ValueError as error:
            raise InputError(f"$ASSAY_IPFS_API: {error}") from error
    return tuple(stores)


def _reader(identity: Identity, client: RpcClient, parts: _Parts) -> Reader:
    """Open what a stranger would read through; connections of its own, nothing cached by the writing side."""
    stores: list[ContentStore] = [SqlStore(parts.data_dir / "blocks.sqlite3")]
    if identity.gateways:
        stores.append(GatewayStore(identity.gateways))
    content = CachedStore(FirstOfStores(stores))

    def access(brand: Brand) -> RegistryAccess:
        return open_registry(brand, client, content)

    return Reader(Verifier(identity.trust(parts.node_url), access), content)


def _check_ledger(parts: _Parts, identity: Identity) -> None:
    """Make sure that the node is on our chain before anything is signed for it."""
    found_id = parts.dispatch.ledger.chain_id()
    if found_id != identity.registry.chain_id:
        raise WrongLedgerError(f"{parts.node_url} is on chain {found_id}, the house is on {identity.registry.chain_id}")
    if not parts.dispatch.ledger.code(identity.registry.contract):
        raise WrongLedgerError(f"{parts.node_url} holds no contract at {identity.registry.contract}")


def _refuse_other(data_dir: Path, known: Maker, maker: Maker) -> None:
    for field in ("name", "url", "hosts", "gtin_prefixes"):
        if getattr(known, field) != getattr(maker, field):
            raise HouseExistsError(data_dir, known.name, field)


def _remember(database: HouseDatabase, data_dir: Path, maker: Maker, chain_id: int) -> None:
    """Keep what the house is founded with: a second try must not mix two houses."""
    wanted = f"{maker}@{chain_id}"
    with database.transaction():
        row = database.row("SELECT value FROM setting WHERE name = 'founded as'")
        if row is None:
            database.execute("INSERT INTO setting VALUES ('founded as', ?)", (wanted,))
        elif row["value"] != wanted:
            raise HouseExistsError(data_dir, "a house that is being set up", "name, host, prefix or chain")


def _write_trust(data_dir: Path, identity: Identity, node_url: str) -> None:
    """Write the trust file again when the node has moved: the embedded one gets a new port each start."""
    text = trust_json(identity.trust(node_url))
    path = data_dir / "trust.json"
    if not path.exists() or path.read_text("utf-8") != text:
        write_text(path, text)


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all, to be read by anyone. Raises HouseWriteError."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        descriptor = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise HouseWriteError(path, str(error)) from error
