"""What a network is called for one day: enough to count networks, useless for anything else."""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

from sqlalchemy import delete, select, text

from loyalty.adapters.sql_database import Database
from web.limits import network_of
from web.store.scan_tables import NETWORK_KEY

DAY_S: Final = 86_400
NAME_BYTES: Final = 16
_KEY_BYTES: Final = 32
_DAYS_KEPT: Final = 1
_PUT: Final = text("INSERT INTO network_key (day, key) VALUES (:day, :key) ON CONFLICT (day) DO NOTHING")


class NetworkNames:
    """Names networks (/24, /48) by a keyed hash; the key is random, one a day, and destroyed a day later.

    Without the key a name cannot be turned back, though there are only 16 million networks to try.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._newest: tuple[int, bytes] | None = None

    def name(self, address: str, now_s: int) -> bytes:
        """Name the network of an address, 16 bytes; one name for all that is no address.

        Raises DatabaseUnavailableError.
        """
        key = self._key(now_s // DAY_S)
        return hashlib.blake2b(network_of(address).encode(), key=key, digest_size=NAME_BYTES).digest()

    def forget(self, now_s: int) -> int:
        """Destroy the keys of days before yesterday; gives how many."""
        with self._database.writing() as connection:
            old = NETWORK_KEY.c.day < now_s // DAY_S - _DAYS_KEPT
            return connection.execute(delete(NETWORK_KEY).where(old)).rowcount

    def _key(self, day: int) -> bytes:
        """Give the key of a day, which whichever process came first has drawn."""
        if self._newest is not None and self._newest[0] == day:
            return self._newest[1]
        with self._database.writing() as connection:
            connection.execute(_PUT, {"day": day, "key": secrets.token_bytes(_KEY_BYTES)})
            key = bytes(connection.execute(select(NETWORK_KEY.c.key).where(NETWORK_KEY.c.day == day)).scalar_one())
        self._newest = day, key
        return key
