"""Run `assay`, or the embedded ledger, until a chosen commit, and end it there with kill -9.

    python -m tests.integration.crash_driver WHERE WHEN COMMAND...

WHERE is a state of the outbox, or `block` or `pool` of the embedded ledger. WHEN is `before`, `inside` or `after`
the commit that writes it. The product knows nothing of this: its methods are wrapped here, in the process to be killed.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

BEFORE, INSIDE, AFTER = "before", "inside", "after"
BLOCK, POOL = "block", "pool"


def die() -> None:
    """End at once: nothing is flushed, closed or rolled back."""
    os.kill(os.getpid(), signal.SIGKILL)


def written_bytes() -> int:
    """How much this process has written so far."""
    return int(Path("/proc/self/io").read_text().split()[3])


class Bomb:
    """Ends the process at the first commit after it was lit."""

    def __init__(self, when: str) -> None:
        self.when = when
        self.lit = False

    def before_commit(self) -> None:
        """Everything is written into the transaction, and nothing is committed."""
        if self.lit and self.when == BEFORE:
            die()
        if self.lit and self.when == INSIDE:
            threading.Thread(target=self._watch, args=(written_bytes(),), daemon=True).start()

    def after_commit(self) -> None:
        """It is on the disk, and nobody was told. An inside that was too slow for a small commit ends here."""
        if self.lit:
            die()

    @staticmethod
    def _watch(before: int) -> None:
        while written_bytes() == before:
            pass
        die()


def wrap_transactions(owner: Any, name: str, bomb: Bomb, is_outermost: Callable[[Any], bool]) -> None:
    """Put the bomb around the commits of `owner.name`, a method that gives a transaction."""
    original = getattr(owner, name)

    @contextmanager
    def transaction(self: Any) -> Iterator[Any]:
        outermost = is_outermost(self)
        with original(self) as given:
            yield given
            if outermost:
                bomb.before_commit()
        if outermost:
            bomb.after_commit()

    setattr(owner, name, transaction)


def light_on_call(owner: Any, name: str, bomb: Bomb, is_it: Callable[..., bool]) -> None:
    """Light the bomb when a method is called with what we wait for."""
    original = getattr(owner, name)

    def method(self: Any, *args: Any, **values: Any) -> Any:
        result = original(self, *args, **values)
        bomb.lit |= is_it(*args)
        return result

    setattr(owner, name, method)


def light_before_call(owner: Any, name: str, bomb: Bomb) -> None:
    """Light the bomb for what a method does."""
    original = getattr(owner, name)

    def method(self: Any, *args: Any) -> Any:
        bomb.lit = True
        return original(self, *args)

    setattr(owner, name, method)


def run_ledger(where: str, bomb: Bomb, arguments: list[str]) -> int:
    """Run the embedded ledger. Blocks without transactions do not count."""
    os.environ["ETH_HASH_BACKEND"] = "pysha3"  # before the library that asks for it is imported, as its own main does
    from mint.localnet.__main__ import main
    from mint.localnet.database import Database
    from mint.localnet.ledger import Ledger
    from mint.localnet.pool import Pool

    wrap_transactions(Database, "writing", bomb, lambda database: True)
    if where == BLOCK:
        light_on_call(Ledger, "append", bomb, lambda connection, block: bool(block.transactions))
    else:
        light_before_call(Pool, "accept", bomb)
    return main(arguments)


def run_assay(where: str, bomb: Bomb, arguments: list[str]) -> int:
    """Run an `assay` command. Filling up accounts does not count: it goes on beside the work."""
    from mint.database import HouseDatabase
    from mint.outbox import Outbox
    from verifier.cli.main import main

    wrap_transactions(HouseDatabase, "transaction", bomb, lambda database: not database._depth)
    first = "planned" if where == "planned" else "published"
    light_on_call(Outbox, "_move", bomb, lambda intent, to: to == where and intent.what != "fund")
    light_on_call(
        Outbox,
        "_insert",
        bomb,
        lambda new: where == first and bool(new.drafts) == (where == "planned") and new.what != "fund",
    )
    return main(arguments)


def run(where: str, when: str, command: list[str]) -> int:
    """Run one command until the bomb ends it; gives its exit code when nothing did."""
    if where in {BLOCK, POOL}:
        return run_ledger(where, Bomb(when), command)
    return run_assay(where, Bomb(when), command)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1], sys.argv[2], sys.argv[3:]))
