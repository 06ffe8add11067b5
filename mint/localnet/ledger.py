"""The blocks on disk: written once, never changed, found by number, hash and transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rlp
from eth.vm.forks.prague.blocks import PragueBlockHeader

from mint.localnet.block_builder import SealedBlock, SealedTransaction
from mint.localnet.database import Database
from mint.localnet.errors import WrongChainError
from mint.localnet.evm import ANCESTORS_MAX, Evm
from mint.localnet.headers import Header
from mint.localnet.limits import HEADERS_CACHED_MAX
from mint.localnet.nodes import NodeStore
from mint.localnet.recent import Recent
from mint.localnet.state import StateReader


@dataclass(frozen=True, slots=True)
class StoredTransaction:
    """One transaction of a block, with the fields of its receipt that are not logs."""

    hash: bytes
    block: int
    position: int
    sender: bytes
    raw: bytes
    status: int
    gas_used: int
    gas_cumulative: int
    gas_price: int
    contract: bytes | None
    bloom: bytes


_COLUMNS = "hash, block, position, sender, raw, status, gas_used, gas_cumulative, gas_price, contract, bloom"


class Ledger:
    """Everything sealed so far, and its head. Reads wait for nobody."""

    def __init__(self, database: Database, nodes: NodeStore, head: Header) -> None:
        self._database = database
        self._nodes = nodes
        self._headers: Recent[int, Header] = Recent(HEADERS_CACHED_MAX)
        self.head = head
        """The newest header. Replaced as a whole once its block is on the disk."""

    @classmethod
    def open(cls, database: Database, nodes: NodeStore, evm: Evm, genesis: dict[bytes, int], now_s: int) -> Ledger:
        """Open the ledger, or begin it with balances in wei by address. Raises WrongChainError."""
        with database.reading() as connection:
            chain = connection.execute("SELECT value FROM meta WHERE key='chain_id'").fetchone()
            newest = connection.execute("SELECT header FROM block ORDER BY number DESC LIMIT 1").fetchone()
            folder = Path(connection.execute("PRAGMA database_list").fetchone()[2]).parent
        if chain is not None and int(chain[0]) != evm.chain_id:
            raise WrongChainError(folder, int(chain[0]), evm.chain_id)
        if newest is not None:
            return cls(database, nodes, rlp.decode(newest[0], PragueBlockHeader))
        header, added = evm.genesis(genesis, now_s)
        ledger = cls(database, nodes, header)
        with database.writing() as connection:
            connection.execute("INSERT INTO meta(key, value) VALUES('chain_id', ?)", (str(evm.chain_id),))
            ledger.append(connection, SealedBlock(header, (), added))
        return ledger

    def append(self, connection: sqlite3.Connection, block: SealedBlock) -> None:
        """Write a block as part of the caller's transaction. The caller sets `head` after its commit."""
        header, number = block.header, int(block.header.block_number)
        row = (number, header.hash, rlp.encode(header), block.size_bytes, int(header.timestamp))
        connection.execute("INSERT INTO block(number, hash, header, size_bytes, timestamp_s) VALUES(?,?,?,?,?)", row)
        self._nodes.save(connection, block.nodes)
        log_position = 0
        for position, sealed in enumerate(block.transactions):
            connection.execute(
                f"INSERT INTO tx({_COLUMNS}) VALUES(?,?,?,?,?,?,?,?,?,?,?)",
                _transaction_row(number, position, sealed),
            )
            for log in sealed.logs:
                topics = (*log.topics, *[None] * (4 - len(log.topics)))
                connection.execute(
                    "INSERT INTO log VALUES(?,?,?,?,?,?,?,?,?)",
                    (number, log_position, position, log.address, *topics, log.data),
                )
                log_position += 1

    def header(self, number: int) -> Header | None:
        """Give the header of a block, or None where there is none yet."""
        head = self.head
        if number == head.block_number:
            return head
        if not 0 <= number < head.block_number:
            return None
        header = self._headers.get(number)
        if header is None:
            with self._database.reading() as connection:
                row = connection.execute("SELECT header FROM block WHERE number=?", (number,)).fetchone()
            header = rlp.decode(row[0], PragueBlockHeader)
            self._headers.put(number, header)
        return header

    def number_of(self, block_hash: bytes) -> int | None:
        """Give the number of the block with this hash, or None."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT number FROM block WHERE hash=?", (block_hash,)).fetchone()
        return None if row is None else int(row[0])

    def size_bytes(self, number: int) -> int:
        """Length of a block's RLP."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT size_bytes FROM block WHERE number=?", (number,)).fetchone()
        return int(row[0])

    def ancestors(self, number: int) -> Iterator[bytes]:
        """Give the hashes of the blocks before `number`, newest first, as far as BLOCKHASH sees."""
        for earlier in range(number - 1, max(-1, number - 1 - ANCESTORS_MAX), -1):
            header = self.header(earlier)
            assert header is not None, "blocks are contiguous"
            yield header.hash

    def state(self, header: Header) -> StateReader:
        """Open the state after a block."""
        return StateReader(self._nodes, header.state_root)

    def transaction(self, tx_hash: bytes) -> StoredTransaction | None:
        """Find a sealed transaction."""
        found = self._transactions("hash=?", tx_hash)
        return found[0] if found else None

    def transactions(self, number: int) -> list[StoredTransaction]:
        """Give a block's transactions in order."""
        return self._transactions("block=? ORDER BY position", number)

    def transaction_hashes(self, number: int) -> list[bytes]:
        """Give the hashes of a block's transactions in order."""
        query = "SELECT hash FROM tx WHERE block=? ORDER BY position"
        with self._database.reading() as connection:
            return [row[0] for row in connection.execute(query, (number,))]

    def _transactions(self, where: str, value: bytes | int) -> list[StoredTransaction]:
        query = f"SELECT {_COLUMNS} FROM tx WHERE {where}"  # noqa: S608
        with self._database.reading() as connection:
            rows = connection.execute(query, (value,)).fetchall()
        return [_stored(*row) for row in rows]


def _stored(*row: Any) -> StoredTransaction:
    fields = list(row)
    fields[8] = int(fields[8])
    return StoredTransaction(*fields)


def _transaction_row(number: int, position: int, sealed: SealedTransaction) -> tuple[object, ...]:
    transaction = sealed.transaction
    return (
        transaction.hash,
        number,
        position,
        transaction.sender,
        transaction.raw,
        int(sealed.succeeded),
        sealed.gas_used,
        sealed.gas_cumulative,
        str(sealed.price),  # a price can exceed SQLite's 63 bits
        sealed.contract,
        sealed.bloom,
    )
