"""The one place that chooses the real parts."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

from loyalty.adapters.migrating import migrate
from loyalty.adapters.sql_database import Database, DatabaseUrlError
from loyalty.points import Points
from loyalty.rulebook import shipped_rules
from loyalty.tables import MIGRATIONS as POINTS_MIGRATIONS
from loyalty.tables import VERSION_TABLE as POINTS_VERSION_TABLE
from mint.checkpoint_folder import CheckpointFolder
from mint.errors import MintError
from mint.localnet.errors import LocalnetError
from mint.localnet.start import ensure_localnet
from mint.records import Records
from mint.server_lock import WORKING, lock_on
from mint.tag_keys import TagKeyFolder, from_file
from provenance_schemas.ids import Address, BlockRef, ItemId
from verifier.adapters.bundle_proofs import RpcProofs
from verifier.adapters.cached_store import CachedStore
from verifier.adapters.checkpoint_memory import CheckpointMemory
from verifier.adapters.picture_process import PictureProcess
from verifier.adapters.rpc_client import RpcClient
from verifier.adapters.sql_places import DATABASE
from verifier.adapters.sql_store import SqlStore
from verifier.adapters.trust_store import open_trust
from verifier.bundle_make import make_bundle
from verifier.checkpoints import verify_checkpoint
from verifier.errors import ChainUnavailableError, CheckpointError, NoSuchPieceError
from verifier.gather import RegistryAccess
from verifier.index.indexed_logs import IndexedLogs
from verifier.service import Verifier
from verifier.trust import Brand
from verifier.wiring import open_registry
from web.checkpoints.issuing import ISSUE_EVERY_S, CheckpointChores
from web.console.handlers import make_console_handlers
from web.content_chore import content_chore
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
from web.limits import Limits
from web.parts import DECODERS_MAX, Parts
from web.points.earning import earning_of, rewarding
from web.portable.shelf import Shelf, read_words
from web.scan.scan_log import SqlScanLog
from web.secret import load_secret
from web.settings import REDIS, Settings
from web.standing import Standing
from web.store.drafts import Drafts
from web.store.schema import prepare
from web.store.sessions import SessionStore
from web.store.suspicions import Suspicions


def wire(settings: Settings) -> Parts:
    """Put the parts together. Nothing is asked yet: the node is looked for by the first request that needs it.

    Raises TrustError when the trust file cannot be used.
    """
    trust = open_trust(settings.trust, settings.state_folder)
    memory = CheckpointMemory(settings.state_folder / "seen")
    blocks = SqlStore(settings.blocks)
    store = CachedStore(blocks)
    nodes = _Nodes(settings)

    def access(brand: Brand) -> RegistryAccess:
        clients = nodes.clients()
        return open_registry(
            brand,
            clients,
            store,
            quorum=settings.quorum,
            index_folder=settings.index_folder,
            index_url=settings.server_url,
            memory=memory,
        )

    database = open_database(settings)
    verifier = Verifier(trust, access, scan_log=SqlScanLog(database))

    def ask_node() -> None:
        for brand in trust.brands:
            verifier.access(brand).chain.tips()

    probes = {
        "node": ask_node,
        "store": blocks.ask,
        "database": database.ask,
        "worker": Heart(settings.jobs_folder).ask,
    }
    secret = load_secret(settings.secret_file)
    door = HouseDoor(settings.data, settings.node_url)
    pictures = PictureProcess(DECODERS_MAX)
    return Parts(
        trust,
        verifier,
        store,
        pictures,
        database,
        secret,
        probes,
        make_photo=pictures.photo,
        picture_rooms=pictures,
        report_days=settings.report_days,
        proxies=settings.proxies,
        country_header=settings.country_header,
        limits=make_limits(settings),
        points=Points(database, shipped_rules(), time.time),
        custody=_custody(settings, database),
        desk=HouseDesk(door),
        open_house=door.open,
        open_records=lambda: Records.open(settings.data),
        bundles=_shelf(settings, verifier, nodes),
        data=settings.data,
        metrics_token=settings.metrics_token,
        tag_keys=TagKeyFolder(settings.data, from_file(settings.tag_passphrase_file)),
        standings=lambda: tuple(_standing(verifier.access(brand)) for brand in trust.brands),
    )


def _shelf(settings: Settings, verifier: Verifier, nodes: _Nodes) -> Shelf:
    """Make evidence bundles of the pieces of every brand in the trust file."""
    checkpoints = CheckpointFolder(settings.data / "checkpoints")

    def access(item: ItemId) -> RegistryAccess:
        brand = verifier.trust.brand_by_contract(item.chain_id, item.contract)
        if brand is None:
            raise NoSuchPieceError("no brand in the trust file has this contract")
        return verifier.access(brand)

    def make(item: ItemId, at: BlockRef | None) -> bytes:
        return make_bundle(item, access(item), RpcProofs(nodes.clients(), item.contract), at=at)

    def signed(item: ItemId) -> BlockRef | None:
        try:
            newest = checkpoints.last()
            return verify_checkpoint(newest, access(item).brand) if newest else None
        except (CheckpointError, MintError):
            return None

    def words(item: ItemId, writers: Sequence[Address], at: BlockRef) -> object:
        return read_words(access(item).chain, item, writers, at)

    return Shelf(make, lambda item: access(item).chain.tips().final, signed, words)


def make_limits(settings: Settings) -> Limits:
    """Count who asks how often: in the Redis of the settings for all processes, else in this one alone.

    Raises SettingsError.
    """
    if not settings.redis_url:
        return Limits()
    try:
        from web.redis_rates import RedisRates  # noqa: PLC0415 - the driver is an extra

        return Limits(store=RedisRates(settings.redis_url))
    except ImportError as error:
        raise SettingsError(REDIS, "(its value)", "the driver is not installed: install assay[redis]") from error
    except ValueError as error:
        raise SettingsError(REDIS, "(its value)", f"no URL of a Redis: {error}") from error


def _standing(access: RegistryAccess) -> Standing:
    """Ask how a brand's chain and index stand. Raises UnavailableError."""
    tips = access.chain.tips()
    indexes = [source for source in access.histories if isinstance(source, IndexedLogs)]
    indexed = indexes[0].reached() if indexes else None
    return Standing(access.brand.registry.name, tips.latest, tips.final, indexed)


def make_worker(settings: Settings, parts: Parts) -> Worker:
    """Make what does the jobs that requests ask for; one works at a time, however many there are."""
    hooks: Sequence[OnClaimed] = (rewarding(earning_of(parts), parts.database),)
    handlers = {
        **PieceJobs(parts.desk, parts.custody, hooks).handlers(),
        **make_console_handlers(parts.open_house, Drafts(parts.database)),
    }
    settings.jobs_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Worker(parts.custody.jobs, handlers, lock_on(settings.server_url, settings.jobs_folder, WORKING))


def make_chores(settings: Settings, parts: Parts) -> tuple[Chore, ...]:
    """Make what has to be done now and then."""
    sessions, scans = SessionStore(parts.database), SqlScanLog(parts.database)
    suspicions = Suspicions(parts.database)
    checkpoints = CheckpointChores(parts.open_house, parts.points, parts.clock)
    return (
        Chore("vest points", 60, parts.points.vest_due),
        Chore("expire points", 3_600, parts.points.expire_due),
        Chore("forget sessions", 3_600, lambda: sessions.forget_expired(int(parts.clock()))),
        Chore("forget scans", 3_600, lambda: scans.purge(int(parts.clock()))),
        Chore("forget reports", 3_600, lambda: suspicions.purge(int(parts.clock()))),
        Chore("sign checkpoint", ISSUE_EVERY_S // 12, checkpoints.issue),
        Chore("anchor checkpoint", ISSUE_EVERY_S, checkpoints.anchor),
        content_chore(settings.data, _Nodes(settings).clients),
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


class _Nodes:
    """The nodes of the settings, or the embedded ledger, which is started when nobody did."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._clients: tuple[RpcClient, ...] = ()

    def clients(self) -> tuple[RpcClient, ...]:
        """Give the clients, always the same ones. Raises ChainUnavailableError."""
        with self._lock:
            if not self._clients:
                urls = self._settings.node_urls or (self._embedded(),)
                self._clients = tuple(RpcClient(url) for url in urls)
            return self._clients

    def _embedded(self) -> str:
        try:
            return ensure_localnet(self._settings.localnet_folder).url
        except (LocalnetError, OSError) as error:
            raise ChainUnavailableError(f"the embedded ledger does not start: {error}") from error
