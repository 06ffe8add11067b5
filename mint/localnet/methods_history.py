"""JSON-RPC methods about what was sealed: blocks, transactions, receipts, logs."""

from __future__ import annotations

from typing import Any

from mint.localnet.blocks import find_block, find_by_hash
from mint.localnet.database import Database
from mint.localnet.headers import Header
from mint.localnet.ledger import Ledger, StoredTransaction
from mint.localnet.logs import LogEntry, find_logs, logs_of_block, logs_of_transaction, parse_filter
from mint.localnet.pool import Pool
from mint.localnet.quantities import data, parse_data, parse_flag, quantity
from mint.localnet.rendering import (
    Rendered,
    render_block,
    render_log,
    render_receipt,
    render_sealed,
    render_transaction,
)
from mint.localnet.rpc import Methods
from mint.localnet.transactions import load_transaction


class HistoryMethods:
    """Answers from the blocks on disk, and from the pool where a transaction still waits."""

    def __init__(self, database: Database, ledger: Ledger, pool: Pool) -> None:
        self._database = database
        self._ledger = ledger
        self._pool = pool

    def table(self) -> Methods:
        """Name the methods."""
        return {
            "eth_blockNumber": self.block_number,
            "eth_getBlockByNumber": self.block_by_number,
            "eth_getBlockByHash": self.block_by_hash,
            "eth_getBlockReceipts": self.block_receipts,
            "eth_getTransactionByHash": self.transaction_by_hash,
            "eth_getTransactionReceipt": self.transaction_receipt,
            "eth_getLogs": self.logs,
            "localnet_dropReason": self.drop_reason,
        }

    def block_number(self) -> str:
        """Give the head's number."""
        return quantity(self._ledger.head.block_number)

    def block_by_number(self, block: object, full: object = False) -> Rendered | None:  # noqa: FBT002 - the protocol's default
        """Show a block, with its transactions or their hashes."""
        header = find_block(self._ledger, block)
        return self._block(header, full=parse_flag(full, "full transactions"))

    def block_by_hash(self, block_hash: object, full: object = False) -> Rendered | None:  # noqa: FBT002 - the protocol's default
        """Show a block, with its transactions or their hashes."""
        header = find_by_hash(self._ledger, block_hash)
        return self._block(header, full=parse_flag(full, "full transactions"))

    def block_receipts(self, block: object) -> list[Rendered] | None:
        """Show all receipts of a block; the block may be a bare hash too."""
        bare_hash = isinstance(block, str) and len(block) == 66
        header = find_by_hash(self._ledger, block) if bare_hash else find_block(self._ledger, block)
        if header is None:
            return None
        logs: dict[int, list[LogEntry]] = {}
        for log in logs_of_block(self._database, int(header.block_number)):
            logs.setdefault(log.tx_position, []).append(log)
        stored = self._ledger.transactions(int(header.block_number))
        return [self._receipt(one, header.hash, logs.get(one.position, [])) for one in stored]

    def transaction_by_hash(self, tx_hash: object) -> Rendered | None:
        """Show a transaction, sealed or waiting."""
        wanted = parse_data(tx_hash, "transaction hash", 32)
        waiting = self._pool.find(wanted)  # the pool first: what leaves it is sealed already
        stored = self._ledger.transaction(wanted)
        if stored is not None:
            return self._sealed(stored, self._hash_of(stored.block))
        return None if waiting is None else render_transaction(waiting)

    def transaction_receipt(self, tx_hash: object) -> Rendered | None:
        """Show the receipt of a sealed transaction."""
        stored = self._ledger.transaction(parse_data(tx_hash, "transaction hash", 32))
        if stored is None:
            return None
        logs = logs_of_transaction(self._database, stored.block, stored.position)
        return self._receipt(stored, self._hash_of(stored.block), logs)

    def logs(self, wanted: object) -> list[Rendered]:
        """Show the log entries that a filter names."""
        return [render_log(log) for log in find_logs(self._database, parse_filter(self._ledger, wanted))]

    def drop_reason(self, tx_hash: object) -> str | None:
        """Say why an accepted transaction was dropped; null for one that was not."""
        return self._pool.drop_reason(parse_data(tx_hash, "transaction hash", 32))

    def _hash_of(self, number: int) -> bytes:
        if number > int(self._ledger.head.block_number):
            # Committed a moment ago, the head follows: the transaction's block is on the disk.
            with self._database.lock:
                return self._hash_of(number)
        header = self._ledger.header(number)
        assert header is not None, f"block {number} holds a transaction"
        return bytes(header.hash)

    def _block(self, header: Header | None, *, full: bool) -> Rendered | None:
        if header is None:
            return None
        number = int(header.block_number)
        transactions: list[Any]
        if full:
            transactions = [self._sealed(one, header.hash) for one in self._ledger.transactions(number)]
        else:
            transactions = [data(one) for one in self._ledger.transaction_hashes(number)]
        return render_block(header, self._ledger.size_bytes(number), transactions)

    @staticmethod
    def _sealed(stored: StoredTransaction, block_hash: bytes) -> Rendered:
        return render_sealed(load_transaction(stored.raw, stored.sender), stored, block_hash)

    @staticmethod
    def _receipt(stored: StoredTransaction, block_hash: bytes, logs: list[LogEntry]) -> Rendered:
        return render_receipt(load_transaction(stored.raw, stored.sender), stored, block_hash, logs)
