"""One writer for a house whose database several machines share: a lock that the database server keeps.

The lock belongs to a connection and goes with it. A machine that was cut off loses it, and with it every way to write
down an intent, so it can sign nothing more before it sees that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final

from mint.errors import HouseInUseError, HouseWriteError, InputError
from mint.lock import FolderLock
from verifier.adapters.environment import EnvironmentValueError
from verifier.adapters.postgres_urls import lock_number
from verifier.adapters.sql_places import open_pool, server_url
from verifier.adapters.sql_ports import ServerPlace, SqlError, SqlPool

WRITING: Final = "writing"
"""For everything that a house's keys sign."""
WORKING: Final = "working"
"""For the jobs that a site's visitors ask for."""
Lock = Callable[[], AbstractContextManager[None]]


class ServerLock:
    """Held while writing, together with the folder's own lock, which tells apart who is on this machine."""

    def __init__(self, folder: FolderLock, data_dir: Path, place: ServerPlace, name: str) -> None:
        self._folder = folder
        self._data_dir = data_dir
        self._place = place
        self._number = lock_number(f"{place.schema}/{name}")
        self._pool: SqlPool | None = None
        self._held = False

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Hold the lock. Raises HouseInUseError when another process or machine does, HouseWriteError."""
        with self._folder():
            if self._held:  # by this very thread: the folder's lock lets no other get here
                yield
                return
            with self._taken():
                self._held = True
                try:
                    yield
                finally:
                    self._held = False

    def close(self) -> None:
        """Let go of the idle connection."""
        if self._pool is not None:
            self._pool.close()

    @contextmanager
    def _taken(self) -> Iterator[None]:
        try:
            self._pool = self._pool or open_pool(self._place)
            self._pool.close()  # taken seldom: on a connection of its own, never on one that saw the server go
            with self._pool.connection() as connection:
                (taken,) = connection.execute("SELECT pg_try_advisory_lock(?)", (self._number,)).fetchone()
                if not taken:
                    raise HouseInUseError(self._data_dir, None)
                yield
                connection.execute("SELECT pg_advisory_unlock(?)", (self._number,))
        except SqlError as error:  # a connection that was cut is closed, and its lock with it
            raise HouseWriteError(self._place, str(error)) from error


def lock_on(url: str | None, folder: Path, name: str) -> Lock:
    """Give the lock that keeps other processes from doing `name`: this machine's, or with a server's URL everybody."""
    own = FolderLock(folder)
    return own if url is None else ServerLock(own, folder, ServerPlace(url, "assay_house"), name)


def lock_for(data_dir: Path, environ: Mapping[str, str]) -> Lock:
    """Give the lock that keeps every other process from writing for the house in a folder.

    Raises InputError when $ASSAY_DATABASE cannot be used.
    """
    try:
        return lock_on(server_url(environ), data_dir, WRITING)
    except EnvironmentValueError as error:
        raise InputError(f"${error}") from error
