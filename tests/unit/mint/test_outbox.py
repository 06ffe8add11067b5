"""The outbox: what is written down, and which moves there are."""

import pytest

from mint.database import HouseDatabase
from mint.errors import HouseWriteError
from mint.outbox import Outbox, OutboxError, State
from mint.ports import Receipt, SignedTransaction
from provenance_schemas.keccak import keccak256
from tests.fakes.database import some_place
from tests.fakes.desk import CONTRACT, some_intent
from verifier.adapters.sql_ports import SqlError


@pytest.fixture
def outbox(tmp_path, each_engine):
    database = HouseDatabase(some_place(tmp_path / "house.sqlite3"))
    yield Outbox(database)
    database.close()


def sign(outbox, intent, account="0xa", mined_count=0):
    """Sign an intent with whatever nonce it gets."""
    return outbox.signed(
        intent,
        account,
        mined_count,
        50_000,
        (100, 10),
        lambda nonce: SignedTransaction(raw := f"{intent.key}:{nonce}".encode(), keccak256(raw)),
    )


def published(outbox, name, **changes):
    (intent,) = outbox.plan([some_intent(name, **changes)])
    return outbox.published(intent)


def test_a_planned_intent_keeps_its_documents_until_they_are_published(outbox):
    """A process killed after planning can still publish: the bytes are in the outbox, and leave it after."""
    new = some_intent()

    (intent,) = outbox.plan([new])

    assert State.PLANNED is intent.state
    assert list(new.drafts) == outbox.drafts(intent)
    assert outbox.drafts(outbox.published(intent)) == []


def test_an_intent_without_documents_begins_published(outbox):
    """There is nothing to wait for."""
    (intent,) = outbox.plan([some_intent(drafts=())])

    assert State.PUBLISHED is intent.state


def test_the_same_key_is_never_planned_twice(outbox):
    """Planning again after a restart gives the intent that is there."""
    (first,) = outbox.plan([some_intent()])

    (second,) = outbox.plan([some_intent(calldata=b"something else")])

    assert first == second


def test_a_failed_intent_gives_its_key_to_a_new_try(outbox):
    """What failed changed nothing, so it may be tried again; its story is kept."""
    (first,) = outbox.plan([some_intent()])
    outbox.failed(first, "refused")

    (second,) = outbox.plan([some_intent()])

    assert (second.state, outbox.get(first.id).state) == (State.PLANNED, State.FAILED)


def test_what_was_written_is_there_after_a_restart(outbox):
    """Another connection reads the same state and the same raw bytes."""
    signed = sign(outbox, published(outbox, "one"))

    again = Outbox(HouseDatabase(outbox.database.place))

    assert outbox.attempts(signed) == again.attempts(again.get(signed.id))
    assert [signed] == again.unfinished()
    again.database.close()


def test_each_account_counts_its_own_nonces(outbox):
    """Two intents of one account never share a nonce; another account begins at its own count."""
    nonces = [
        outbox.attempts(sign(outbox, published(outbox, str(number)), account, mined))[-1].nonce
        for number, (account, mined) in enumerate([("0xa", 7), ("0xa", 7), ("0xb", 0), ("0xa", 7)])
    ]

    assert nonces == [7, 8, 0, 9]


def test_a_nonce_that_was_given_up_is_filled_first(outbox):
    """A gap would keep every later transaction of the account waiting for ever."""
    first, _ = [sign(outbox, published(outbox, name)) for name in ("one", "two")]
    outbox.unsigned(first)

    third = sign(outbox, published(outbox, "three"))

    assert outbox.attempts(third)[-1].nonce == 0


def test_raising_the_fee_keeps_the_nonce_and_every_hash(outbox):
    """Whichever signing is mined must be recognised."""
    sent = outbox.sent(sign(outbox, published(outbox, "one")))

    outbox.replaced(sent, "0xa", (200, 20), lambda nonce: SignedTransaction(b"higher", keccak256(b"higher")))
    first, second = outbox.attempts(sent)

    assert first.nonce == second.nonce
    assert first.hash != second.hash


ALLOWED = {
    (State.PLANNED, State.PUBLISHED),
    (State.PLANNED, State.FAILED),
    (State.PUBLISHED, State.SIGNED),
    (State.PUBLISHED, State.FAILED),
    (State.SIGNED, State.SENT),
    (State.SIGNED, State.PUBLISHED),
    (State.SIGNED, State.FAILED),
    (State.SENT, State.MINED),
    (State.SENT, State.PUBLISHED),
    (State.SENT, State.FAILED),
    (State.MINED, State.CONFIRMED),
    (State.MINED, State.SENT),
    (State.MINED, State.FAILED),
}


def bring_to(outbox, state):
    """Give an intent in `state`, by the ways there are."""
    (intent,) = outbox.plan([some_intent()])
    receipt = Receipt(b"h", True, 3, b"b", 1, None)
    ways = {
        State.PUBLISHED: outbox.published,
        State.SIGNED: lambda intent: sign(outbox, intent),
        State.SENT: outbox.sent,
        State.MINED: lambda intent: outbox.mined(intent, receipt),
        State.CONFIRMED: outbox.confirmed,
    }
    if state is State.FAILED:
        return outbox.failed(intent, "refused")
    for reached, way in ways.items():
        if intent.state is state:
            break
        intent = way(intent)
        assert reached is intent.state
    return intent


@pytest.mark.parametrize("start", State)
@pytest.mark.parametrize("to", [State.PUBLISHED, State.SENT, State.MINED, State.CONFIRMED, State.FAILED])
def test_only_the_moves_of_the_table_exist(outbox, start, to):
    """Every state against every move: what is sent is never unsent, what is confirmed stays so."""
    intent = bring_to(outbox, start)
    moves = {
        State.PUBLISHED: lambda: outbox.unsigned(intent),
        State.SENT: lambda: outbox.sent(intent),
        State.MINED: lambda: outbox.mined(intent, Receipt(b"h", True, 3, b"b", 1, None)),
        State.CONFIRMED: lambda: outbox.confirmed(intent),
        State.FAILED: lambda: outbox.failed(intent, "why"),
    }

    if (start, to) in ALLOWED:
        assert to is moves[to]().state
    else:
        with pytest.raises(OutboxError):
            moves[to]()


def test_a_full_disk_saves_nothing_of_a_transaction(tmp_path):
    """All of a plan or none of it; the error names the file and says what to do."""
    database = HouseDatabase(tmp_path / "house.sqlite3", size_max_bytes=200_000)
    outbox = Outbox(database)
    outbox.plan([some_intent("small")])

    with pytest.raises(HouseWriteError, match="make room"):
        outbox.plan([some_intent("first"), some_intent("large", calldata=bytes(400_000))])

    assert [intent.key for intent in outbox.unfinished()] == ["small"]
    outbox.plan([some_intent("after")])


def test_the_database_is_private(tmp_path):
    """It holds serials and claim codes."""
    HouseDatabase(tmp_path / "house.sqlite3")

    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}

    assert {0o600} == set(modes.values())


def test_a_contract_address_is_kept(outbox):
    """A deployment's contract is read from its receipt."""
    sent = outbox.sent(sign(outbox, published(outbox, "one", target=None)))

    mined = outbox.mined(sent, Receipt(b"h", True, 3, b"b", 1, CONTRACT))

    assert outbox.get(mined.id).contract == CONTRACT


def test_a_damaged_file_is_a_clear_error(tmp_path):
    """Not an SQLite traceback."""
    path = tmp_path / "house.sqlite3"
    path.write_bytes(b"not a database" * 100)

    with pytest.raises(HouseWriteError) as caught:
        HouseDatabase(path)

    assert isinstance(caught.value.__cause__, SqlError)
