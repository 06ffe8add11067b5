"""The rolling audit of the house's documents, as a chore of the worker."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from mint.adapters.ledger_names import ledger_names
from mint.content_copies import open_house_copies
from mint.content_names import BookNames, Names
from mint.content_watch import ContentWatch
from mint.dispatch import Store
from mint.errors import HouseMissingError
from mint.records import Records
from verifier.adapters.block_http import Timeouts
from verifier.adapters.rpc_client import RpcClient
from web.jobs.chores import Chore

EVERY_S: Final = 60
_HASTY: Final = Timeouts(connect_s=1.0, read_s=2.0, total_s=4.0)
"""A chore must not keep the worker from its sign of life: one slow block is nothing to wait for here."""


class ContentChore:
    """Opens the copies once, and the book for each run: a site without a house of its own has nothing to audit."""

    def __init__(self, data_dir: Path, clients: Callable[[], tuple[RpcClient, ...]]) -> None:
        self._data_dir = data_dir
        self._clients = clients
        self._copies: tuple[Store, ...] | None = None
        self._lock = threading.Lock()

    def run(self) -> None:
        """Do one slice. Raises MintError, UnavailableError; the next run goes on from what was written down."""
        try:
            records = Records.open(self._data_dir)
        except HouseMissingError:
            return
        try:
            book = BookNames(records.book.database)
            sources: list[Names] = [book]
            sources += [ledger_names(client, records.identity.registry, book) for client in self._clients()[:1]]
            ContentWatch(self._data_dir, sources, self._opened()).run()
        finally:
            records.close()

    def _opened(self) -> tuple[Store, ...]:
        with self._lock:
            if self._copies is None:
                self._copies = open_house_copies(self._data_dir, os.environ, _HASTY)
            return self._copies


def content_chore(data_dir: Path, clients: Callable[[], tuple[RpcClient, ...]]) -> Chore:
    """Make the chore. `clients` gives the nodes that the site asks."""
    return Chore("audit content", EVERY_S, ContentChore(data_dir, clients).run)
