"""When a block is sealed, with what, and what happens when the disk refuses."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mint.localnet.block_builder import BlockBuilder, CannotExecuteError, SealedBlock
from mint.localnet.database import Database
from mint.localnet.evm import Evm
from mint.localnet.ledger import Ledger
from mint.localnet.limits import EMPTY_BLOCK_S, RETRY_S, SEAL_BUDGET_S
from mint.localnet.pool import Pool
from mint.localnet.transactions import Transaction

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """How often to seal. All times are Unix seconds of the wall clock."""

    block_time_s: float
    empty_block_s: float = EMPTY_BLOCK_S

    def wait_s(self, *, parent_timestamp_s: int, sealed_at_s: float, now_s: float, work: bool) -> float:
        """Seconds until the next block is due; 0 when it is.

        With work: a block time after the last, and never with a timestamp that runs ahead of the clock
        by more than a block time (timestamps are whole seconds and must rise). Without: when the head is old.
        """
        earliest = max(sealed_at_s + self.block_time_s, parent_timestamp_s + 1 - self.block_time_s)
        due = earliest if work else max(earliest, parent_timestamp_s + self.empty_block_s)
        return max(0.0, due - now_s)

    @staticmethod
    def timestamp_s(parent_timestamp_s: int, now_s: float) -> int:
        """Choose the timestamp of a block sealed now."""
        return max(parent_timestamp_s + 1, int(now_s))


class Sealer:
    """Seals blocks, one at a time. `clock` gives Unix seconds."""

    def __init__(
        self,
        database: Database,
        ledger: Ledger,
        pool: Pool,
        evm: Evm,
        pace: Pace,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._pool = pool
        self._evm = evm
        self._pace = pace
        self._clock = clock
        self._sealed_at_s = float(ledger.head.timestamp)
        self._wake = threading.Event()
        self._stopping = False

    def wake(self) -> None:
        """Look again: there may be work."""
        self._wake.set()

    def stop(self) -> None:
        """Let `run` return after the block at hand."""
        self._stopping = True
        self._wake.set()

    def run(self) -> None:
        """Seal until stopped. A block that cannot be written is undone, kept waiting and tried again."""
        while not self._stopping:
            try:
                self.seal_if_due()
                wait_s = self.wait_s()
            except (sqlite3.Error, OSError) as error:
                _LOG.error("no block sealed, trying again in %s s: %s", RETRY_S, error)
                wait_s = RETRY_S
                self._wake.clear()
            self._wake.wait(wait_s)
            self._wake.clear()

    def wait_s(self) -> float:
        """Seconds until the next block is due."""
        head = self._ledger.head
        return self._pace.wait_s(
            parent_timestamp_s=int(head.timestamp),
            sealed_at_s=self._sealed_at_s,
            now_s=self._clock(),
            work=next(self._candidates(), None) is not None,
        )

    def seal_if_due(self) -> SealedBlock | None:
        """Seal one block where the pace allows it. Raises sqlite3.Error; then nothing has changed."""
        if self.wait_s() > 0:
            return None
        with self._database.lock:
            offered = list(self._candidates())
            self._pool.begin_block(offered)
        try:
            return self._seal(offered)
        finally:
            self._pool.begin_block(())

    def _seal(self, offered: list[Transaction]) -> SealedBlock | None:
        """Build a block and write it.

        1. Execute what fits, within the time budget; remember what cannot start.
        2. Write block, receipts, logs and state, and empty the pool of them, all in one transaction.
        3. Only then show it: memory follows the disk.
        """
        now_s, parent = self._clock(), self._ledger.head
        header = self._evm.child(parent, self._pace.timestamp_s(int(parent.timestamp), now_s))
        builder = BlockBuilder(self._evm, header, self._ledger.ancestors(int(header.block_number)))
        dropped = self._fill(builder, offered)
        head_is_old = now_s - int(parent.timestamp) >= self._pace.empty_block_s
        block = builder.finish() if not builder.empty or head_is_old else None
        done = [one.transaction for one in block.transactions] if block else []
        with self._database.lock:
            with self._database.writing() as connection:
                for transaction, reason in dropped:
                    self._pool.drop(connection, transaction, reason, int(now_s))
                if block is not None:
                    self._ledger.append(connection, block)
                    self._pool.release(connection, done)
            self._pool.forget([*done, *(transaction for transaction, _ in dropped)])
            if block is not None:
                self._ledger.head = block.header
                self._sealed_at_s = now_s
        return block

    def _fill(self, builder: BlockBuilder, offered: list[Transaction]) -> list[tuple[Transaction, str]]:
        """Add what the pool offered; give what had to be dropped, each with the reason."""
        dropped: list[tuple[Transaction, str]] = []
        held_back: set[bytes] = set()
        started_s = self._clock()
        for transaction in offered:
            if not builder.empty and self._clock() - started_s > SEAL_BUDGET_S:
                break
            if transaction.sender in held_back or not builder.fits(transaction):
                held_back.add(transaction.sender)
                continue
            try:
                builder.add(transaction)
            except CannotExecuteError as error:
                _LOG.warning("dropped 0x%s: %s", transaction.hash.hex(), error)
                dropped.append((transaction, str(error)))
                held_back.add(transaction.sender)
        return dropped

    def _candidates(self) -> Iterator[Transaction]:
        head = self._ledger.head
        state = self._ledger.state(head)
        return self._pool.executable(lambda sender: state.account(sender).nonce, self._evm.next_base_fee(head))
