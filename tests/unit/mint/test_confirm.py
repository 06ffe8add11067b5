"""Following what was sent: lost, replaced, undone, failed, late."""

import pytest

from mint.carry import carry_out, no_readback
from mint.confirm import await_final, await_mined
from mint.errors import FailedTransactionError, NotFinalYetError
from mint.outbox import State
from mint.submit import raise_fee, submit
from tests.fakes.desk import some_dispatch, some_intent


@pytest.fixture
def dispatch(tmp_path):
    return some_dispatch(tmp_path)


def sent(dispatch, *names):
    return submit(dispatch, dispatch.outbox.plan([some_intent(name, drafts=()) for name in names]))


def test_whichever_signing_is_mined_is_recognised(dispatch):
    """The first one may win after the second was sent."""
    dispatch.ledger.sealing = False
    (intent,) = sent(dispatch, "one")
    first = dict(dispatch.ledger.pool)
    dispatch.ledger.base_gwei = 1.8
    intent = raise_fee(dispatch, intent)
    dispatch.ledger.pool = first
    dispatch.ledger.seal()

    (mined,) = await_mined(dispatch, [intent])

    assert State.MINED is mined.state
    assert len(dispatch.ledger.mined) == 1


def test_what_a_node_has_lost_is_sent_again_byte_for_byte(dispatch):
    """Never signed anew, so it can be mined once only."""
    (intent,) = sent(dispatch, "one")
    dispatch.ledger.lose_pool()

    (mined,) = await_mined(dispatch, [intent])

    assert State.MINED is mined.state
    assert len(set(dispatch.ledger.sent)) == 1


def test_what_waits_too_long_is_offered_more(dispatch):
    """The base fee rose above what was offered."""
    (intent,) = sent(dispatch, "one")
    dispatch.ledger.base_gwei = 20

    (mined,) = await_mined(dispatch, [intent])

    assert State.MINED is mined.state
    assert len(dispatch.outbox.attempts(intent)) == 2
    assert len(dispatch.ledger.mined_calls()) == 1


def test_a_block_that_is_undone_sends_its_intents_back_to_waiting(dispatch):
    """Mined is not final: the same bytes are sent again and mined in another block."""
    dispatch.ledger.final_lag = 5
    mined = await_mined(dispatch, sent(dispatch, "one"))
    dispatch.ledger.undo(1)

    (final,) = await_final(dispatch, mined)

    assert State.MINED is final.state
    assert mined[0].block_hash != final.block_hash
    assert dispatch.ledger.mined_calls() == [b"one"]


def test_a_transaction_that_failed_in_its_block_is_failed_once_that_is_final(dispatch):
    """Its nonce is used and it changed nothing; the others of the job are unharmed."""
    dispatch.ledger.reverts.add(b"two")
    mined = await_mined(dispatch, sent(dispatch, "one", "two"))

    with pytest.raises(FailedTransactionError, match="two"):
        await_final(dispatch, mined)

    assert [dispatch.outbox.get(intent.id).state for intent in mined] == [State.MINED, State.FAILED]


def test_a_failed_wave_stops_the_waves_after_it(dispatch):
    """What was to be built on it is not sent, and says so."""
    dispatch.ledger.reverts.add(b"one")
    dispatch.outbox.plan([some_intent("one"), some_intent("two", wave=1)])

    with pytest.raises(FailedTransactionError):
        carry_out(dispatch, "job", no_readback)

    first, second = dispatch.outbox.of_job("job")
    assert (first.state, second.state) == (State.FAILED, State.FAILED)
    assert second.reason.startswith("not sent")
    assert dispatch.ledger.mined_calls() == [b"one"]


def test_a_nonce_that_somebody_else_used_is_given_up_only_when_that_is_final(dispatch):
    """Then the intent is signed anew, and is still mined once."""
    dispatch.ledger.sealing = False
    (intent,) = sent(dispatch, "one")
    dispatch.ledger.lose_pool()
    dispatch.ledger.mine_foreign(dispatch.keys.signer("house").address)
    dispatch.ledger.final_lag = 3
    dispatch.ledger.sealing = True

    carry_out(dispatch, "job", no_readback)

    assert State.CONFIRMED is dispatch.outbox.get(intent.id).state
    assert [attempt.nonce for attempt in dispatch.outbox.attempts(intent)] == [1]
    assert dispatch.ledger.mined_calls() == [b"one"]


def test_waiting_ends_and_loses_nothing(tmp_path):
    """A ledger that does not get on is said to be late, with the way to go on."""
    dispatch = some_dispatch(tmp_path, confirm_timeout_s=5.0)
    intents = sent(dispatch, "one")
    dispatch.ledger.sealing = False

    with pytest.raises(NotFinalYetError, match="resume"):
        await_mined(dispatch, intents)

    assert State.SENT is dispatch.outbox.get(intents[0].id).state
