"""What an operator may choose, read from the environment once. `docs/settings.md` explains each variable."""

from __future__ import annotations

import difflib
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, unique
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from web.errors import SettingsError

DATA: Final = "ASSAY_DATA"
TRUST: Final = "ASSAY_TRUST"
NODE: Final = "ASSAY_NODE"
DATABASE: Final = "ASSAY_DATABASE"
PROXIES: Final = "ASSAY_PROXIES"
COUNTRY_HEADER: Final = "ASSAY_COUNTRY_HEADER"
SERVER: Final = "ASSAY_SERVER"
WORKERS: Final = "ASSAY_WORKERS"
THREADS: Final = "ASSAY_THREADS"
LOG_LEVEL: Final = "ASSAY_LOG_LEVEL"
FROM_FILE: Final = "_FILE"
"""`ASSAY_NODE_FILE` names a file that holds what `ASSAY_NODE` would; for values with a password or a key in them."""
VARIABLES: Final = (
    DATA,
    TRUST,
    NODE,
    NODE + FROM_FILE,
    DATABASE,
    DATABASE + FROM_FILE,
    PROXIES,
    COUNTRY_HEADER,
    SERVER,
    WORKERS,
    THREADS,
    LOG_LEVEL,
)
ELSEWHERE: Final = ("ASSAY_IPFS_API", "ASSAY_DEMO", "ASSAY_SHARED", "ASSAY_CHROMIUM")
"""Read by other commands and by the tests."""
_PREFIX: Final = "ASSAY_"
_PROXIES_MAX: Final = 3
_WORKERS_MAX: Final = 64
_WORKERS_DEFAULT_MAX: Final = 4
_THREADS_MAX: Final = 128
_THREADS_DEFAULT: Final = 8
_VALUE_MAX_BYTES: Final = 4_096
_LIKENESS_MIN: Final = 0.8
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
    node_url: str | None
    """None: the embedded ledger of `data`."""
    database_url: str
    """Where people, scans and points are kept; a SQLAlchemy URL."""
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

    @property
    def blocks_file(self) -> Path:
        """The content store, which mint writes."""
        return self.data / "blocks.sqlite3"

    @property
    def index_folder(self) -> Path:
        """The site's own index of the registry. It may be deleted at any time."""
        return self.data / "index"

    @property
    def secret_file(self) -> Path:
        """The site's own secret, made at the first start, for its owner alone."""
        return self.data / "keys" / "site.secret"

    @property
    def custody_key_file(self) -> Path:
        """What every piece held for a person is signed for with. Lost, those pieces cannot be moved: keep a copy."""
        return self.data / "keys" / "custody.key"

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
    return Settings(
        data=folder,
        trust=Path(environ.get(TRUST) or folder / "trust.json"),
        node_url=_node_url(_value(environ, NODE)),
        database_url=_value(environ, DATABASE) or f"sqlite:///{folder.absolute() / 'site.sqlite3'}",
        proxies=_number(environ, PROXIES, 0, 0, _PROXIES_MAX),
        country_header=_header_name(environ.get(COUNTRY_HEADER, "")),
        server=Server(_one_of(environ, SERVER, Server.GRANIAN, tuple(Server))),
        workers=_number(environ, WORKERS, min(os.cpu_count() or 1, _WORKERS_DEFAULT_MAX), 1, _WORKERS_MAX),
        threads=_number(environ, THREADS, _THREADS_DEFAULT, 1, _THREADS_MAX),
        log_level=LogLevel(_one_of(environ, LOG_LEVEL, LogLevel.INFO, tuple(LogLevel))),
    )


def unknown_variables(environ: Mapping[str, str]) -> Mapping[str, str]:
    """Find variables that look like ours and that nobody reads, each with the nearest one that somebody does."""
    known = {*VARIABLES, *ELSEWHERE}
    names = sorted(name for name in environ if name.startswith(_PREFIX) and name not in known)
    return {name: next(iter(difflib.get_close_matches(name, VARIABLES, 1, _LIKENESS_MIN)), "") for name in names}


def _value(environ: Mapping[str, str], name: str) -> str:
    """Give a variable's own value, or that of the file `<name>_FILE` names. A password stands in a file only."""
    path = environ.get(name + FROM_FILE, "")
    if path:
        if environ.get(name):
            raise SettingsError(name + FROM_FILE, path, f"{name} is set too; leave one of them out")
        return _file_value(name + FROM_FILE, Path(path))
    value = environ.get(name, "")
    if _has_password(value):
        hint = f"a password does not belong here; write it into a file and name that in {name}{FROM_FILE}"
        raise SettingsError(name, "(not shown)", hint)
    return value


def _file_value(name: str, path: Path) -> str:
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise SettingsError(name, str(path), "others can read the file: chmod 600")
        with path.open("rb") as file:
            content = file.read(_VALUE_MAX_BYTES + 1)
        value = content.decode("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(name, str(path), "the file cannot be read") from error
    if not value or len(content) > _VALUE_MAX_BYTES:
        raise SettingsError(name, str(path), f"the file holds no value of 1 to {_VALUE_MAX_BYTES} bytes")
    return value


def _has_password(url: str) -> bool:
    try:
        return bool(urlsplit(url).password)
    except ValueError:
        return False  # no URL at all; whoever opens it says so


def _node_url(value: str) -> str | None:
    if value and not value.startswith(("http://", "https://")):
        raise SettingsError(NODE, value, "a node's URL begins with http:// or https://")
    return value or None


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
