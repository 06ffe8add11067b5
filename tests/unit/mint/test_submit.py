"""Signing and sending: what must hold before anything leaves the house."""

import pytest

from mint.errors import FeeCeilingError, FundsError, LedgerUnavailableError, RefusedError
from mint.limits import TRANSACTION_GAS_MAX
from mint.outbox import State
from mint.submit import raise_fee, send, submit
from tests.fakes.desk import some_dispatch, some_intent


@pytest.fixture
def dispatch(tmp_path):
    return some_dispatch(tmp_path)


def published(dispatch, *names, **changes):
    intents = dispatch.outbox.plan([some_intent(name, drafts=(), **changes) for name in names])
    assert {State.PUBLISHED} == {intent.state for intent in intents}
    return intents


def states(dispatch):
    return [intent.state for intent in dispatch.outbox.of_job("job")]


def test_what_belongs_together_is_sent_without_waiting(dispatch):
    """Nonces in the order planned, no receipt in between."""
    submit(dispatch, published(dispatch, "one", "two", "three"))

    assert sorted(tx["nonce"] for tx in dispatch.ledger.pool.values()) == [0, 1, 2]
    assert states(dispatch) == [State.SENT] * 3


def test_a_fee_above_the_ceiling_sends_nothing(tmp_path):
    """The error names both; the intent waits as it was."""
    dispatch = some_dispatch(tmp_path, fee_max_gwei=5.0)
    dispatch.ledger.base_gwei = 30

    with pytest.raises(FeeCeilingError) as caught:
        submit(dispatch, published(dispatch, "one"))

    assert (caught.value.asked_gwei, caught.value.fee_max_gwei) == (31.0, 5.0)
    assert states(dispatch) == [State.PUBLISHED]
    assert dispatch.ledger.sent == []


def test_no_more_than_the_ceiling_is_ever_offered(tmp_path):
    """Twice the base fee is only room for it to rise."""
    dispatch = some_dispatch(tmp_path, fee_max_gwei=50.0)
    dispatch.ledger.base_gwei = 45

    (intent,) = submit(dispatch, published(dispatch, "one"))

    assert dispatch.outbox.attempts(intent)[0].fee_max_wei == 50 * 10**9


def test_one_refused_call_keeps_all_of_them_from_being_sent(dispatch):
    """Half a wave would be half a story."""
    dispatch.ledger.refuses[b"two"] = RefusedError("ItemRegistryStolen")

    with pytest.raises(RefusedError):
        submit(dispatch, published(dispatch, "one", "two"))

    assert states(dispatch) == [State.FAILED] * 2
    assert dispatch.ledger.sent == []
    reasons = [intent.reason for intent in dispatch.outbox.of_job("job")]
    assert reasons == ["not sent, because two was refused", "the registry refuses: ItemRegistryStolen"]


def test_an_account_that_cannot_pay_is_named_with_what_it_needs(dispatch):
    """On a ledger without a funder a person must act."""
    account = dispatch.keys.signer("house").address
    dispatch.ledger.balances[account] = 10

    with pytest.raises(FundsError) as caught:
        submit(dispatch, published(dispatch, "one", "two"))

    assert account == caught.value.account
    assert caught.value.needed_wei == 2 * 60_000 * 3 * 10**9
    assert dispatch.ledger.sent == []


@pytest.mark.parametrize(("gas", "fits"), [(TRANSACTION_GAS_MAX, True), (TRANSACTION_GAS_MAX + 1, False)])
def test_a_transaction_stays_within_the_gas_of_one(dispatch, gas, fits):
    """The margin never goes over the cap of EIP-7825; what needs more is refused."""
    dispatch.ledger.gas = gas
    intents = published(dispatch, "one")

    if fits:
        (sent,) = submit(dispatch, intents)
        assert sent.gas == TRANSACTION_GAS_MAX
    else:
        with pytest.raises(RefusedError, match="one transaction may use"):
            submit(dispatch, intents)


def test_what_the_node_knows_already_counts_as_sent(dispatch):
    """web3 retries by itself, and so do we after a kill: the same bytes again are no second transaction."""
    (intent,) = submit(dispatch, published(dispatch, "one"))

    again = send(dispatch, intent)

    assert State.SENT is again.state
    assert len(dispatch.ledger.pool) == 1
    assert len(set(dispatch.ledger.sent)) == 1


def test_a_node_that_goes_away_after_signing_leaves_the_raw_bytes(dispatch):
    """Signed is saved before it is sent."""
    intents = published(dispatch, "one")
    dispatch.ledger.send = lambda raw: (_ for _ in ()).throw(LedgerUnavailableError("cut"))

    with pytest.raises(LedgerUnavailableError):
        submit(dispatch, intents)

    assert states(dispatch) == [State.SIGNED]
    assert len(dispatch.outbox.attempts(intents[0])) == 1


def test_a_higher_fee_takes_the_same_nonce(dispatch):
    """So at most one of the two is mined."""
    dispatch.ledger.sealing = False
    (intent,) = submit(dispatch, published(dispatch, "one"))
    dispatch.ledger.base_gwei = 40

    raise_fee(dispatch, intent)
    first, second = dispatch.outbox.attempts(intent)

    assert first.nonce == second.nonce
    assert second.fee_max_wei >= first.fee_max_wei * 1.1
    assert [second.hash] == list(dispatch.ledger.pool)


def test_the_fee_is_not_raised_beyond_the_ceiling(tmp_path):
    """What was sent stays sent at its fee."""
    dispatch = some_dispatch(tmp_path, fee_max_gwei=4.0)
    (intent,) = submit(dispatch, published(dispatch, "one"))
    dispatch.ledger.base_gwei = 40

    with pytest.raises(FeeCeilingError):
        raise_fee(dispatch, intent)

    assert len(dispatch.outbox.attempts(intent)) == 1
