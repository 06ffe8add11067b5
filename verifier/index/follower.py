"""Follow one registry's events into the index: cursor, reorganisations, gaps."""

from __future__ import annotations

import sqlite3
import threading
from typing import Any, Final

from provenance_schemas.errors import IdError
from provenance_schemas.folding import word_length
from provenance_schemas.ids import INDEX_BITS, BlockRef, ItemId
from verifier.adapters.registry_events import BATCH_LANE, ENTRY_TOPICS, LABEL_REPLACED, subject_of
from verifier.adapters.rpc_client import RpcClient
from verifier.adapters.rpc_logs import RpcLogs
from verifier.errors import ChainUnavailableError
from verifier.history import Lane
from verifier.index.store import IndexStore, StoredLog
from verifier.ports import ChainReader
from verifier.trust import Registry

_TOPICS: Final = [*ENTRY_TOPICS, LABEL_REPLACED]
_LOGS_MAX: Final = 200_000
_RANGE_BLOCKS: Final = 5_000
_GAP_ITEMS: Final = 64


class GapError(ChainUnavailableError):
    """The node hid a log: an item's word on chain counts more entries than it gave. Nothing was indexed."""


class Follower:
    """Keeps one index up with one node. Safe to call from several threads; one at a time does the work."""

    def __init__(self, client: RpcClient, chain: ChainReader, registry: Registry, store: IndexStore) -> None:
        self._client = client
        self._chain = chain
        self._registry = registry
        self._logs = RpcLogs(client, registry)
        self._store = store
        self._lock = threading.Lock()

    def catch_up(self, until_block: int) -> None:
        """Index every block up to `until_block`. Raises ChainUnavailableError; what was indexed stays."""
        try:
            with self._lock:
                if self._store.next_block() > until_block:
                    return
                self._drop_reorganised()
                while (at := self._store.next_block()) <= until_block:
                    self._advance(at, min(at + _RANGE_BLOCKS - 1, until_block))
        except sqlite3.Error as error:
            raise ChainUnavailableError(f"the index cannot be written ({error})") from error

    def _block(self, number: int) -> dict[str, Any]:
        block = self._client.call("eth_getBlockByNumber", hex(number), False)
        if not isinstance(block, dict) or not isinstance(block.get("hash"), str):
            raise ChainUnavailableError(f"the node does not have block {number}")
        return block

    def _drop_reorganised(self) -> None:
        """Walk back over remembered blocks until one is still on the chain; forget everything above it."""
        reorganised = False
        for number, block_hash in self._store.hashes():
            block = self._client.call("eth_getBlockByNumber", hex(number), False)
            if isinstance(block, dict) and block.get("hash") == block_hash:
                if reorganised:
                    self._store.forget_from(number + 1)
                return
            reorganised = True
        if reorganised:
            self._store.forget_from(self._registry.deployed_block)

    def _advance(self, at: int, to: int) -> None:
        before = self._block(to)["hash"]
        logs = self._logs.walk([_TOPICS], at, to, _LOGS_MAX)
        block = self._block(to)
        if block["hash"] != before:
            raise ChainUnavailableError("the chain was reorganised while it was read; it will be read again")
        stored = [StoredLog.of(log) for log in logs]
        self._refuse_gaps(logs, block)
        self._store.append(stored, (to, before))

    def _refuse_gaps(self, logs: list[dict[str, Any]], block: dict[str, Any]) -> None:
        """Compare how many entries each touched lane has with the length its word counts."""
        touched: dict[tuple[Lane, int], int] = {}
        for log in logs:
            key = subject_of(log)
            if log["topics"][0] != LABEL_REPLACED:
                touched[key] = touched.get(key, 0) + 1
        at = BlockRef.at(int(block["number"], 16), bytes.fromhex(block["hash"][2:]), int(block["timestamp"], 16))
        probes = [(lane, subject, self._probe(lane, subject)) for lane, subject in touched]
        for start in range(0, len(probes), _GAP_ITEMS):
            part = probes[start : start + _GAP_ITEMS]
            words = self._chain.read([item for _, _, item in part], [], at).items
            for lane, subject, item in part:
                found = words[item.token_id]
                if found is None:
                    raise GapError(f"the node gave events of {item}, which the registry does not hold")
                length = word_length(found.batch_state if lane is Lane.BATCH else found.state)
                known = touched[lane, subject] + self._known(lane, subject)
                if known != length:
                    raise GapError(f"{item}: {known} entries found, its word counts {length}")

    def _probe(self, lane: Lane, subject: int) -> ItemId:
        token_id = subject << INDEX_BITS if lane is Lane.BATCH else subject
        try:
            return ItemId(self._registry.chain_id, self._registry.contract, token_id)
        except IdError as error:
            raise GapError(f"the node gave events of token {token_id}, which no batch can hold") from error

    def _known(self, lane: Lane, subject: int) -> int:
        until = self._store.next_block() - 1
        topics = [topic for topic in ENTRY_TOPICS if (topic in BATCH_LANE) == (lane is Lane.BATCH)]
        return len(self._store.by_subjects([f"0x{subject:064x}"], topics, until))
