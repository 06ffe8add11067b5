"""The one place that chooses the real parts."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from loyalty.adapters.migrating import migrate
from loyalty.adapters.sql_database import Database, DatabaseUrlError
from loyalty.points import Points
from loyalty.rulebook import shipped_rules
from loyalty.tables import MIGRATIONS as POINTS_MIGRATIONS
from loyalty.tables import VERSION_TABLE as POINTS_VERSION_TABLE
from mint.localnet.errors import LocalnetError
from mint.localnet.start import ensure_localnet
from mint.lock import FolderLock
from mint.records import Records
from verifier.adapters.cached_store import CachedStore
from verifier.adapters.rpc_client import RpcClient
from verifier.adapters.sql_store import BUSY_TIMEOUT_S, SqlStore
from verifier.errors import ChainUnavailableError, ContentUnavailableError
from verifier.gather import RegistryAccess
from verifier.images import read_labels
from verifier.service import Verifier
from verifier.trust import Brand, load_trust
from verifier.wiring import open_registry
from web.console.handlers import make_console_handlers
from web.custody.acts import Custody
from web.custody.door import HouseDoor
from web.custody.handlers import OnClaimed, PieceJobs
from web.custody.holdings import Holdings
from web.custody.house_desk import HouseDesk
from web.custody.keys import load_custody_keys
from web.errors import SettingsError
from web.jobs.chores import Chore
from web.jobs.heart import Heart
from web.jobs.queue import Jobs
from web.jobs.worker import Worker
from web.parts import Parts
from web.points.earning import earning_of, rewarding
from web.scan.scan_log import SqlScanLog
from web.secret import load_secret
from web.settings import DATABASE, Settings
from web.store.drafts import Drafts
from web.store.schema import prepare
from web.store.sessions import SessionStore


def wire(settings: Settings) -> Parts:
    """Put the parts together. Nothing is asked yet: the node is looked for by the first request that needs it.

    Raises TrustError when the trust file cannot be used.
    """
    trust = load_trust(settings.trust)
    store = CachedStore(SqlStore(settings.blocks_file))
    node = _Node(settings)

    def access(brand: Brand) -> RegistryAccess:
        return open_registry(brand, node.client(), store, index_folder=settings.index_folder)

    database = open_database(settings)
    verifier = Verifier(trust, access, scan_log=SqlScanLog(database))

    def ask_node() -> None:
        for brand in trust.brands:
            verifier.access(brand).chain.tips()

    probes = {
        "node": ask_node,
        "store": lambda: _ask_store(settings.blocks_file),
        "database": lambda: _ask_database(database),
        "worker": Heart(settings.jobs_folder).ask,
    }
    secret = load_secret(settings.secret_file)
    door = HouseDoor(settings.data, settings.node_url)
    return Parts(
        trust,
        verifier,
        store,
        read_labels,
        database,
        secret,
        probes,
        proxies=settings.proxies,
        country_header=settings.country_header,
        points=Points(database, shipped_rules(), time.time),
        custody=_custody(settings, database),
        desk=HouseDesk(door),
        open_house=door.open,
        open_records=lambda: Records.open(settings.data),
    )


def make_worker(settings: Settings, parts: Parts) -> Worker:
    """Make what does the jobs that requests ask for; one works at a time, however many there are."""
    hooks: Sequence[OnClaimed] = (rewarding(earning_of(parts), parts.database),)
    handlers = {
        **PieceJobs(parts.desk, parts.custody, hooks).handlers(),
        **make_console_handlers(parts.open_house, Drafts(parts.database)),
    }
    settings.jobs_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Worker(parts.custody.jobs, handlers, FolderLock(settings.jobs_folder))


def make_chores(parts: Parts) -> tuple[Chore, ...]:
    """Make what has to be done now and then."""
    sessions, scans = SessionStore(parts.database), SqlScanLog(parts.database)
    return (
        Chore("vest points", 60, parts.points.vest_due),
        Chore("expire points", 3_600, parts.points.expire_due),
        Chore("forget sessions", 3_600, lambda: sessions.forget_expired(int(parts.clock()))),
        Chore("forget scans", 3_600, lambda: scans.purge(int(parts.clock()))),
    )


def _custody(settings: Settings, database: Database) -> Custody:
    """Open the custody of the site. Raises CustodyKeyError."""
    holdings = Holdings(database)
    keys = load_custody_keys(settings.custody_key_file, in_use=holdings.any())
    return Custody(holdings, Jobs(database), keys)


def open_database(settings: Settings) -> Database:
    """Open the site's database, and bring its schema up to date.

    Raises SettingsError for a URL that names none, DatabaseUnavailableError.
    """
    try:
        database = Database.open(settings.database_url)
    except DatabaseUrlError as error:
        raise SettingsError(DATABASE, "(its value)", str(error)) from error
    prepare(database)
    migrate(database, POINTS_MIGRATIONS, POINTS_VERSION_TABLE)
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
