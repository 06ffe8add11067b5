"""Events of one registry from the index. Never trusted either: the same replay decides."""

from __future__ import annotations

from provenance_schemas.ids import ItemId
from verifier.adapters.registry_events import (
    ENTRY_TOPICS,
    ISSUANCE_TOPICS,
    belongs_to,
    decode_entry,
    decode_issuance,
)
from verifier.errors import ChainUnavailableError
from verifier.history import Entry
from verifier.index.follower import Follower
from verifier.index.store import IndexStore
from verifier.issuance import Issuance
from verifier.trust import Registry


class IndexedLogs:
    """HistorySource over the index, which is first brought up to the block asked for."""

    def __init__(self, store: IndexStore, follower: Follower, registry: Registry) -> None:
        self._store = store
        self._follower = follower
        self._registry = registry

    def reached(self) -> int:
        """Say up to which block it has read. Raises ChainUnavailableError."""
        return self._store.next_block() - 1

    def entries(self, item: ItemId, *, until_block: int, count_max: int) -> tuple[Entry, ...]:
        """Give both lanes of one item."""
        self._follower.catch_up(until_block)
        subjects = [f"0x{item.token_id:064x}", f"0x{item.batch.batch:064x}"]
        logs = self._store.by_subjects(subjects, ENTRY_TOPICS, until_block)
        if len(logs) > count_max:
            raise ChainUnavailableError(f"more than {count_max} entries: over this verifier's limit")
        registry = self._registry
        return tuple(
            decode_entry(log, registry.chain_id, registry.contract)
            for log in (stored.as_rpc() for stored in logs)
            if belongs_to(log, item)
        )

    def issuances(self, *, from_block: int, until_block: int, count_max: int) -> tuple[Issuance, ...]:
        """Give registrations and replaced labels of the whole registry."""
        self._follower.catch_up(until_block)
        logs = self._store.by_topics(ISSUANCE_TOPICS, from_block, until_block)
        if len(logs) > count_max:
            raise ChainUnavailableError(f"more than {count_max} issuances: over this verifier's limit")
        return tuple(decode_issuance(log.as_rpc()) for log in logs)
