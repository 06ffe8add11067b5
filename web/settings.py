"""What an operator may choose, read from the environment once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from web.errors import SettingsError

DATA: Final = "ASSAY_DATA"
TRUST: Final = "ASSAY_TRUST"
NODE: Final = "ASSAY_NODE"
PROXIES: Final = "ASSAY_PROXIES"
DATABASE: Final = "ASSAY_DATABASE"
_PROXIES_MAX: Final = 3


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the site finds its parts."""

    data: Path
    """The brand's folder: blocks, index, embedded ledger."""
    trust: Path
    node_url: str | None
    """None: the embedded ledger of `data`."""
    database_url: str
    """Where people, scans and points are kept; a SQLAlchemy URL."""
    proxies: int
    """How many reverse proxies stand in front; their X-Forwarded-For and -Proto are believed."""

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
    def localnet_folder(self) -> Path:
        """The embedded ledger."""
        return self.data / "localnet"


def read_settings(environ: Mapping[str, str], *, data: Path | None = None) -> Settings:
    """Read the settings; `data` goes before the variable. Raises SettingsError naming the variable."""
    folder = data or Path(environ.get(DATA) or "var/assay")
    trust = Path(environ.get(TRUST) or folder / "trust.json")
    database_url = environ.get(DATABASE) or f"sqlite:///{folder.absolute() / 'site.sqlite3'}"
    return Settings(folder, trust, _node_url(environ.get(NODE, "")), database_url, _proxies(environ.get(PROXIES, "0")))


def _node_url(value: str) -> str | None:
    if value and not value.startswith(("http://", "https://")):
        raise SettingsError(NODE, value, "a node's URL begins with http:// or https://")
    return value or None


def _proxies(value: str) -> int:
    if not value.isascii() or not value.isdigit() or int(value) > _PROXIES_MAX:
        raise SettingsError(PROXIES, value, f"a whole number from 0 to {_PROXIES_MAX}")
    return int(value)
