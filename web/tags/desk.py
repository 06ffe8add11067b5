"""Reads a tag's message with the house's own table and keys.

Opened once a process; after a fault nothing is tried again at once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

from mint.errors import MintError
from mint.records import Records
from mint.tag_book import TagBook
from mint.tag_keys import TagKeyFolder
from mint.tags import TagReading, read_answer
from provenance_schemas.labels import Label
from verifier.errors import UnavailableError
from verifier.tag_link import TagMessage

PAUSE_S: Final = 60.0
"""After a fault: a wrong passphrase costs half a second of a core, and must not cost that for every visitor."""


class TagsAwayError(UnavailableError):
    """The house's tags or their keys cannot be read. Nothing can be said of a message, for or against."""


class TagDesk:
    """Says what a message is. Safe to share among threads."""

    def __init__(
        self,
        open_records: Callable[[], Records],
        keys: TagKeyFolder | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take what opens the house's records, and the keys of its tags; None: this site has none."""
        self._open = open_records
        self._keys = keys
        self._clock = clock
        self._lock = threading.Lock()
        self._records: Records | None = None
        self._closed_until = 0.0

    def read(self, label: Label, message: TagMessage, token_id: int) -> TagReading:
        """Read the message that came with the label of a piece. Raises TagsAwayError."""
        if self._keys is None:
            raise TagsAwayError("this site has no keys of tags")
        if self._clock() < self._closed_until:
            raise TagsAwayError("the house's tags could not be read a moment ago")
        try:
            return read_answer(label, message, token_id, TagBook(self._book().book.database), self._keys)
        except (MintError, OSError) as error:
            self._closed_until = self._clock() + PAUSE_S
            # Only the class: an error of ours may name a file of the house.
            raise TagsAwayError(f"the house's tags: {type(error).__name__}") from error

    def _book(self) -> Records:
        with self._lock:
            if self._records is None:
                self._records = self._open()
            return self._records
