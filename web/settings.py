"""What an operator may choose, read from the environment once. `docs/settings.md` explains each variable."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum, unique
from pathlib import Path
from typing import Final

from mint.content_copies import VARIABLES as COPY_VARIABLES
from mint.tag_keys import PASSPHRASE_FILE as TAG_PASSPHRASE_FILE
from verifier.adapters.environment import FROM_FILE, EnvironmentValueError, file_value, value_of
from verifier.adapters.postgres_urls import is_postgres
from verifier.adapters.rpc_client import node_name
from verifier.adapters.sql_places import DATABASE, place_of
from verifier.adapters.sql_ports import Place
from verifier.limits import QUORUM_NODES_MAX
from web.errors import SettingsError
from web.store.suspicions import KEPT_DAYS as REPORT_DAYS_DEFAULT

DATA: Final = "ASSAY_DATA"
TRUST: Final = "ASSAY_TRUST"
NODE: Final = "ASSAY_NODE"
QUORUM: Final = "ASSAY_QUORUM"
PROXIES: Final = "ASSAY_PROXIES"
COUNTRY_HEADER: Final = "ASSAY_COUNTRY_HEADER"
SERVER: Final = "ASSAY_SERVER"
WORKERS: Final = "ASSAY_WORKERS"
THREADS: Final = "ASSAY_THREADS"
LOG_LEVEL: Final = "ASSAY_LOG_LEVEL"
METRICS_TOKEN: Final = "ASSAY_METRICS_TOKEN"  # noqa: S105 - a variable's name
DRAIN: Final = "ASSAY_DRAIN_S"
REPORT_DAYS: Final = "ASSAY_REPORT_DAYS"
REDIS: Final = "ASSAY_REDIS"
VARIABLES: Final = (
    DATA,
    TRUST,
    NODE,
    NODE + FROM_FILE,
    QUORUM,
    DATABASE,
    DATABASE + FROM_FILE,
    REDIS,
    REDIS + FROM_FILE,
    PROXIES,
    COUNTRY_HEADER,
    SERVER,
    WORKERS,
    THREADS,
    LOG_LEVEL,
    METRICS_TOKEN + FROM_FILE,
    DRAIN,
    REPORT_DAYS,
    TAG_PASSPHRASE_FILE,
)
ELSEWHERE: Final = (*COPY_VARIABLES, "ASSAY_STATE", "ASSAY_DEMO", "ASSAY_SHARED", "ASSAY_CHROMIUM")
"""Read by other commands and by the tests."""
_PREFIX: Final = "ASSAY_"
_PROXIES_MAX: Final = 3
_WORKERS_MAX: Final = 64
_WORKERS_DEFAULT_MAX: Final = 4
_THREADS_MAX: Final = 128
_THREADS_DEFAULT: Final = 8
_LIKENESS_MIN: Final = 0.8
_DRAIN_MAX_S: Final = 300
_REPORT_DAYS_MAX: Final = 365
_REDIS_SCHEMES: Final = ("redis://", "rediss://", "unix://")
_HEADER_NAME: Final = re.compile(r"[A-Za-z0-9-]{1,64}")


@unique
class Server(StrEnum):
    """What answers on the socket."""

    GRANIAN = "granian"
    GUNICORN = "gunicorn"
    DEV = "dev"
    """One process of the development server: for a look, never for visitors."""


@unique
class LogLevel(StrEnum):
    """The least grave records that are written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the site finds its parts, and how it answers."""

    data: Path
    """The brand's folder: blocks, index, embedded ledger."""
    trust: Path
    node_urls: tuple[str, ...]
    """The nodes that are asked; empty: the embedded ledger of `data`."""
    database_url: str = field(repr=False)
    """Where people, scans and points are kept; a SQLAlchemy URL."""
    redis_url: str = field(default="", repr=False)
    """Where all processes count who asks how often; empty: each counts for itself."""
    proxies: int = 0
    """How many reverse proxies stand in front; their X-Forwarded-For and -Proto are believed."""
    country_header: str = ""
    """The header in which a proxy names the visitor's country (ISO 3166-1, two letters); empty: none does."""
    server: Server = Server.GRANIAN
    workers: int = 1
    """Processes."""
    threads: int = _THREADS_DEFAULT
    """Of each process."""
    log_level: LogLevel = LogLevel.INFO
    quorum: int | None = None
    """How many of the nodes must name the same block; None: more than half."""

    metrics_token: str = field(default="", repr=False)
    """Whoever shows it may read `/metrics` from elsewhere; empty: only this machine may."""
    drain_s: int = 0
    """How long the server says that it is not ready before it stops."""
    report_days: int = REPORT_DAYS_DEFAULT
    """How long a report of a suspicious piece is kept, with its photo."""
    tag_passphrase_file: Path | None = None
    """A private file with the passphrase of the tags' keys; None: no tag's message can be checked."""

    @property
    def node_url(self) -> str | None:
        """The node that is written through: the first one. None: the embedded ledger of `data`."""
        return next(iter(self.node_urls), None)

    @property
    def server_url(self) -> str | None:
        """The PostgreSQL that keeps blocks and index too; None: they are files of `data`."""
        return self.database_url if is_postgres(self.database_url) else None

    @property
    def blocks(self) -> Place:
        """The content store, which mint writes."""
        return place_of("blocks", self.data, self.server_url)

    @property
    def index_folder(self) -> Path:
        """The site's own index of the registry, where no server keeps it. It may be deleted at any time."""
        return self.data / "index"

    @property
    def state_folder(self) -> Path:
        """What the verifier remembers: heads and checkpoints it saw, versions of signed trust files."""
        return self.data / "state"

    @property
    def secret_file(self) -> Path:
        """The site's own secret, made at the first start, for its owner alone."""
        return self.data / "keys" / "site.secret"

    @property
    def custody_key_file(self) -> Path:
        """What every piece held for a person is signed for with. Lost, those pieces cannot be moved: keep a copy."""
        return self.data / "keys" / "custody.key"

    @property
    def serving_folder(self) -> Path:
        """Holds a folder for each server that runs: its figures, and whether it is about to stop."""
        return self.data / "serving"

    @property
    def jobs_folder(self) -> Path:
        """Holds the lock of whoever does the jobs."""
        return self.data / "jobs"

    @property
    def localnet_folder(self) -> Path:
        """The embedded ledger."""
        return self.data / "localnet"


def read_settings(environ: Mapping[str, str], *, data: Path | None = None) -> Settings:
    """Read the settings; `data` goes before the variable. Raises SettingsError naming the variable."""
    folder = data or Path(environ.get(DATA) or "var/assay")
    nodes = _node_urls(_value(environ, NODE))
    token, tags = environ.get(METRICS_TOKEN + FROM_FILE, ""), environ.get(TAG_PASSPHRASE_FILE, "")
    return Settings(
        data=folder,
        trust=Path(environ.get(TRUST) or folder / "trust.json"),
        node_urls=nodes,
        database_url=_value(environ, DATABASE) or f"sqlite:///{folder.absolute() / 'site.sqlite3'}",
        redis_url=_redis_url(_value(environ, REDIS)),
        proxies=_number(environ, PROXIES, 0, 0, _PROXIES_MAX),
        country_header=_header_name(environ.get(COUNTRY_HEADER, "")),
        server=Server(_one_of(environ, SERVER, Server.GRANIAN, tuple(Server))),
        workers=_number(environ, WORKERS, min(os.cpu_count() or 1, _WORKERS_DEFAULT_MAX), 1, _WORKERS_MAX),
        threads=_number(environ, THREADS, _THREADS_DEFAULT, 1, _THREADS_MAX),
        log_level=LogLevel(_one_of(environ, LOG_LEVEL, LogLevel.INFO, tuple(LogLevel))),
        metrics_token=_file_value(METRICS_TOKEN + FROM_FILE, Path(token)) if token else "",
        report_days=_number(environ, REPORT_DAYS, REPORT_DAYS_DEFAULT, 1, _REPORT_DAYS_MAX),
        drain_s=_number(environ, DRAIN, 0, 0, _DRAIN_MAX_S),
        tag_passphrase_file=Path(tags) if tags else None,
        quorum=_number(environ, QUORUM, 1, 1, max(len(nodes), 1)) if environ.get(QUORUM) else None,
    )


def unknown_variables(environ: Mapping[str, str]) -> Mapping[str, str]:
    """Find variables that look like ours and that nobody reads, each with the nearest one that somebody does."""
    known = {*VARIABLES, *ELSEWHERE}
    names = sorted(name for name in environ if name.startswith(_PREFIX) and name not in known)
    return {name: next(iter(difflib.get_close_matches(name, VARIABLES, 1, _LIKENESS_MIN)), "") for name in names}


def _value(environ: Mapping[str, str], name: str) -> str:
    """Give a variable's own value, or that of the file `<name>_FILE` names. A password stands in a file only."""
    try:
        return value_of(environ, name)
    except EnvironmentValueError as error:
        raise SettingsError(error.name, error.value, error.hint) from error


def _file_value(name: str, path: Path) -> str:
    try:
        return file_value(name, path)
    except EnvironmentValueError as error:
        raise SettingsError(error.name, error.value, error.hint) from error


def _node_urls(value: str) -> tuple[str, ...]:
    """Read the nodes' URLs, separated by spaces."""
    urls = tuple(value.split())
    for url in urls:
        if not url.startswith(("http://", "https://")):
            raise SettingsError(NODE, url, "a node's URL begins with http:// or https://")
        try:
            node_name(url)
        except ValueError as error:
            raise SettingsError(NODE, "(its value)", str(error)) from error
    if len(set(urls)) < len(urls):
        raise SettingsError(NODE, "(its value)", "the same node is named twice: it would agree with itself")
    if len(urls) > QUORUM_NODES_MAX:
        raise SettingsError(NODE, "(its value)", f"at most {QUORUM_NODES_MAX} nodes are asked")
    return urls


def _redis_url(value: str) -> str:
    if value and not value.startswith(_REDIS_SCHEMES):
        raise SettingsError(REDIS, "(its value)", f"a URL that begins with {', '.join(_REDIS_SCHEMES)}")
    return value


def _header_name(value: str) -> str:
    if value and not _HEADER_NAME.fullmatch(value):
        raise SettingsError(COUNTRY_HEADER, value, "the name of a header, as CF-IPCountry")
    return value


def _number(environ: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    value = environ.get(name, str(default))
    if not value.isascii() or not value.isdigit() or len(value) > 9 or not least <= int(value) <= most:
        raise SettingsError(name, value, f"a whole number from {least} to {most}")
    return int(value)


def _one_of(environ: Mapping[str, str], name: str, default: str, values: tuple[str, ...]) -> str:
    value = environ.get(name) or default
    if value not in values:
        raise SettingsError(name, value, f"one of {', '.join(values)}")
    return value
