"""Filling one block with transactions, in memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import rlp
from eth.constants import BLANK_ROOT_HASH
from eth.vm.interrupt import EVMMissingData
from eth_bloom.bloom import BloomFilter
from trie.hexary import HexaryTrie

from mint.localnet.evm import Evm, Outcome
from mint.localnet.headers import Header
from mint.localnet.transactions import Transaction
from provenance_schemas.keccak import keccak256


class CannotExecuteError(Exception):
    """A transaction became invalid since it was accepted. The block goes on without it."""


@dataclass(frozen=True, slots=True)
class SealedLog:
    """One log entry; topics and data as raw bytes."""

    address: bytes
    topics: tuple[bytes, ...]
    data: bytes


@dataclass(frozen=True, slots=True)
class SealedTransaction:
    """A transaction with its receipt."""

    transaction: Transaction
    succeeded: bool
    gas_used: int
    gas_cumulative: int
    """Gas of the block up to and including this one."""
    price: int
    contract: bytes | None
    bloom: bytes
    logs: tuple[SealedLog, ...]

    @property
    def encoded_receipt(self) -> bytes:
        """As the receipts root commits to it (EIP-2718)."""
        logs = [[log.address, list(log.topics), log.data] for log in self.logs]
        status = b"\x01" if self.succeeded else b""
        body: bytes = rlp.encode([status, self.gas_cumulative, self.bloom, logs])
        return bytes([self.transaction.type_id]) + body if self.transaction.type_id else body


@dataclass(frozen=True, slots=True)
class SealedBlock:
    """All that one block adds to the ledger."""

    header: Header
    transactions: tuple[SealedTransaction, ...]
    nodes: dict[bytes, bytes]
    """New trie nodes and code, by hash."""

    @property
    def size_bytes(self) -> int:
        """Length of the block's RLP."""
        raws = [one.transaction.raw for one in self.transactions]
        body = [raw if raw[0] < 0x80 else rlp.decode(raw) for raw in raws]
        return len(rlp.encode([rlp.decode(rlp.encode(self.header)), body, [], []]))


def bloom_of(logs: Iterable[SealedLog]) -> int:
    """Compute the 2,048 bits by which a block says which addresses and topics may be in it."""
    seen = {part for log in logs for part in (log.address, *log.topics)}
    return int(BloomFilter.from_iterable(seen))


def trie_root(entries: Sequence[bytes]) -> bytes:
    """Root of the trie that maps position to entry, as a header's transaction and receipt roots."""
    trie = HexaryTrie({}, BLANK_ROOT_HASH)
    with trie.squash_changes() as changes:
        for position, entry in enumerate(entries):
            changes[rlp.encode(position)] = entry
    return bytes(trie.root_hash)


class BlockBuilder:
    """One block in the making. Nothing is stored before somebody stores what `finish` gives."""

    def __init__(self, evm: Evm, header: Header, ancestors: Iterable[bytes]) -> None:
        self._header = header
        self._evm = evm
        self._state, self._overlay = evm.open(header, ancestors)
        self._sealed: list[SealedTransaction] = []
        self._bloom = 0
        self.gas_used = 0

    @property
    def empty(self) -> bool:
        """Whether no transaction is in yet."""
        return not self._sealed

    def fits(self, transaction: Transaction) -> bool:
        """Say whether the block has the gas left that `transaction` may use."""
        return self.gas_used + transaction.gas <= self._header.gas_limit

    def add(self, transaction: Transaction) -> None:
        """Execute a transaction and give it its receipt. One that reverts is in the block too.

        Raises CannotExecuteError when it cannot even start; the block is as before.
        """
        self._state.lock_changes()  # what earlier transactions did is final
        snapshot = self._state.snapshot()
        try:
            outcome = self._evm.run(self._state, transaction.body)
        except (sqlite3.Error, OSError, MemoryError, EVMMissingData):
            raise  # the fault of this machine: the block is tried again, and nobody pays for it
        except Exception as error:
            # Whatever else one transaction trips over must not keep all others waiting for ever.
            self._state.revert(snapshot)
            raise CannotExecuteError(str(error) or repr(error)) from error
        self._sealed.append(self._receipt(transaction, outcome))

    def _receipt(self, transaction: Transaction, outcome: Outcome) -> SealedTransaction:
        self.gas_used += outcome.gas_used
        logs = tuple(
            SealedLog(address, tuple(topic.to_bytes(32) for topic in topics), data)
            for address, topics, data in outcome.logs
        )
        bloom = bloom_of(logs)
        self._bloom |= bloom
        contract = None
        if transaction.to is None:
            contract = keccak256(rlp.encode([transaction.sender, transaction.nonce]))[12:]
        return SealedTransaction(
            transaction=transaction,
            succeeded=outcome.error is None,
            gas_used=outcome.gas_used,
            gas_cumulative=self.gas_used,
            price=transaction.price(self._header.base_fee_per_gas),
            contract=contract,
            bloom=bloom.to_bytes(256),
            logs=logs,
        )

    def finish(self) -> SealedBlock:
        """Compute the roots and close the block."""
        self._state.persist()
        header = self._header.copy(
            state_root=self._state.state_root,
            transaction_root=trie_root([one.transaction.raw for one in self._sealed]),
            receipt_root=trie_root([one.encoded_receipt for one in self._sealed]),
            bloom=self._bloom,
            gas_used=self.gas_used,
        )
        return SealedBlock(header, tuple(self._sealed), self._overlay.added)
