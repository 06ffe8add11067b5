"""Run `assay`, or the embedded ledger, until a chosen commit, and end it there with kill -9.

    python -m tests.integration.crash_driver WHERE WHEN LEDGER_OPTIONS...
    python -m tests.integration.crash_driver serve        orders as JSON lines on stdin, a process forked for each

WHERE is a state of the outbox, or `block` or `pool` of the embedded ledger. WHEN is `before`, `inside` or `after`
the commit that writes it. The product knows nothing of this: its methods are wrapped here, in the process to be killed.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

BEFORE, INSIDE, AFTER = "before", "inside", "after"
BLOCK, POOL = "block", "pool"
BUG = 70
"""Exit code of a command that ended with a traceback."""
STRUCK = "struck: "
"""Begins the line on stderr that names the intent whose commit is the last."""


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

    def light(self, what: Any) -> None:
        """End this process at the next commit; say first which intent it hits, where it is one."""
        if not self.lit and (key := getattr(what, "key", None)):
            os.write(2, f"{STRUCK}{key}\n".encode())
        self.lit = True

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
        if is_it(*args):
            bomb.light(args[0])
        return result

    setattr(owner, name, method)


def light_before_call(owner: Any, name: str, bomb: Bomb) -> None:
    """Light the bomb for what a method does."""
    original = getattr(owner, name)

    def method(self: Any, *args: Any) -> Any:
        bomb.light(args[0])
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


def arm_assay(where: str, bomb: Bomb) -> None:
    """Put a bomb under the next command. Filling up accounts does not count: it goes on beside the work."""
    from mint.database import HouseDatabase
    from mint.outbox import Outbox

    def is_first(new: Any) -> bool:
        return new.what != "fund" and where == ("planned" if new.drafts else "published")

    wrap_transactions(HouseDatabase, "transaction", bomb, lambda database: database._open is None)
    light_on_call(Outbox, "_move", bomb, lambda intent, to: to == where and intent.what != "fund")
    light_on_call(Outbox, "_insert", bomb, is_first)


def serve() -> int:
    """Run one `assay` command an order, each in a process of its own; imports are paid for once.

    An order is `{"words": [...], "kill": [where, when] or null, "folder": where stdout and stderr go,
    "file_max_bytes": or null}`; the answer is the exit code, negative for a signal.
    """
    from mint.adapters import rpc_writer  # noqa: F401
    from mint.cli import claim, ledger, mint, transfer  # noqa: F401
    from verifier.cli import verify  # noqa: F401

    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            carry_out(json.loads(line))
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
    return 0


def carry_out(order: dict[str, Any]) -> NoReturn:
    """Be the process of one order."""
    from verifier.cli.main import main

    for descriptor, name in ((0, None), (1, "stdout"), (2, "stderr")):
        path = Path(order["folder"]) / name if name else Path(os.devnull)
        os.dup2(os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), descriptor)
    if order["file_max_bytes"]:  # the disk is full beyond it
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["file_max_bytes"], resource.RLIM_INFINITY))
    if order["kill"]:
        arm_assay(order["kill"][0], Bomb(order["kill"][1]))
    try:
        code = main(order["words"])
    except SystemExit as error:
        code = int(error.code or 0)
    except BaseException:  # noqa: BLE001 - a bug of ours ends the process as it would end the command
        sys.excepthook(*sys.exc_info())
        code = BUG
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        sys.exit(serve())
    sys.exit(run_ledger(sys.argv[1], Bomb(sys.argv[2]), sys.argv[3:]))
