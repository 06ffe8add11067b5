"""The counter floor of each tag: a message counts once, and none that is older than one that counted.

Looking changes nothing, as a GET must not; only the report of a scan moves a floor, by one statement that compares and
sets. However many processes report the same message, one of them finds the floor below it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, select, text

from loyalty.adapters.sql_database import Database
from web.store.tag_tables import TAG_FLOOR

# Written out: this form is taken by SQLite and by PostgreSQL. In the update, the table's name is the row as it stands.
_MOVE: Final = text(
    "INSERT INTO tag_floor (tag, counter, missed, moved_at) VALUES (:tag, :counter, :counter - 1, :at) "
    "ON CONFLICT (tag) DO UPDATE SET counter = excluded.counter, "
    "missed = excluded.counter - tag_floor.counter - 1, moved_at = excluded.moved_at "
    "WHERE tag_floor.counter < excluded.counter"
)


@dataclass(frozen=True, slots=True)
class Tap:
    """One answer of a tag that the house knows."""

    tag: str
    """The house's name of it; 32 hex digits."""
    counter: int


class TagFloors:
    """The floors, over the site's database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, tag: str) -> int:
        """Give the highest counter that counted; 0 where none did yet. Raises DatabaseUnavailableError."""
        with self._database.reading() as connection:
            found = connection.execute(select(TAG_FLOOR.c.counter).where(TAG_FLOOR.c.tag == tag)).scalar_one_or_none()
        return found or 0

    def move(self, tap: Tap, now_s: int) -> bool:
        """Let a tap count, once; False where it, or a newer one, counted before. Raises DatabaseUnavailableError."""
        with self._database.writing() as connection:
            return move_floor(connection, tap, now_s)


def move_floor(connection: Connection, tap: Tap, now_s: int) -> bool:
    """Move a floor inside a transaction that writes; say whether it moved."""
    if tap.counter < 1:  # a chip counts from 1 on, and the floor of a tag that never answered is 0
        return False
    asked = {"tag": tap.tag, "counter": tap.counter, "at": now_s}
    return connection.execute(_MOVE, asked).rowcount == 1
