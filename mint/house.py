"""A house on disk: opens its folder and puts the real parts together. The one place of mint that chooses them.

house.json  who it is and where its keys are, no secrets       keys/*    one file a key, mode 600
trust.json  for those who verify        blocks.sqlite3  documents as IPFS blocks
house.sqlite3  outbox, labels, claim codes until printed    localnet/  the embedded ledger
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from mint.adapters.key_ring import FUNDER, AskPassphrase, HouseKeys, nobody_to_ask
from mint.adapters.rpc_writer import RpcWriter, artifact
from mint.book import Book
from mint.checkpoint_folder import CheckpointFolder
from mint.content_copies import open_house_copies
from mint.database import HouseDatabase, open_house_database
from mint.desk import Desk
from mint.dispatch import Dispatch, Progress, Terms, silent
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
from mint.limits import ADMIN_DELAY_S
from mint.localnet.errors import LocalnetError
from mint.localnet.start import ensure_localnet, funder_key
from mint.outbox import Outbox
from mint.readback import Reader
from mint.rotation import finish_rotations
from mint.server_lock import lock_for
from verifier.adapters.cached_store import CachedStore, FirstOfStores
from verifier.adapters.checkpoint_chain import DescendingChain, RpcHeaders
from verifier.adapters.checkpoint_memory import CheckpointMemory
from verifier.adapters.gateway_store import GatewayStore
from verifier.adapters.rpc_client import RpcClient
from verifier.adapters.sql_places import blocks_place
from verifier.adapters.sql_ports import Place
from verifier.adapters.sql_store import SqlStore
from verifier.adapters.whole_files import write_whole
from verifier.gather import RegistryAccess
from verifier.ports import CanonicalChain, ContentStore
from verifier.service import Verifier
from verifier.trust import Brand, trust_json
from verifier.wiring import open_chain, open_registry


@dataclass(slots=True)
class House(Desk):
    """One house, opened from its folder."""

    data_dir: Path
    node_url: str
    keys: HouseKeys

    @classmethod
    def open(
        cls,
        data_dir: Path,
        node_url: str | None = None,
        *,
        terms: Terms | None = None,
        ask: AskPassphrase = nobody_to_ask,
    ) -> House:
        """Open a house. Without a node's URL its embedded ledger is started.

        Raises HouseMissingError, WrongLedgerError when the node is on another chain, LedgerUnavailableError.
        """
        if not (data_dir / "house.json").exists():
            raise HouseMissingError(data_dir)
        identity = read_identity(data_dir / "house.json")
        parts = _Parts(data_dir, node_url, terms, chain_id=identity.registry.chain_id, ask=ask)
        parts.database.belongs_to(identity.registry.name)
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
        admin_delay_s: int = ADMIN_DELAY_S,
    ) -> House:
        """Set a house up in a folder, or finish setting it up after a kill -9.

        Nothing is deployed twice. Raises HouseExistsError when the folder belongs to another house.
        """
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        data_dir.chmod(0o700)
        if (data_dir / "house.json").exists():
            _refuse_other(data_dir, read_identity(data_dir / "house.json").maker, maker)
            return cls.open(data_dir, node_url, terms=terms)
        with lock_for(data_dir, os.environ)():
            parts = _Parts(data_dir, node_url, terms, chain_id=None)
            for name in OWN_KEYS:
                parts.keys.folder.make(name)
            _remember(parts.database, data_dir, maker, parts.dispatch.chain_id)
            with parts.dispatch.showing(progress):
                book = Book(parts.database)
                identity = found(
                    parts.dispatch,
                    book,
                    maker,
                    gateways,
                    lambda name: Artifact.of(artifact(name)),
                    admin_delay_s=admin_delay_s,
                )
            _write_trust(data_dir, identity, parts.node_url)
            write_text(data_dir / "house.json", identity_json(identity))
        return cls._of(parts, identity)

    @classmethod
    def _of(cls, parts: _Parts, identity: Identity) -> House:
        client = RpcClient(parts.node_url)
        reader = _reader(identity, client, parts)
        parts.keys.hold(identity.key_settings(), identity.key_accounts(), identity.retired)
        return cls(
            identity,
            parts.dispatch,
            Book(parts.database),
            lambda: reader,
            lock_for(parts.data_dir, os.environ),
            parts.data_dir,
            parts.node_url,
            parts.keys,
        )

    @property
    def trust_file(self) -> Path:
        """What whoever verifies needs: brand, contract, node, gateways."""
        return self.data_dir / "trust.json"

    @property
    def blocks(self) -> Place:
        """Where the published documents are, as blocks that `SqlStore` reads."""
        return blocks_place(self.data_dir, os.environ)

    @property
    def checkpoints(self) -> CheckpointFolder:
        """What the house has signed about its ledger."""
        return CheckpointFolder(self.data_dir / "checkpoints")

    @property
    def memory(self) -> CheckpointMemory:
        """What was seen of the ledger; the site's own verifier shares it."""
        return CheckpointMemory(self.data_dir / "state" / "seen")

    def chain(self) -> CanonicalChain:
        """Give the ledger as the house's node tells it, while that goes on from where it was last seen."""
        registry, client = self.identity.registry, RpcClient(self.node_url)
        return DescendingChain(open_chain(registry, [client]), registry, [RpcHeaders(client)], self.memory)

    @contextmanager
    def writing(self, progress: Progress = silent) -> Iterator[None]:
        """Work alone, with the keys that `house.json` names now: another process may have replaced one.

        A replacement that was left half done is finished first. Raises HouseInUseError.
        """
        with self.alone(), Desk.writing(self, progress):
            finish_rotations(self, self.keep)
            yield

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the lock and the newest `house.json`, and finish nothing: for replacing a key that is lost."""
        with self.lock():
            self._hold(read_identity(self.data_dir / "house.json"))
            yield

    def keep(self, identity: Identity) -> None:
        """Make `identity` the house's own from now on; it is on disk before anything is done with it."""
        write_text(self.data_dir / "house.json", identity_json(identity))
        self._hold(identity)

    def _hold(self, identity: Identity) -> None:
        if identity != self.identity:
            self.identity = identity
            self.keys.hold(identity.key_settings(), identity.key_accounts(), identity.retired)

    def verifier(self) -> Verifier:
        """Give a verifier of this house's pieces, over its node and its own block file."""
        return self.reader().verifier

    def close(self) -> None:
        """Let go of the files. The embedded ledger keeps running."""
        self.book.database.close()


class _Parts:
    """What a house is made of, before its registry is known."""

    def __init__(
        self,
        data_dir: Path,
        node_url: str | None,
        terms: Terms | None,
        *,
        chain_id: int | None,
        ask: AskPassphrase = nobody_to_ask,
    ) -> None:
        self.data_dir = data_dir
        localnet = None if node_url else data_dir / "localnet"
        self.node_url = node_url or _start_localnet(data_dir / "localnet")
        self.keys = HouseKeys(data_dir, partial(funder_key, localnet) if localnet else None, ask)
        self.database = open_house_database(data_dir, os.environ)
        try:
            writer = RpcWriter(self.node_url)
        except ValueError as error:
            raise InputError(f"--node: {error}") from error
        self.stores = open_house_copies(data_dir, os.environ)
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


def _reader(identity: Identity, client: RpcClient, parts: _Parts) -> Reader:
    """Open what a stranger would read through; connections of its own, nothing cached by the writing side."""
    stores: list[ContentStore] = [SqlStore(blocks_place(parts.data_dir, os.environ))]
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
    if database.founded_as(wanted) != wanted:
        raise HouseExistsError(data_dir, "a house that is being set up", "name, host, prefix or chain")


def _write_trust(data_dir: Path, identity: Identity, node_url: str) -> None:
    """Write the trust file again when the node has moved: the embedded one gets a new port each start."""
    text = trust_json(identity.trust(node_url))
    path = data_dir / "trust.json"
    if not path.exists() or path.read_text("utf-8") != text:
        write_text(path, text)


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all, to be read by anyone. Raises HouseWriteError."""
    try:
        write_whole(path, text)
    except OSError as error:
        raise HouseWriteError(path, str(error)) from error
