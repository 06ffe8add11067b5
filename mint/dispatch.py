"""What it takes to bring intents to the ledger, in one place."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from mint.content_ports import ContentWriter
from mint.limits import CONFIRM_TIMEOUT_S, FEE_MAX_GWEI, POLL_S
from mint.outbox import Outbox
from mint.ports import KeyRing, LedgerWriter
from verifier.ports import ContentStore

Progress = Callable[[str, int, int], None]
"""Takes what is being done, how much of it is done, and how much there is."""

_Thing = TypeVar("_Thing")


def silent(phase: str, done: int, total: int) -> None:
    """Show nothing."""


@dataclass(frozen=True, slots=True)
class Store:
    """A copy of all documents: how they get there, and how they are read back from it."""

    writer: ContentWriter | None
    """None: it fetches them by itself, as another house's gateway does; it is only read."""
    reader: ContentStore
    name: str = "store"
    """For messages and reports; holds no credentials."""


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms transactions are made."""

    fee_max_gwei: float = FEE_MAX_GWEI
    """For a unit of gas, tip included."""
    confirm_timeout_s: float = CONFIRM_TIMEOUT_S
    poll_s: float = POLL_S


@dataclass(frozen=True, slots=True)
class Clock:
    """Time as the outside world has it; tests bring their own."""

    now_s: Callable[[], float] = time.monotonic
    pause: Callable[[float], None] = time.sleep


@dataclass(slots=True)
class Dispatch:
    """Outbox, ledger, keys and stores of one house."""

    outbox: Outbox
    ledger: LedgerWriter
    keys: KeyRing
    stores: tuple[Store, ...]
    chain_id: int
    funder: str | None = None
    """Key that fills up accounts: the embedded ledger's. On any other ledger people do that."""
    terms: Terms = field(default_factory=Terms)
    clock: Clock = field(default_factory=Clock)
    progress: Progress = silent

    def counted(self, phase: str, things: Iterable[_Thing], total: int) -> Iterator[_Thing]:
        """Go through `things` and show how far it is."""
        self.progress(phase, 0, total)
        for done, thing in enumerate(things, start=1):
            yield thing
            self.progress(phase, done, total)

    @contextmanager
    def showing(self, progress: Progress) -> Iterator[None]:
        """Show progress through `progress` for a while."""
        before, self.progress = self.progress, progress
        try:
            yield
        finally:
            self.progress = before
