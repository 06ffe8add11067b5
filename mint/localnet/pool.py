"""Accepted transactions that wait for a block. What was acknowledged is on the disk."""

from __future__ import annotations

import heapq
import sqlite3
from collections.abc import Callable, Iterable, Iterator

from mint.localnet.database import Database
from mint.localnet.errors import RefusedError
from mint.localnet.limits import (
    DROPPED_KEPT_MAX,
    NONCE_AHEAD_MAX,
    POOL_SIZE_MAX_BYTES,
    POOL_TXS_MAX,
    REPLACEMENT_BUMP_PERCENT,
)
from mint.localnet.state import EMPTY_CODE, Account
from mint.localnet.transactions import Transaction, load_transaction


class Pool:
    """The queue of each sender, by nonce. Memory mirrors the `pending` table."""

    def __init__(
        self,
        database: Database,
        *,
        txs_max: int = POOL_TXS_MAX,
        size_max_bytes: int = POOL_SIZE_MAX_BYTES,
    ) -> None:
        self._database = database
        self._txs_max = txs_max
        self._size_max_bytes = size_max_bytes
        self._by_sender: dict[bytes, dict[int, Transaction]] = {}
        self._by_hash: dict[bytes, Transaction] = {}
        self._arrivals: dict[bytes, int] = {}
        self._costs: dict[bytes, int] = {}
        self._size_bytes = 0
        self._in_block: frozenset[bytes] = frozenset()
        with database.reading() as connection:
            rows = connection.execute("SELECT raw, arrival FROM pending ORDER BY arrival").fetchall()
        for raw, arrival in rows:
            self._remember(load_transaction(raw), arrival)

    def __len__(self) -> int:
        return len(self._by_hash)

    def find(self, tx_hash: bytes) -> Transaction | None:
        """Give a waiting transaction."""
        return self._by_hash.get(tx_hash)

    def next_nonce(self, sender: bytes, account_nonce: Callable[[], int]) -> int:
        """Give the first nonce that no waiting transaction fills, counting from the account's at the head.

        The account is read inside: a block sealed in between would empty the queue of what it counts.
        """
        with self._database.lock:
            queue = self._by_sender.get(sender, {})
            nonce = account_nonce()
            while nonce in queue:
                nonce += 1
            return nonce

    def accept(self, transaction: Transaction, account: Account, now_s: int) -> None:
        """Keep a transaction for the next blocks. When this returns, it survives a crash.

        `account` is the sender at the head; the caller holds the database's lock since it read it.
        Raises RefusedError when a rule forbids it, sqlite3.Error when the disk does; then nothing was kept.
        """
        replaced = self._check(transaction, account)
        with self._database.writing() as connection:
            if replaced is not None:
                self.drop(connection, replaced, f"replaced by 0x{transaction.hash.hex()}", now_s)
            connection.execute("DELETE FROM dropped WHERE hash=?", (transaction.hash,))
            cursor = connection.execute(
                "INSERT INTO pending(hash, raw) VALUES(?, ?)", (transaction.hash, transaction.raw)
            )
        if replaced is not None:
            self._forget(replaced)
        self._remember(transaction, int(cursor.lastrowid or 0))

    def _check(self, transaction: Transaction, account: Account) -> Transaction | None:
        """Hold a transaction against account and queue; give the one it replaces."""
        nonce = transaction.nonce
        if transaction.hash in self._by_hash:
            raise RefusedError("already known")
        if nonce < account.nonce:
            raise RefusedError(f"nonce too low: next nonce {account.nonce}, tx nonce {nonce}")
        if nonce >= account.nonce + NONCE_AHEAD_MAX:
            raise RefusedError(
                f"nonce too high: next nonce {account.nonce}, tx nonce {nonce}, window {NONCE_AHEAD_MAX}"
            )
        if account.code_hash != EMPTY_CODE:
            raise RefusedError("sender not an eoa: the account has code")
        queue = self._by_sender.get(transaction.sender, {})
        replaced = queue.get(nonce)
        if replaced is not None:
            self._check_replacement(transaction, replaced)
        elif len(self) >= self._txs_max or self._size_bytes + len(transaction.raw) > self._size_max_bytes:
            raise RefusedError(f"txpool is full: {len(self)} transactions, {self._size_bytes} bytes")
        committed = self._costs.get(transaction.sender, 0) - (replaced.cost_max if replaced else 0)
        if committed + transaction.cost_max > account.balance:
            raise RefusedError(
                f"insufficient funds for gas * price + value: balance {account.balance}, "
                f"tx cost {transaction.cost_max}, queued cost {committed}"
            )
        return replaced

    def _check_replacement(self, transaction: Transaction, replaced: Transaction) -> None:
        if replaced.hash in self._in_block:
            raise RefusedError(f"nonce too low: nonce {transaction.nonce} is being sealed")
        factor = 100 + REPLACEMENT_BUMP_PERCENT
        for new, old in ((transaction.fee_max, replaced.fee_max), (transaction.tip_max, replaced.tip_max)):
            if new <= old or new * 100 < old * factor:
                raise RefusedError(f"replacement transaction underpriced: {new} wei, needs {old * factor // 100 + 1}")

    def executable(self, nonce_of: Callable[[bytes], int], base_fee: int) -> Iterator[Transaction]:
        """Give what a block could take now: by arrival, and each sender's in nonce order."""
        with self._database.lock:
            queues = {sender: dict(queue) for sender, queue in self._by_sender.items()}
            arrivals = dict(self._arrivals)
        ready: list[tuple[int, int, bytes]] = []

        def offer(sender: bytes, nonce: int) -> None:
            transaction = queues[sender].get(nonce)
            if transaction is not None and transaction.fee_max >= base_fee:
                heapq.heappush(ready, (arrivals[transaction.hash], nonce, sender))

        for sender in queues:
            offer(sender, nonce_of(sender))
        while ready:
            _, nonce, sender = heapq.heappop(ready)
            yield queues[sender][nonce]
            offer(sender, nonce + 1)

    def begin_block(self, offered: Iterable[Transaction]) -> None:
        """Say which transactions are being sealed: they cannot be replaced meanwhile."""
        with self._database.lock:
            self._in_block = frozenset(one.hash for one in offered)

    def drop(self, connection: sqlite3.Connection, transaction: Transaction, reason: str, now_s: int) -> None:
        """Write down why a transaction will never be sealed, as part of the caller's transaction."""
        connection.execute("DELETE FROM pending WHERE hash=?", (transaction.hash,))
        connection.execute(
            "INSERT OR REPLACE INTO dropped(hash, reason, dropped_at_s) VALUES(?, ?, ?)",
            (transaction.hash, reason, now_s),
        )
        connection.execute(
            "DELETE FROM dropped WHERE entry <= (SELECT max(entry) FROM dropped) - ?", (DROPPED_KEPT_MAX,)
        )

    @staticmethod
    def release(connection: sqlite3.Connection, transactions: Iterable[Transaction]) -> None:
        """Take sealed transactions off the `pending` table, as part of their block's transaction."""
        connection.executemany("DELETE FROM pending WHERE hash=?", [(one.hash,) for one in transactions])

    def forget(self, transactions: Iterable[Transaction]) -> None:
        """Take transactions out of memory, once the disk no longer has them. The caller holds the lock."""
        for transaction in transactions:
            self._forget(transaction)

    def drop_reason(self, tx_hash: bytes) -> str | None:
        """Say why a transaction was dropped, where one was."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT reason FROM dropped WHERE hash=?", (tx_hash,)).fetchone()
        return None if row is None else str(row[0])

    def _remember(self, transaction: Transaction, arrival: int) -> None:
        self._by_sender.setdefault(transaction.sender, {})[transaction.nonce] = transaction
        self._by_hash[transaction.hash] = transaction
        self._arrivals[transaction.hash] = arrival
        self._size_bytes += len(transaction.raw)
        self._costs[transaction.sender] = self._costs.get(transaction.sender, 0) + transaction.cost_max

    def _forget(self, transaction: Transaction) -> None:
        del self._by_hash[transaction.hash]
        del self._arrivals[transaction.hash]
        self._size_bytes -= len(transaction.raw)
        self._costs[transaction.sender] -= transaction.cost_max
        queue = self._by_sender[transaction.sender]
        if queue.get(transaction.nonce) is transaction:
            del queue[transaction.nonce]
        if not queue:
            del self._by_sender[transaction.sender], self._costs[transaction.sender]
