"""Make a backup while everything goes on."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy.engine import URL, make_url

from mint.errors import HouseInUseError
from mint.identity import read_identity
from mint.server_lock import lock_for
from web.backup.archive import DATABASE_DUMP, SEALED_KEYS, ArchiveWriter, Manifest, writing_archive
from web.backup.errors import ArchiveError, BackupBusyError, BackupError
from web.backup.sealing import Seal, seal_keys
from web.settings import Settings

LOCK_WAIT_S: Final = 60.0
_PAUSE_S: Final = 0.05
_DUMP_TIMEOUT_S: Final = 3_600
_BUSY_S: Final = 10.0
_TEXTS: Final = ("house.json", "trust.json", "content.json", "localnet/port")
_TLS: Final = ("sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl")
_INDEXES: Final = "assay_index_*"
"""Schemas of the verifier's index: it is made anew from the chain."""


def make_backup(settings: Settings, target: Path, passphrase: bytes | None = None) -> Manifest:
    """Write a backup to `target`, and read it back.

    1. Nobody else writes for the house meanwhile; the site goes on, and what customers ask for waits for seconds.
    2. What refers comes before what is referred to: site, house, ledger, documents. A job that the site has as done
       is in the house's book, what the book has as confirmed is on the ledger, what the ledger names can be read.
    3. Keys only under a passphrase.
    4. The manifest, with an HMAC where there is a passphrase; then everything is read back; only then has the file
       its name.
    Raises BackupError, BackupBusyError.
    """
    data = settings.data
    if not (data / "house.json").exists():
        raise BackupError(f"{data} is no house: name its folder with --data")
    try:
        identity = read_identity(data / "house.json")
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with ExitStack() as stack:
            work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent)))
            writer = stack.enter_context(writing_archive(target))
            with _held(lock_for(data, os.environ)):  # 1.
                _add_databases(settings, work, writer)  # 2.
                _add_file_if_there(writer, data, work, "localnet/chain.sqlite3")
            _add_file_if_there(writer, data, work, "blocks.sqlite3")
            _add_texts(data, writer)
            seal = Seal.of(passphrase) if passphrase is not None else None
            if seal is not None:  # 3.
                writer.add_bytes(SEALED_KEYS, seal_keys(data, seal))
            registry = identity.registry
            made_at = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
            of_whom = (identity.maker.name, registry.chain_id, registry.contract)
            manifest = writer.close_with(*of_whom, made_at, seal.tag if seal else None)  # 4.
    except ArchiveError as error:
        raise BackupError(str(error)) from error
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"{target} cannot be written: {error}") from error
    return manifest


@contextmanager
def _held(lock: Callable[[], AbstractContextManager[None]]) -> Iterator[None]:
    """Wait for the house's lock, and hold it. Raises BackupBusyError."""
    deadline_s = time.monotonic() + LOCK_WAIT_S
    with ExitStack() as stack:
        while True:
            try:
                stack.enter_context(lock())
                break
            except HouseInUseError as error:
                if time.monotonic() > deadline_s:
                    raise BackupBusyError(LOCK_WAIT_S) from error
                time.sleep(_PAUSE_S)
        yield


def _add_databases(settings: Settings, work: Path, writer: ArchiveWriter) -> None:
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite":
        site = Path(url.database or "")
        if site.exists():
            _add_sqlite(writer, "site.sqlite3", site, work)
    else:
        dump = work / DATABASE_DUMP
        dump_postgres(url, dump)
        writer.add(DATABASE_DUMP, dump)
        dump.unlink()
    _add_file_if_there(writer, settings.data, work, "house.sqlite3")


def _add_file_if_there(writer: ArchiveWriter, data: Path, work: Path, name: str) -> None:
    if (data / name).exists():
        _add_sqlite(writer, name, data / name, work)


def _add_sqlite(writer: ArchiveWriter, name: str, source: Path, work: Path) -> None:
    """Copy a database as it is at one moment; its writers go on. A copy that is damaged ends the backup."""
    copy = work / "copy.sqlite3"
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, timeout=_BUSY_S)) as there,
        closing(sqlite3.connect(copy)) as here,
    ):
        there.backup(here)
        here.execute("PRAGMA journal_mode = DELETE")
        said = here.execute("PRAGMA quick_check(1)").fetchone()[0]
    if said != "ok":
        raise BackupError(f"{source} is damaged ({said}): restore it from an older backup")
    writer.add(name, copy)
    copy.unlink()


def _add_texts(data: Path, writer: ArchiveWriter) -> None:
    checkpoints = sorted((data / "checkpoints").glob("*.json"))
    names = [*_TEXTS, *(path.relative_to(data).as_posix() for path in checkpoints if path.is_file())]
    for name in names:
        if (data / name).exists():
            writer.add(name, data / name)


def dump_postgres(url: URL, target: Path) -> None:
    """Dump one database as it is at one moment, without the verifier's index. Raises BackupError."""
    program = shutil.which("pg_dump")
    if program is None:
        raise BackupError("pg_dump is not installed: install PostgreSQL's client programs of the server's version")
    command = [program, "--format=custom", "--no-owner", "--no-privileges", f"--exclude-schema={_INDEXES}"]
    done = subprocess.run(  # noqa: S603 - a program found on the PATH, and our own options
        [*command, f"--file={target}"], env=postgres_environ(url), capture_output=True, check=False,
        timeout=_DUMP_TIMEOUT_S,
    )  # fmt: skip
    if done.returncode:
        raise BackupError(f"pg_dump ends with {done.returncode}: {_last_line(done.stderr)}")


def postgres_environ(url: URL) -> dict[str, str]:
    """Give libpq's variables for a URL: no password on a command line, where others could read it.

    What the URL demands of the server's certificate is demanded here too.
    """
    values = {
        "PGHOST": url.host or str(url.query.get("host", "")),
        "PGPORT": str(url.port or url.query.get("port", "")),
        "PGUSER": url.username or "",
        "PGPASSWORD": url.password or "",
        "PGDATABASE": url.database or "",
        "PGCONNECT_TIMEOUT": "10",
        "PATH": "/usr/bin:/bin:/usr/local/bin",
        **{f"PG{name.upper()}": str(url.query.get(name, "")) for name in _TLS},
    }
    return {name: value for name, value in values.items() if value}


def _last_line(said: bytes) -> str:
    return (said.decode("utf-8", "replace").strip().splitlines() or [""])[-1][:200]
