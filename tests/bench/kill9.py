"""25 kill -9, each inside work in flight: nothing acknowledged may be lost, nothing done twice."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

from tests.bench.figures import Figure
from tests.integration.crash_driver import AFTER, BEFORE, BLOCK, INSIDE, POOL
from tests.integration.crash_support import INIT, CrashHouse

STATES = ("planned", "published", "signed", "sent", "mined", "confirmed", "failed")
LEDGER_COMMIT, LEDGER_POOL = "ledger_commit", "ledger_pool"
_EACH_MIN = 2
_KILLS = 25

FOUNDING = (("signed", INSIDE), ("sent", AFTER))
REGISTRATION = (
    ("planned", AFTER),
    ("published", BEFORE),
    ("published", AFTER),
    ("signed", BEFORE),
    ("signed", AFTER),
    ("sent", BEFORE),
    ("sent", AFTER),
    ("mined", BEFORE),
    ("mined", AFTER),
    ("confirmed", BEFORE),
    ("confirmed", AFTER),
)
STEPS = (("sent", INSIDE), ("mined", INSIDE), ("confirmed", INSIDE), ("confirmed", AFTER))
"""The first kill ends the command, each later one the `resume` that goes on from there."""
REFUSALS = (("failed", AFTER), ("failed", AFTER))
LEDGER = ((BLOCK, BEFORE), (BLOCK, INSIDE), (BLOCK, INSIDE), (BLOCK, AFTER), (POOL, BEFORE), (POOL, AFTER))


def measure() -> list[Figure]:
    """Kill 25 times through one house's life, finish everything, and count what does not add up."""
    with tempfile.TemporaryDirectory(prefix="assay-kill9-") as folder:
        house = CrashHouse(Path(folder))
        try:
            kills = _kill_often(house)
            _finish(house)
            audit = house.audit()
        finally:
            house.stop()
    for problem in audit.lost + audit.doubled:
        print(f"   {problem}")
    against = f"{kills.total()} kills, {audit.transactions} transactions, {audit.pieces} pieces, {audit.steps} steps"
    return [
        Figure("kill9_lost", len(audit.lost), "promises", goal=0, against=against),
        Figure("kill9_doubled", len(audit.doubled), "doings", goal=0, against=against),
        Figure("kill9_kills", kills.total(), "kills", goal=_KILLS, at_least=True),
        *(
            Figure(f"kill9_in_{state}", kills[state], "kills", goal=_EACH_MIN, at_least=True)
            for state in (*STATES, LEDGER_COMMIT)
        ),
        Figure(f"kill9_in_{LEDGER_POOL}", kills[LEDGER_POOL], "kills"),
    ]


def _kill_often(house: CrashHouse) -> Counter[str]:
    """Kill as planned; gives how often work was hit in each state, read from the disk after each kill."""
    found = [house.strike(where, when, *INIT) for where, when in FOUNDING]
    assert house.run(*INIT).code == 0
    house.register(house.write_pieces("KEPT", 2))
    three = house.write_pieces("THREE", 3)
    found += _chain(house, REGISTRATION, ("mint", "register", three))
    assert house.run("mint", "register", three).code == 2, "registered once, so not again"
    found += _chain(house, STEPS, ("mint", "step", house.write_steps("THREE-1")))
    # Nothing was reported, so there is nothing to withdraw: the registry refuses.
    found += [house.strike(where, when, "mint", "report", "withdraw", "THREE-0") for where, when in REFUSALS]
    for number, (where, when) in enumerate(LEDGER):
        house.strike_ledger(where, when, "mint", "register", house.write_pieces(f"ONE-{number}", 1))
        _finish(house)
        found.append(LEDGER_COMMIT if where == BLOCK else LEDGER_POOL)
    return Counter(found)


def _chain(house: CrashHouse, plan: tuple[tuple[str, str], ...], command: tuple[object, ...]) -> list[str]:
    """Kill a command, then kill what resumes it, again and again until it is through."""
    return [
        house.strike(where, when, *(("mint", "resume") if number else command))
        for number, (where, when) in enumerate(plan)
    ]


def _finish(house: CrashHouse) -> None:
    ended = house.run("mint", "resume")
    assert ended.code == 0, ended
