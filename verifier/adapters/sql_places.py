"""Where each area of a house is kept, as $ASSAY_DATABASE says: files of its folder, or schemas of one server."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from verifier.adapters.environment import value_of
from verifier.adapters.postgres_urls import is_postgres
from verifier.adapters.sql_ports import Place, ServerPlace, SqlError, SqlPool
from verifier.adapters.sqlite_pool import SqlitePool

DATABASE: Final = "ASSAY_DATABASE"
_FILES: Final = {"house": "house.sqlite3", "blocks": "blocks.sqlite3"}


def server_url(environ: Mapping[str, str]) -> str | None:
    """Give the URL of the PostgreSQL that the house is kept in; None where it is kept in files.

    Raises EnvironmentValueError.
    """
    url = value_of(environ, DATABASE)
    return url if is_postgres(url) else None


def house_place(data_dir: Path, environ: Mapping[str, str]) -> Place:
    """Say where a house keeps its book and outbox. Raises EnvironmentValueError."""
    return place_of("house", data_dir, server_url(environ))


def blocks_place(data_dir: Path, environ: Mapping[str, str]) -> Place:
    """Say where a house keeps its documents as blocks. Raises EnvironmentValueError."""
    return place_of("blocks", data_dir, server_url(environ))


def place_of(area: str, data_dir: Path, url: str | None) -> Place:
    """Say where an area is kept: `house` or `blocks`, in a folder or on the server of a URL."""
    return data_dir / _FILES[area] if url is None else ServerPlace(url, f"assay_{area}")


def open_pool(place: Place, *setup: str, read_only: bool = False, named: bool = False) -> SqlPool:
    """Open an area. Nothing is asked yet.

    `setup` are SQLite's own statements for each connection; `named` rows are read by the names of their columns.
    Raises SqlError when PostgreSQL is asked for and its driver is not installed.
    """
    if isinstance(place, Path):
        return SqlitePool(place, *setup, read_only=read_only, named=named)
    try:
        from verifier.adapters.postgres_pool import PostgresPool  # noqa: PLC0415 - the driver is an extra
    except ImportError as error:
        raise SqlError("psycopg is not installed; for PostgreSQL, install assay[postgres]") from error
    return PostgresPool(place, read_only=read_only, named=named)
