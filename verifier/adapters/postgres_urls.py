"""PostgreSQL's URLs, the schemas of the house's areas, and the limits that every connection of ours sets."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol, TypeVar
from urllib.parse import parse_qsl, urlsplit

DRIVER: Final = "postgresql+psycopg"
NOT_READY_STATES: Final = frozenset({"42P01", "3F000", "42501", "25006"})
"""No such table, no such schema, no right to them, a standby that takes no writes: it runs, and ours is not there."""
_NAMES: Final = frozenset({"postgresql", "postgres", DRIVER})
_CONNECT_S: Final = 5
_SETTINGS: Final = {
    # A writer waits for its turn no longer than SQLite's does.
    "lock_timeout": "10s",
    "statement_timeout": "60s",
    # Whoever died, or was cut off, inside a transaction keeps nobody waiting for ever.
    "idle_in_transaction_session_timeout": "60s",
    "client_encoding": "UTF8",
}
_KEEPALIVE: Final = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 30_000}


class PostgresUrlError(ValueError):
    """A URL of PostgreSQL that cannot be used. Nothing was opened."""


class Url(Protocol):
    """What is needed of SQLAlchemy's URL."""

    @property
    def drivername(self) -> str:
        """As `postgresql` or `postgresql+psycopg`."""
        ...

    def set(self, *, drivername: str) -> Any:
        """Give another one."""
        ...


AnyUrl = TypeVar("AnyUrl", bound=Url)


def is_postgres(url: str) -> bool:
    """Say whether a URL names a PostgreSQL."""
    return url.partition(":")[0] in _NAMES or url.startswith("postgresql")


def with_driver(url: AnyUrl) -> AnyUrl:
    """Name our driver in a URL that names PostgreSQL alone. Raises PostgresUrlError for another driver."""
    if not url.drivername.startswith("postgres"):
        return url
    if url.drivername not in _NAMES:
        raise PostgresUrlError(f"the driver is psycopg: write {DRIVER}://, not {url.drivername}://")
    named: AnyUrl = url.set(drivername=DRIVER)
    return named


def conninfo(url: str) -> str:
    """Spell a URL as libpq takes it. Raises PostgresUrlError."""
    name, mark, rest = url.partition("://")
    if name not in _NAMES or not mark:
        raise PostgresUrlError(f"a URL of PostgreSQL begins with {DRIVER}://")
    return f"postgresql://{rest}"


def url_query(url: str) -> dict[str, str]:
    """Give what a URL says behind its question mark."""
    return dict(parse_qsl(urlsplit(url).query))


def connect_options(query: Mapping[str, str | Sequence[str]], schema: str) -> dict[str, Any]:
    """Give what each connection of an area asks for; what the URL itself says goes before it."""
    settings = _SETTINGS | {"search_path": schema}
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    own = query.get("options", "")
    given = {"connect_timeout": _CONNECT_S, "application_name": "assay", **_KEEPALIVE}
    wanted = {name: value for name, value in given.items() if name not in query}
    return wanted | {"options": f"{options} {own if isinstance(own, str) else ' '.join(own)}".strip()}


def lock_number(name: str) -> int:
    """Give the number of an area's advisory lock, 64 bits with sign: PostgreSQL's locks have no names."""
    return int.from_bytes(hashlib.sha256(f"assay/lock/{name}".encode()).digest()[:8], "big", signed=True)
