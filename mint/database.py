"""The house's own database, private: a SQLite file, or a schema of PostgreSQL. What was saved survives a power cut."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from mint.errors import HouseWriteError, InputError, WrongDatabaseError
from verifier.adapters.environment import EnvironmentValueError
from verifier.adapters.sql_places import house_place, open_pool
from verifier.adapters.sql_ports import Place, SqlConnection, SqlError

_PAGE_BYTES: Final = 4096
_SIZE_MAX_BYTES: Final = 2**36

_FOUNDED: Final = "founded as"
_REGISTRY: Final = "registry"
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS intent (
    id {id},
    key {text} NOT NULL UNIQUE,
    job {text} NOT NULL,
    wave {number} NOT NULL,
    what {text} NOT NULL,
    sender {text} NOT NULL,
    target {text},
    calldata {bytes} NOT NULL,
    value_wei {text} NOT NULL,
    payload {text} NOT NULL,
    state {text} NOT NULL,
    reason {text},
    gas {number},
    block_number {number},
    block_hash {bytes},
    gas_used {number},
    contract {text},
    created_at {text} NOT NULL,
    changed_at {text} NOT NULL
) {strict};
CREATE INDEX IF NOT EXISTS intent_by_state ON intent (state);
CREATE INDEX IF NOT EXISTS intent_by_job ON intent (job);
CREATE TABLE IF NOT EXISTS attempt (
    {order}
    hash {bytes} PRIMARY KEY,
    intent {number} NOT NULL REFERENCES intent (id),
    account {text} NOT NULL,
    nonce {number} NOT NULL,
    raw {bytes} NOT NULL,
    fee_max_wei {text} NOT NULL,
    tip_wei {text} NOT NULL,
    dead {number} NOT NULL DEFAULT 0,
    signed_at_s {real} NOT NULL
) {strict};
CREATE INDEX IF NOT EXISTS attempt_by_intent ON attempt (intent);
CREATE INDEX IF NOT EXISTS attempt_by_account ON attempt (account, nonce);
CREATE TABLE IF NOT EXISTS draft (
    intent {number} NOT NULL REFERENCES intent (id),
    codec {number} NOT NULL,
    digest {bytes} NOT NULL,
    content {bytes} NOT NULL,
    PRIMARY KEY (intent, digest)
) {strict_keyed};
CREATE TABLE IF NOT EXISTS piece (
    {order}
    reference {text} PRIMARY KEY,
    token {text} NOT NULL UNIQUE,
    batch {text} NOT NULL,
    place {number} NOT NULL,
    gtin {text} NOT NULL,
    name {text} NOT NULL,
    passport {bytes} NOT NULL,
    intent {number} NOT NULL REFERENCES intent (id)
) {strict};
CREATE INDEX IF NOT EXISTS piece_by_batch ON piece (batch, place);
CREATE TABLE IF NOT EXISTS label (
    token {text} NOT NULL,
    ordinal {number} NOT NULL,
    serial {text} NOT NULL,
    intent {number} NOT NULL REFERENCES intent (id),
    PRIMARY KEY (token, ordinal)
) {strict};
CREATE TABLE IF NOT EXISTS claim_key (
    token {text} NOT NULL,
    ordinal {number} NOT NULL,
    address {text} NOT NULL,
    code {bytes},
    intent {number} NOT NULL REFERENCES intent (id),
    PRIMARY KEY (token, ordinal)
) {strict};
CREATE TABLE IF NOT EXISTS step (
    {order}
    document {bytes} PRIMARY KEY,
    subject {text} NOT NULL,
    kind {number} NOT NULL,
    happened_at {text} NOT NULL,
    intent {number} NOT NULL REFERENCES intent (id)
) {strict};
CREATE INDEX IF NOT EXISTS step_by_subject ON step (subject);
CREATE TABLE IF NOT EXISTS actor (
    name {text} PRIMARY KEY,
    address {text} NOT NULL UNIQUE,
    role {text} NOT NULL,
    company {text} NOT NULL,
    kinds {number} NOT NULL,
    key {text},
    intent {number} NOT NULL REFERENCES intent (id)
) {strict};
CREATE TABLE IF NOT EXISTS setting (name {text} PRIMARY KEY, value {text} NOT NULL) {strict};
"""
_TAG_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS tag (
    id {text} PRIMARY KEY,
    uid {bytes} NOT NULL UNIQUE,
    token {text} NOT NULL,
    key_version {number} NOT NULL,
    state {text} NOT NULL,
    registered_at {text} NOT NULL,
    changed_at {text} NOT NULL
) {strict};
CREATE INDEX IF NOT EXISTS tag_by_token ON tag (token);
"""
"""Younger than the others: a house that was founded before it gets it when it is opened."""


_PRINT_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS print_run (
    id {id},
    state {text} NOT NULL,
    picture_format {text} NOT NULL,
    substrate {text} NOT NULL,
    spelling {text} NOT NULL,
    module_mm {real},
    stock {text} NOT NULL,
    start {number} NOT NULL,
    card_shape {text} NOT NULL
) {strict};
CREATE TABLE IF NOT EXISTS print_run_item (
    {order}
    run {number} NOT NULL REFERENCES print_run (id),
    place {number} NOT NULL,
    token {text} NOT NULL,
    address {text} NOT NULL,
    digest {bytes} NOT NULL,
    asked {number} NOT NULL,
    seen_at {text},
    PRIMARY KEY (run, place)
) {strict};
CREATE INDEX IF NOT EXISTS print_run_item_by_digest ON print_run_item (digest);
CREATE TABLE IF NOT EXISTS print_run_event (
    {order}
    run {number} NOT NULL REFERENCES print_run (id),
    state {text} NOT NULL,
    at {text} NOT NULL,
    who {text} NOT NULL,
    PRIMARY KEY (run, state)
) {strict};
"""
"""Of a release after the first: a house of before gets these tables when it is opened."""


class HouseDatabase:
    """One connection at a time, that threads share. Full sync; in a file, what is deleted is overwritten with zeros."""

    def __init__(self, place: Place, *, size_max_bytes: int = _SIZE_MAX_BYTES) -> None:
        self.place = place
        self._lock = threading.RLock()
        self._open: SqlConnection | None = None
        """That of the transaction that is under way."""
        with self._failing():
            if isinstance(place, Path):
                os.close(os.open(place, os.O_RDWR | os.O_CREAT, 0o600))
            self._pool = open_pool(
                place,
                f"PRAGMA page_size = {_PAGE_BYTES}",
                "PRAGMA journal_mode = WAL",
                "PRAGMA synchronous = FULL",
                "PRAGMA secure_delete = ON",
                "PRAGMA foreign_keys = ON",
                f"PRAGMA max_page_count = {max(size_max_bytes // _PAGE_BYTES, 1)}",
                named=True,
            )
            self._pool.prepare(_SCHEMA, "intent")
            self._pool.prepare(_PRINT_SCHEMA, "print_run_event")
            self._pool.prepare(_TAG_SCHEMA, "tag")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Save all that the block writes, or none of it. One inside another joins it.

        Raises HouseWriteError when it cannot be written, as on a full disk or with a server that is away.
        """
        with self._lock:
            if self._open is not None:
                yield
                return
            try:
                with self._failing(), self._pool.writing() as self._open:
                    yield
            finally:
                self._open = None

    def execute(self, sql: str, arguments: Sequence[Any] = ()) -> None:
        """Run one statement of a transaction."""
        self._writer().execute(sql, arguments)

    def insert(self, sql: str, arguments: Sequence[Any]) -> int:
        """Add one row in a transaction, by a statement that ends with `RETURNING id`; gives that id."""
        row = self._writer().execute(sql, arguments).fetchone()
        return int(row["id"])

    def execute_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run one statement of a transaction for many rows."""
        self._writer().executemany(sql, rows)

    def rows(self, sql: str, arguments: Sequence[Any] = ()) -> list[Mapping[str, Any]]:
        """Read rows."""
        with self._lock:
            if self._open is not None:
                return self._open.execute(sql, arguments).fetchall()
            with self._failing(), self._pool.connection() as connection:
                return connection.execute(sql, arguments).fetchall()

    def row(self, sql: str, arguments: Sequence[Any] = ()) -> Mapping[str, Any] | None:
        """Read the first row, if there is one."""
        return next(iter(self.rows(sql, arguments)), None)

    def belongs_to(self, registry: str) -> None:
        """Make sure that this is the book of the house of a registry. Raises WrongDatabaseError.

        A house whose book is looked for in the wrong place would find it empty, and register everything anew.
        """
        found = {row["name"]: row["value"] for row in self.rows("SELECT name, value FROM setting")}
        if _FOUNDED not in found or found.get(_REGISTRY, registry) != registry:
            raise WrongDatabaseError(self.place, registry, found.get(_REGISTRY))
        if _REGISTRY not in found:
            with self.transaction():
                new = "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING"
                self.execute(new, (_REGISTRY, registry))

    def founded_as(self, house: str) -> str:
        """Keep what a house is set up with, unless something is kept already; gives what is kept."""
        with self.transaction():
            self.execute("INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING", (_FOUNDED, house))
            row = self.row("SELECT value FROM setting WHERE name = ?", (_FOUNDED,))
        return "" if row is None else str(row["value"])

    def forget_log(self) -> None:
        """Empty a file's write-ahead log, which may hold what was just erased from the file itself.

        A server's log is its operator's: see docs/databases.md.
        """
        if not isinstance(self.place, Path):
            return
        with self._lock, self._failing(), self._pool.connection() as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

    def close(self) -> None:
        """Let go of the connections."""
        with self._lock:
            self._pool.close()

    def _writer(self) -> SqlConnection:
        assert self._open is not None, "writes belong into a transaction"
        return self._open

    @contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except (SqlError, OSError) as error:
            raise HouseWriteError(self.place, str(error)) from error


def open_house_database(data_dir: Path, environ: Mapping[str, str]) -> HouseDatabase:
    """Open the database of the house in a folder: a file there, or where $ASSAY_DATABASE says.

    Raises InputError for a value that cannot be used, HouseWriteError.
    """
    try:
        place = house_place(data_dir, environ)
    except EnvironmentValueError as error:
        raise InputError(f"${error}") from error
    return HouseDatabase(place)
