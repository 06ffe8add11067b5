"""kill -9 in every state of the outbox and in the embedded ledger's commit, once each. The bench kills more often."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.integration.crash_driver import AFTER, BEFORE, BLOCK, INSIDE, POOL
from tests.integration.crash_support import INIT, NOTHING, CrashHouse

pytestmark = pytest.mark.process

LIFE = (
    ("planned", AFTER, "planned"),
    ("published", BEFORE, "planned"),
    ("signed", BEFORE, "published"),
    ("sent", BEFORE, "signed"),
    ("mined", BEFORE, "sent"),
    ("confirmed", BEFORE, "mined"),
    ("confirmed", AFTER, "confirmed"),
)


@pytest.fixture(scope="module")
def house(tmp_path_factory) -> Iterator[CrashHouse]:
    """A house whose founding was killed while its contracts were being deployed."""
    house = CrashHouse(tmp_path_factory.mktemp("crash"))
    try:
        assert house.strike("sent", AFTER, *INIT) == "sent"
        assert house.run(*INIT).code == 0
        yield house
    finally:
        house.stop()


def assert_nothing_lost_nothing_doubled(house: CrashHouse) -> None:
    audit = house.audit()

    assert audit.lost == []
    assert audit.doubled == []


def test_a_registration_killed_in_every_state_ends_registered_once(house):
    """The command is killed, then each `resume` one commit further on; the user who tries again is told the tokens."""
    pieces = house.write_pieces("LIFE", 2)
    commands = [("mint", "register", pieces)] + [("mint", "resume")] * (len(LIFE) - 1)
    states = [house.strike(where, when, *command) for (where, when, _), command in zip(LIFE, commands, strict=True)]
    left = house.run("mint", "resume")
    again = house.run("mint", "register", pieces)

    assert [state for _, _, state in LIFE] == states
    assert left.out == "nothing was left to do\n"
    assert again.code == 2
    assert "LIFE-0 is registered already, as token" in again.err
    assert_nothing_lost_nothing_doubled(house)


def test_a_command_killed_before_it_was_written_down_did_nothing(house):
    """The same command again registers the pieces for the first time."""
    pieces = house.write_pieces("NEVER", 1)

    assert house.strike("planned", BEFORE, "mint", "register", pieces) == NOTHING
    assert len(house.register(pieces)) == 1
    assert_nothing_lost_nothing_doubled(house)


def test_steps_killed_between_two_transactions_are_each_recorded_once(house):
    """The next command of any kind finishes what was left."""
    house.register(house.write_pieces("STEPS", 1))
    house.strike("sent", INSIDE, "mint", "step", house.write_steps("STEPS-0"))
    house.register(house.write_pieces("NEXT", 1))

    assert house.run("mint", "resume").out == "nothing was left to do\n"
    assert_nothing_lost_nothing_doubled(house)


def test_a_refusal_that_was_written_down_is_not_tried_again(house):
    """Nothing was reported, so there is nothing to withdraw: the registry refuses, and the process dies."""
    house.register(house.write_pieces("REFUSED", 1))

    assert house.strike("failed", AFTER, "mint", "report", "withdraw", "REFUSED-0") == "failed"
    assert house.run("mint", "resume").out == "nothing was left to do\n"
    assert_nothing_lost_nothing_doubled(house)


@pytest.mark.parametrize(("where", "when"), [(BLOCK, INSIDE), (POOL, AFTER)])
def test_the_ledger_killed_in_its_commit_costs_nothing(house, where, when):
    """The command ends with 3 and says how to go on; `resume` starts the ledger again and finishes."""
    pieces = house.write_pieces(f"LEDGER-{where}", 1)

    assert house.strike_ledger(where, when, "mint", "register", pieces) in {"signed", "sent", "mined"}
    assert house.run("mint", "resume").code == 0
    assert house.run("mint", "register", pieces).code == 2
    assert_nothing_lost_nothing_doubled(house)


def test_the_audit_finds_what_was_sent_twice_and_what_was_lost(house, tmp_path):
    """The guard, seen red: a copy of the house forgets one signing and sends it again, and mistakes another's hash."""
    house.register(house.write_pieces("GUARD", 1))
    assert house.run("mint", "step", house.write_steps("GUARD-0")).code == 0
    house.run("ledger", "stop")
    copy = CrashHouse(tmp_path)
    shutil.copytree(house.data, copy.data, ignore=shutil.ignore_patterns("lock", "localnet.json"))
    try:
        with closing(sqlite3.connect(copy.data / "house.sqlite3")) as connection:
            (twice,) = connection.execute("SELECT max(id) FROM intent WHERE what = 'step'").fetchone()
            (lost, key) = connection.execute("SELECT max(id), key FROM intent WHERE what = 'register'").fetchone()
            connection.execute("DELETE FROM attempt WHERE intent = ?", (twice,))
            connection.execute("UPDATE intent SET state = 'published' WHERE id = ?", (twice,))
            connection.execute("UPDATE attempt SET hash = zeroblob(32) WHERE intent = ?", (lost,))
            connection.commit()
        copy.run("mint", "resume")
        audit = copy.audit()
    finally:
        copy.stop()

    assert [f"{key} is confirmed and was mined 0 times"] == audit.lost
    assert any(problem.endswith("stands there 2 times") for problem in audit.doubled)
    assert sum(problem.endswith("is of no intent") for problem in audit.doubled) == 2
