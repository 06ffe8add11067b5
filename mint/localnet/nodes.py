"""Trie nodes and contract code by hash, in the shape py-evm wants."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from eth.abc import AtomicWriteBatchAPI
from eth.db.backends.base import BaseAtomicDB

from mint.localnet.database import Database
from mint.localnet.limits import NODES_CACHED_MAX
from mint.localnet.recent import Recent


class NodeStore:
    """All nodes of all blocks. Named by their hash, never removed: old state stays readable."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._recent: Recent[bytes, bytes] = Recent(NODES_CACHED_MAX)

    def get(self, node_hash: bytes) -> bytes:
        """Give a node's body. Raises KeyError where there is none."""
        body = self._recent.get(node_hash)
        if body is None:
            with self._database.reading() as connection:
                row = connection.execute("SELECT body FROM node WHERE hash=?", (node_hash,)).fetchone()
            if row is None:
                raise KeyError(node_hash)
            body = bytes(row[0])
            self._recent.put(node_hash, body)
        return body

    @staticmethod
    def save(connection: sqlite3.Connection, nodes: dict[bytes, bytes]) -> None:
        """Write what a block added, as part of its transaction."""
        connection.executemany("INSERT OR IGNORE INTO node(hash, body) VALUES(?, ?)", nodes.items())


class NodeOverlay(BaseAtomicDB):
    """The store as one execution sees it: writes stay here until somebody saves them."""

    def __init__(self, store: NodeStore) -> None:
        self._store = store
        self.added: dict[bytes, bytes] = {}

    def __getitem__(self, key: bytes) -> bytes:
        added = self.added.get(key)
        return self._store.get(key) if added is None else added

    def __setitem__(self, key: bytes, value: bytes) -> None:
        self.added[key] = bytes(value)

    def __delitem__(self, key: bytes) -> None:
        raise NotImplementedError("an archive deletes nothing")

    def _exists(self, key: bytes) -> bool:
        try:
            self[key]
        except KeyError:
            return False
        return True

    @contextmanager
    def atomic_batch(self) -> Iterator[AtomicWriteBatchAPI]:
        """Collect writes. Nothing here outlives a failed execution, so the overlay is its own batch."""
        yield cast(AtomicWriteBatchAPI, self)
