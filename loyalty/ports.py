"""What the ledger needs from outside: a database that gives transactions."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy import Connection, Engine


class LedgerDatabase(Protocol):
    """Two ways into one database. Both raise UnavailableError when it does not answer."""

    @property
    def engine(self) -> Engine:
        """Its engine; only the dialect is looked at."""
        ...

    def reading(self) -> AbstractContextManager[Connection]:
        """Give one consistent view."""
        ...

    def writing(self) -> AbstractContextManager[Connection]:
        """Give one transaction: all of it or nothing, and no other writer meanwhile."""
        ...
