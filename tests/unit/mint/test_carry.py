"""A process may end between any two lines; whoever comes next brings the job to its end, once."""

from contextlib import contextmanager
from itertools import count

import pytest

from mint.carry import carry_out, no_readback, open_jobs
from mint.database import HouseDatabase
from mint.errors import LedgerUnavailableError, ReadbackError
from mint.outbox import State
from tests.fakes.database import POSTGRES, SQLITE, databases_on, some_place
from tests.fakes.desk import some_dispatch, some_intent
from tests.fakes.ledger import FakeLedger
from tests.fakes.store import MemoryStore

NAMES = ("one", "two", "three")


class Killed(BaseException):
    """The process ends here: nobody catches this."""


class Fuse:
    """Ends the process at the n-th touch of the world outside memory."""

    def __init__(self, touches: int) -> None:
        self.left = touches

    def burn(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Killed


class FusedDatabase(HouseDatabase):
    """Ends before or after a commit."""

    def __init__(self, place, fuse) -> None:
        super().__init__(place)
        self._fuse = fuse

    @contextmanager
    def transaction(self):
        is_outer = self._open is None
        with super().transaction():
            yield
            if is_outer:
                self._fuse.burn()
        if is_outer:
            self._fuse.burn()


class FusedLedger:
    """Ends before or after a question reaches the ledger."""

    def __init__(self, ledger, fuse) -> None:
        self._ledger, self._fuse = ledger, fuse

    def __getattr__(self, name):
        inner = getattr(self._ledger, name)
        if name not in ("send", "receipts", "final_number"):
            return inner

        def fused(*arguments):
            self._fuse.burn()
            answer = inner(*arguments)
            self._fuse.burn()
            return answer

        return fused


class FundedOnce(FakeLedger):
    """One account has nothing until somebody's transaction to it is mined."""

    def __init__(self, account) -> None:
        super().__init__()
        self.account = account

    def balance(self, account):
        if account != self.account:
            return super().balance(account)
        return 10**20 if any(tx.get("to") == account for tx, _ in self.mined.values()) else 0


def plan(dispatch):
    dispatch.outbox.plan([some_intent(name, wave=wave) for wave, name in enumerate(NAMES)])


@pytest.mark.parametrize(("engine", "kills", "step"), [(SQLITE, 1, 1), (SQLITE, 2, 1), (POSTGRES, 1, 5)])
def test_a_job_killed_at_any_touch_is_finished_and_sent_once(tmp_path, engine, kills, step):
    """Every place a process can end at is tried, in a row: before and after each commit, send and question.

    With two kills the resuming process is killed too, at the same distance. On the server every fifth place is.
    """
    with databases_on(engine):
        touches = kill_at_every_touch(tmp_path, kills, step)
    assert touches > 40


def kill_at_every_touch(tmp_path, kills, step):
    """Gives how many touches a job has."""
    for touches in count(0, step):
        folder = tmp_path / f"{kills}-{touches}"
        folder.mkdir()
        ledger, store, place = FakeLedger(), MemoryStore(), some_place(folder / "house.sqlite3")
        planned = HouseDatabase(place)
        plan(some_dispatch(folder, ledger=ledger, store=store, database=planned))
        planned.close()
        killed = 0
        for _ in range(kills):
            fuse = Fuse(touches)
            database = FusedDatabase(place, fuse)
            try:
                dispatch = some_dispatch(folder, store=store, database=database)
                dispatch.ledger = FusedLedger(ledger, fuse)
                carry_out(dispatch, "job", no_readback)
            except Killed:
                killed += 1
            database.close()

        database = HouseDatabase(place)
        last = some_dispatch(folder, ledger=ledger, store=store, database=database)
        carry_out(last, "job", no_readback)

        assert [name.encode() for name in NAMES] == ledger.mined_calls()
        assert {State.CONFIRMED} == {intent.state for intent in last.outbox.of_job("job")}
        assert all(len(last.outbox.attempts(intent)) == 1 for intent in last.outbox.of_job("job"))
        database.close()
        if not killed:
            break
    return touches


def test_nothing_is_sent_before_its_documents_are_published(tmp_path):
    """A store that fails keeps the ledger clean."""
    dispatch = some_dispatch(tmp_path)
    plan(dispatch)
    dispatch.stores[0].writer.reachable = False

    with pytest.raises(Exception, match="not published"):
        carry_out(dispatch, "job", no_readback)

    assert dispatch.ledger.sent == []
    assert open_jobs(dispatch) == ["job"]


def test_a_store_that_gives_back_other_bytes_keeps_everything_from_being_sent(tmp_path):
    """Read back and compare: a store that says yes and forgets is found out before the ledger hears of it."""
    dispatch = some_dispatch(tmp_path)
    plan(dispatch)
    store = dispatch.stores[0].writer
    store.put_many = lambda blocks: None

    with pytest.raises(Exception, match="not in memory"):
        carry_out(dispatch, "job", no_readback)

    assert dispatch.ledger.sent == []


def test_a_node_that_is_down_leaves_the_job_open(tmp_path):
    """And the same job goes on when it is back."""
    dispatch = some_dispatch(tmp_path)
    plan(dispatch)
    dispatch.ledger.reachable = False
    with pytest.raises(LedgerUnavailableError):
        carry_out(dispatch, "job", no_readback)

    dispatch.ledger.reachable = True
    carry_out(dispatch, "job", no_readback)

    assert len(dispatch.ledger.mined_calls()) == 3


def test_what_does_not_verify_stays_open_with_the_reason(tmp_path):
    """The ledger took it: saying "failed" would be untrue, saying "confirmed" too. The others are confirmed."""
    dispatch = some_dispatch(tmp_path)
    plan(dispatch)

    def readback(intent):
        if intent.key == "two":
            raise ReadbackError("two", ["documents.valid: no"])

    with pytest.raises(ReadbackError):
        carry_out(dispatch, "job", readback)

    states = {intent.key: (intent.state, intent.reason) for intent in dispatch.outbox.of_job("job")}
    assert states["two"] == (State.MINED, "two was recorded but does not verify: documents.valid: no")
    assert State.CONFIRMED is states["three"][0]
    carry_out(dispatch, "job", no_readback)
    assert State.CONFIRMED is dispatch.outbox.by_key("two").state


def test_an_account_without_money_is_filled_up_where_there_is_a_funder(tmp_path):
    """As on the embedded ledger; the transfer goes through the outbox like everything else."""
    dispatch = some_dispatch(tmp_path)
    account = dispatch.keys.signer("house").address
    dispatch.funder = "funder"
    dispatch.ledger = FundedOnce(account)
    plan(dispatch)
    carry_out(dispatch, "job", no_readback)

    assert {State.CONFIRMED} == {intent.state for intent in dispatch.outbox.of_job("job")}
    funding = dispatch.outbox.database.rows("SELECT state FROM intent WHERE what = 'fund'")
    assert [row["state"] for row in funding] == [State.CONFIRMED]


def test_funding_that_was_interrupted_is_finished_and_not_repeated(tmp_path):
    """Its nonce comes first: another funding behind it would wait for ever."""
    dispatch = some_dispatch(tmp_path)
    account = dispatch.keys.signer("house").address
    dispatch.funder = "funder"
    dispatch.ledger.balances[account] = 0
    plan(dispatch)
    dispatch.ledger.send = lambda raw: (_ for _ in ()).throw(Killed)
    with pytest.raises(Killed):
        carry_out(dispatch, "job", no_readback)

    again = some_dispatch(tmp_path, ledger=FundedOnce(account))
    again.funder = "funder"
    carry_out(again, "job", no_readback)

    assert len([tx for tx, _ in again.ledger.mined.values() if tx["to"] == account]) == 1
    assert {State.CONFIRMED} == {intent.state for intent in again.outbox.of_job("job")}
