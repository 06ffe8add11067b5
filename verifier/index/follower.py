"""Follow one registry's events into the index: cursor, reorganisations, gaps.

A lane's entries are counted against its word where they are read. A node that keeps no state that old cannot prove
the word there; then the count is made at the end, at the block that was asked for.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

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
_Subject: TypeAlias = tuple[Lane, int]
"""One lane: which of the two, and of what token or batch."""


class GapError(ChainUnavailableError):
    """The node hid a log: an item's word on chain counts more entries than it gave. Nothing was indexed."""

    def __init__(self, reason: str, subject: _Subject) -> None:
        super().__init__(reason)
        self.subject = subject


class Follower:
    """Keeps one index up with the chain, through the first of its nodes that answers and hides nothing.

    Safe to call from several threads; one at a time does the work.
    """

    def __init__(
        self,
        clients: Sequence[RpcClient] | RpcClient,
        chain: ChainReader,
        registry: Registry,
        store: IndexStore,
        *,
        range_blocks: int = _RANGE_BLOCKS,
    ) -> None:
        nodes = (clients,) if isinstance(clients, RpcClient) else tuple(clients)
        self._sources = [(client, RpcLogs(client, registry)) for client in nodes]
        self._chain = chain
        self._registry = registry
        self._store = store
        self._range_blocks = range_blocks
        self._lock = threading.Lock()
        self._uncounted: set[_Subject] = set()
        """Lanes whose entries were not held against their word where they were read."""
        self._uncounted_from: int | None = None
        """First block of what was not counted; where nothing was told, something may be hidden."""

    def catch_up(self, until_block: int) -> None:
        """Index every block up to `until_block`. Raises ChainUnavailableError; what was indexed stays."""
        with self._lock:
            if self._store.next_block() > until_block:
                return
            self._with_any_source(until_block)

    def _with_any_source(self, until_block: int) -> None:
        """Try each node once; the one that worked is the first to be asked the next time."""
        for tried in range(len(self._sources)):
            try:
                self._catch_up(*self._sources[0], until_block)
            except ChainUnavailableError as error:
                is_last = tried == len(self._sources) - 1
                if isinstance(error, GapError):
                    self._forget_gap(error.subject, whole=not is_last)
                if is_last:
                    raise
                self._sources.append(self._sources.pop(0))
            else:
                return

    def _catch_up(self, client: RpcClient, logs: RpcLogs, until_block: int) -> None:
        _drop_reorganised(client, self._store, self._registry)
        while (at := self._store.next_block()) <= until_block:
            to = min(at + self._range_blocks - 1, until_block)
            self._advance(client, logs, at, to, is_last=to == until_block)

    def _advance(self, client: RpcClient, logs: RpcLogs, at: int, to: int, *, is_last: bool) -> None:
        before = _block(client, to)["hash"]
        found = logs.walk([_TOPICS], at, to, _LOGS_MAX)
        block = _block(client, to)
        if block["hash"] != before:
            raise ChainUnavailableError("the chain was reorganised while it was read; it will be read again")
        stored = [StoredLog.of(log) for log in found]
        touched = _touched(found)
        if is_last:
            self._refuse_gaps(dict.fromkeys(self._uncounted, 0) | touched, block)
            self._uncounted, self._uncounted_from = set(), None
        elif touched and self._is_provable(block):
            self._refuse_gaps(touched, block)
        else:
            self._uncounted |= touched.keys()
            self._uncounted_from = at if self._uncounted_from is None else self._uncounted_from
        self._store.append(stored, (to, before))

    def _is_provable(self, block: dict[str, Any]) -> bool:
        """Say whether the words of a block can be had: nodes keep the state of some 128 blocks."""
        try:
            self._chain.read([], [], _ref(block))
        except ChainUnavailableError:
            return False
        return True

    def _forget_gap(self, subject: _Subject, *, whole: bool) -> None:
        """Drop what may lack a log, so that it is read again.

        That is what was not counted; with `whole`, where there is another node to read from, also everything since
        the lane's last entry that was.
        """
        start = self._uncounted_from
        if whole:
            known = self._entries(*subject)
            after = known[-1].block_number + 1 if known else self._registry.deployed_block
            start = after if start is None else min(start, after)
        if start is not None:
            self._store.forget_from(start)
        self._uncounted, self._uncounted_from = set(), None

    def _refuse_gaps(self, touched: Mapping[_Subject, int], block: dict[str, Any]) -> None:
        """Compare how many entries each touched lane has with the length its word counts."""
        at = _ref(block)
        probes = [(lane, subject, self._probe(lane, subject)) for lane, subject in touched]
        for start in range(0, len(probes), _GAP_ITEMS):
            part = probes[start : start + _GAP_ITEMS]
            words = self._chain.read([item for _, _, item in part], [], at).items
            for lane, subject, item in part:
                found = words[item.token_id]
                if found is None:
                    raise GapError(f"the node gave events of {item}, which the registry does not hold", (lane, subject))
                length = word_length(found.batch_state if lane is Lane.BATCH else found.state)
                known = touched[lane, subject] + len(self._entries(lane, subject))
                if known != length:
                    raise GapError(f"{item}: {known} entries found, its word counts {length}", (lane, subject))

    def _probe(self, lane: Lane, subject: int) -> ItemId:
        token_id = subject << INDEX_BITS if lane is Lane.BATCH else subject
        try:
            return ItemId(self._registry.chain_id, self._registry.contract, token_id)
        except IdError as error:
            raise GapError(
                f"the node gave events of token {token_id}, which no batch can hold", (lane, subject)
            ) from error

    def _entries(self, lane: Lane, subject: int) -> list[StoredLog]:
        until = self._store.next_block() - 1
        topics = [topic for topic in ENTRY_TOPICS if (topic in BATCH_LANE) == (lane is Lane.BATCH)]
        return self._store.by_subjects([f"0x{subject:064x}"], topics, until)


def _block(client: RpcClient, number: int) -> dict[str, Any]:
    block = client.call("eth_getBlockByNumber", hex(number), False)
    if not isinstance(block, dict) or not isinstance(block.get("hash"), str):
        raise ChainUnavailableError(f"the node does not have block {number}")
    return block


def _ref(block: dict[str, Any]) -> BlockRef:
    return BlockRef.at(int(block["number"], 16), bytes.fromhex(block["hash"][2:]), int(block["timestamp"], 16))


def _touched(logs: Sequence[dict[str, Any]]) -> dict[_Subject, int]:
    """Count the entries of each lane."""
    touched: dict[_Subject, int] = {}
    for log in logs:
        key = subject_of(log)
        if log["topics"][0] != LABEL_REPLACED:
            touched[key] = touched.get(key, 0) + 1
    return touched


def _drop_reorganised(client: RpcClient, store: IndexStore, registry: Registry) -> None:
    """Walk back over remembered blocks until one is still on the chain; forget everything above it."""
    reorganised = False
    for number, block_hash in store.hashes():
        block = client.call("eth_getBlockByNumber", hex(number), False)
        if isinstance(block, dict) and block.get("hash") == block_hash:
            if reorganised:
                store.forget_from(number + 1)
            return
        reorganised = True
    if reorganised:
        store.forget_from(registry.deployed_block)
