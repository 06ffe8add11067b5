"""The one place that chooses the real parts."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

from loyalty.adapters.sql_database import Database, DatabaseUrlError
from mint.localnet.errors import LocalnetError
from mint.localnet.start import ensure_localnet
from verifier.adapters.cached_store import CachedStore
from verifier.adapters.rpc_client import RpcClient
from verifier.adapters.sql_store import BUSY_TIMEOUT_S, SqlStore
from verifier.errors import ChainUnavailableError, ContentUnavailableError
from verifier.gather import RegistryAccess
from verifier.images import read_labels
from verifier.service import Verifier
from verifier.trust import Brand, load_trust
from verifier.wiring import open_registry
from web.errors import SettingsError
from web.parts import Parts
from web.secret import load_secret
from web.settings import DATABASE, Settings
from web.store.schema import prepare


def wire(settings: Settings) -> Parts:
    """Put the parts together. Nothing is asked yet: the node is looked for by the first request that needs it.

    Raises TrustError when the trust file cannot be used.
    """
    trust = load_trust(settings.trust)
    store = CachedStore(SqlStore(settings.blocks_file))
    node = _Node(settings)

    def access(brand: Brand) -> RegistryAccess:
        return open_registry(brand, node.client(), store, index_folder=settings.index_folder)

    verifier = Verifier(trust, access)

    def ask_node() -> None:
        for brand in trust.brands:
            verifier.access(brand).chain.tips()

    database = open_database(settings)
    probes = {
        "node": ask_node,
        "store": lambda: _ask_store(settings.blocks_file),
        "database": lambda: _ask_database(database),
    }
    secret = load_secret(settings.secret_file)
    return Parts(trust, verifier, store, read_labels, database, secret, probes, proxies=settings.proxies)


def open_database(settings: Settings) -> Database:
    """Open the site's database, and bring its schema up to date.

    Raises SettingsError for a URL that names none, DatabaseUnavailableError.
    """
    try:
        database = Database.open(settings.database_url)
    except DatabaseUrlError as error:
        raise SettingsError(DATABASE, "(its value)", str(error)) from error
    prepare(database)
    return database


class _Node:
    """The node of the settings, or the embedded ledger, which is started when nobody did."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._client: RpcClient | None = None

    def client(self) -> RpcClient:
        """Give the client, always the same one. Raises ChainUnavailableError."""
        with self._lock:
            if self._client is None:
                self._client = RpcClient(self._settings.node_url or self._embedded())
            return self._client

    def _embedded(self) -> str:
        try:
            return ensure_localnet(self._settings.localnet_folder).url
        except (LocalnetError, OSError) as error:
            raise ChainUnavailableError(f"the embedded ledger does not start: {error}") from error


def _ask_database(database: Database) -> None:
    with database.reading() as connection:
        connection.exec_driver_sql("SELECT 1")


def _ask_store(file: Path) -> None:
    """Read one row, in a connection of its own: a cached block would prove nothing."""
    try:
        with closing(
            sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_TIMEOUT_S)
        ) as connection:
            connection.execute("SELECT 1 FROM block LIMIT 1").fetchone()
    except sqlite3.Error as error:
        raise ContentUnavailableError(f"{file} cannot be read: {error}") from error
