"""Bring a backup back into an empty folder, and prove that it is right before anybody serves from it."""

from __future__ import annotations

import hashlib
import hmac
import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy.engine import make_url

from loyalty.adapters.sql_database import Database
from loyalty.points import Points
from loyalty.rulebook import shipped_rules
from mint.checkpoint_folder import CheckpointFolder
from mint.errors import MintError
from mint.identity import read_identity
from mint.localnet.errors import LocalnetError
from mint.localnet.start import ensure_localnet, stop_localnet
from mint.records import Records
from mint.signer_settings import CommandKeySetting
from verifier.adapters.rpc_client import RpcClient
from verifier.adapters.sql_places import blocks_place
from verifier.adapters.sql_store import SqlStore
from verifier.errors import UnavailableError
from verifier.policies import MINT_READBACK
from verifier.service import Verifier
from verifier.verdict import Level
from verifier.wiring import open_registry
from web.backup.archive import DATABASE_DUMP, SEALED_KEYS, Manifest, extract, read_manifest, read_part, tagged_bytes
from web.backup.errors import ArchiveError, RestoreError
from web.backup.make import postgres_environ
from web.backup.sealing import SEALED_MAX_BYTES, Seal, open_keys

_VERIFIED_PIECES: Final = 3
_RESTORE_TIMEOUT_S: Final = 3_600
_HOUSE_MAX_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at after restoring."""

    name: str
    right: bool
    said: str


@dataclass(frozen=True, slots=True)
class Restored:
    """What was brought back, and what was found."""

    manifest: Manifest
    checks: tuple[Check, ...]
    keys: bool
    """Whether keys were brought back: without them nothing can be signed."""

    @property
    def right(self) -> bool:
        """Whether everything that was looked at is right."""
        return all(check.right for check in self.checks)


def restore_backup(
    path: Path,
    folder: Path,
    *,
    passphrase: bytes | None = None,
    node_url: str | None = None,
    database_url: str = "",
    accept_commands: bool = False,
) -> Restored:
    """Bring a backup back.

    1. The folder is empty, every part of the backup is as its manifest says, and the passphrase authenticates that
       and opens the keys. Without a passphrase anybody may have changed it: it names no command to run, unless
       `accept_commands`.
    2. The parts are written, and that no checkpoint is to be signed yet; keys; a dump into an empty database.
    3. The points add up, every document has its name, and pieces are verified as by a stranger.
    Raises ArchiveError, RestoreError.
    """
    if folder.exists() and any(folder.iterdir()):
        raise RestoreError(f"{folder} is not empty: restore into a new folder, and swap it in when it is right")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    manifest = read_manifest(path)  # 1.
    keys = None
    if passphrase is not None:
        keys = _opened_keys(path, manifest, passphrase)
    elif not accept_commands:
        _refuse_commands(path, manifest)
    extract(path, folder, manifest)  # 2.
    CheckpointFolder(folder / "checkpoints").mark_restored()
    if keys is not None:
        _place_keys(folder, keys)
    if DATABASE_DUMP in manifest.names():
        restore_postgres(folder / DATABASE_DUMP, database_url)
    checks = (*_check_points(folder, database_url), _check_documents(folder), _check_pieces(folder, node_url))  # 3.
    return Restored(manifest, checks, keys is not None)


def _opened_keys(path: Path, manifest: Manifest, passphrase: bytes) -> dict[str, bytes]:
    """Open the keys, and hold the manifest against its HMAC. Raises ArchiveError, RestoreError."""
    sealed = read_part(path, manifest, SEALED_KEYS, size_max_bytes=SEALED_MAX_BYTES)
    if not sealed or not manifest.tag:
        raise ArchiveError(path, "the passphrase authenticates nothing in it: it was made without one, or replaced")
    seal = Seal.on(sealed, passphrase)
    keys = open_keys(sealed, seal)
    if not hmac.compare_digest(manifest.tag, seal.tag(tagged_bytes(manifest))):
        raise ArchiveError(path, "its manifest was changed by somebody without the passphrase")
    return keys


def _refuse_commands(path: Path, manifest: Manifest) -> None:
    """Refuse a house that runs programs to sign: whoever changed the file could have named one. Raises RestoreError."""
    with tempfile.TemporaryDirectory(prefix="assay-restore-") as folder:
        house = Path(folder) / "house.json"
        house.write_bytes(read_part(path, manifest, house.name, size_max_bytes=_HOUSE_MAX_BYTES))
        settings = read_identity(house).key_settings()
    if named := sorted(name for name, one in settings.items() if isinstance(one, CommandKeySetting)):
        raise RestoreError(
            f"{path} names a command to sign with ({', '.join(named)}), and without a passphrase nothing says that "
            "nobody changed it: give --keys-passphrase-file, or read its house.json and say --accept-commands"
        )


def _place_keys(folder: Path, keys: Mapping[str, bytes]) -> None:
    for name, content in keys.items():
        place = folder / name
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        place.parent.chmod(0o700)
        place.touch(mode=0o600, exist_ok=False)
        place.write_bytes(content)
    (folder / SEALED_KEYS).unlink()


def restore_postgres(dump: Path, database_url: str) -> None:
    """Bring a dump into an empty database, whole or not at all, and delete it. Raises RestoreError."""
    program = shutil.which("pg_restore")
    if program is None or not database_url:
        raise RestoreError(
            "the backup holds a PostgreSQL dump: name an empty database in $ASSAY_DATABASE_FILE, and have pg_restore"
        )
    url = make_url(database_url)
    command = [program, "--exit-on-error", "--single-transaction", "--no-owner", f"--dbname={url.database}", str(dump)]
    done = subprocess.run(  # noqa: S603 - a program found on the PATH, and our own options
        command, env=postgres_environ(url), capture_output=True, check=False, timeout=_RESTORE_TIMEOUT_S
    )
    if done.returncode:
        raise RestoreError(f"pg_restore ends with {done.returncode}: is the database empty?")
    dump.unlink()


def _check_points(folder: Path, database_url: str) -> Iterator[Check]:
    """Play the ledger of points again."""
    file = folder / "site.sqlite3"
    if not file.exists() and not database_url:
        return
    database = Database.open(f"sqlite:///{file.absolute()}" if file.exists() else database_url)
    try:
        audit = Points(database, shipped_rules(), time.time).audit()
    except UnavailableError as error:
        yield Check("points", right=False, said=f"they cannot be read: {error}")
        return
    finally:
        database.close()
    said = f"{audit.transfers} transfers, {audit.awards} awards"
    yield Check("points", right=audit.fault is None, said=str(audit.fault or said))


def _check_documents(folder: Path) -> Check:
    """Hold every block against its digest."""
    file = folder / "blocks.sqlite3"
    if not file.exists():
        return Check("documents", right=True, said="kept in the database, or none yet")
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            rows = connection.execute("SELECT digest, content FROM block")
            count = wrong = 0
            for digest, content in rows:
                count, wrong = count + 1, wrong + (hashlib.sha256(content).digest() != digest)
    except sqlite3.Error as error:
        return Check("documents", right=False, said=str(error))
    return Check("documents", right=not wrong, said=f"{count} blocks, {wrong} of them damaged")


def _check_pieces(folder: Path, node_url: str | None) -> Check:
    """Verify a few pieces as anybody would: on the node, or on a copy of the embedded ledger that ends with us."""
    try:
        with _node(folder, node_url) as url:
            return _verified(folder, url)
    except (UnavailableError, MintError, LocalnetError, OSError, ValueError) as error:
        return Check("pieces", right=False, said=f"{type(error).__name__}: {error}")


def _verified(folder: Path, url: str) -> Check:
    identity = read_identity(folder / "house.json")
    records = Records.open(folder)
    client, store = RpcClient(url), SqlStore(blocks_place(folder, os.environ))
    try:
        pieces = [piece for piece in records.book.pieces(limit=_VERIFIED_PIECES) if piece.state == "confirmed"]
        verifier = Verifier(identity.trust(url), lambda brand: open_registry(brand, client, store))
        levels = [verifier.verify_item(identity.item(one.token_id), MINT_READBACK).verdict.level for one in pieces]
    finally:
        records.close()
        client.close()
    good = sum(level is Level.VERIFIED for level in levels)
    return Check("pieces", right=good == len(levels), said=f"{good} of {len(levels)} looked at are verified")


@contextmanager
def _node(folder: Path, node_url: str | None) -> Iterator[str]:
    """Give a node: the one named, or a ledger over a copy, so that none is started in the restored folder."""
    if node_url is not None:
        yield node_url
        return
    with tempfile.TemporaryDirectory(prefix="assay-restore-") as copy:
        shutil.copy(folder / "localnet" / "chain.sqlite3", copy)
        chain_id = read_identity(folder / "house.json").registry.chain_id
        try:
            yield ensure_localnet(Path(copy), chain_id=chain_id).url
        finally:
            stop_localnet(Path(copy))
