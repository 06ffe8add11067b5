"""Sign what is published and hand it to the ledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from mint.dispatch import Dispatch
from mint.errors import FeeCeilingError, FundsError, RefusedError
from mint.limits import FEE_BUMP_PERCENT, FEE_ROOM, GAS_MARGIN_PERCENT, TRANSACTION_GAS_MAX
from mint.outbox import Attempt, Intent, State
from mint.ports import SignedTransaction, Transaction

_GWEI = 10**9


def offer(dispatch: Dispatch) -> tuple[int, int]:
    """Give the most to pay for a unit of gas, and the tip, in wei.

    Raises FeeCeilingError when the network asks more than the house's ceiling.
    """
    fees = dispatch.ledger.fees()
    ceiling = int(dispatch.terms.fee_max_gwei * _GWEI)
    asked = fees.base_wei + fees.tip_wei
    if asked > ceiling:
        raise FeeCeilingError(asked / _GWEI, dispatch.terms.fee_max_gwei)
    return min(fees.base_wei * FEE_ROOM + fees.tip_wei, ceiling), fees.tip_wei


def submit(dispatch: Dispatch, intents: Sequence[Intent]) -> list[Intent]:
    """Sign and send published intents that belong together, without waiting in between.

    1. The fee is below the ceiling.
    2. The registry accepts each one, tried on the newest state; if it refuses one, none of them is sent.
    3. Each account can pay.
    4. Each takes its nonce and is saved, then all are sent.

    Raises FeeCeilingError, RefusedError, FundsError: nothing was sent then.
    """
    fees = offer(dispatch)
    gas = _estimates(dispatch, intents)
    costs: dict[str, int] = defaultdict(int)
    for intent in intents:
        costs[intent.sender] += gas[intent.id] * fees[0] + intent.value_wei
    for sender, cost in costs.items():
        _check_funds(dispatch, sender, cost)
    signed = [_sign(dispatch, intent, gas[intent.id], fees) for intent in intents]
    return [send(dispatch, intent) for intent in signed]


def _estimates(dispatch: Dispatch, intents: Sequence[Intent]) -> dict[int, int]:
    gas = {}
    for intent in intents:
        account = dispatch.keys.signer(intent.sender).address
        try:
            least = dispatch.ledger.estimate_gas(account, intent.target, intent.calldata, intent.value_wei)
            gas[intent.id] = _with_margin(least)
        except RefusedError as error:
            _refuse(dispatch, intent, intents, str(error))
            raise
    return gas


def _with_margin(least: int) -> int:
    if least > TRANSACTION_GAS_MAX:
        raise RefusedError(f"needs {least} gas, one transaction may use {TRANSACTION_GAS_MAX}")
    return min(least * (100 + GAS_MARGIN_PERCENT) // 100, TRANSACTION_GAS_MAX)


def _refuse(dispatch: Dispatch, intent: Intent, together: Sequence[Intent], reason: str) -> None:
    for one in together:
        dispatch.outbox.failed(one, reason if one is intent else f"not sent, because {intent.key} was refused")


def _check_funds(dispatch: Dispatch, sender: str, cost_wei: int) -> None:
    account = dispatch.keys.signer(sender).address
    balance = dispatch.ledger.balance(account)
    if balance < cost_wei:
        raise FundsError(account, balance, cost_wei)


def _sign(dispatch: Dispatch, intent: Intent, gas: int, fees: tuple[int, int]) -> Intent:
    signer = dispatch.keys.signer(intent.sender)
    mined_count = dispatch.ledger.nonce(signer.address)
    return dispatch.outbox.signed(
        intent, signer.address, mined_count, gas, fees, lambda nonce: _signature(dispatch, intent, nonce, gas, fees)
    )


def _signature(dispatch: Dispatch, intent: Intent, nonce: int, gas: int, fees: tuple[int, int]) -> SignedTransaction:
    transaction = Transaction(
        dispatch.chain_id, nonce, intent.target, intent.calldata, intent.value_wei, gas, fees[0], fees[1]
    )
    return dispatch.keys.signer(intent.sender).sign_transaction(transaction)


def send(dispatch: Dispatch, intent: Intent) -> Intent:
    """Hand the newest signing in; the same bytes again do no harm.

    What the node knows already, or whose nonce is used, is looked for by its hash.
    """
    dispatch.ledger.send(dispatch.outbox.attempts(intent)[-1].raw)
    return intent if intent.state is State.SENT else dispatch.outbox.sent(intent)


def raise_fee(dispatch: Dispatch, intent: Intent) -> Intent:
    """Sign a waiting intent again with a higher fee and the same nonce, if the network asks more by now.

    Raises FeeCeilingError when the ceiling is too low; what was sent stays sent.
    """
    last: Attempt = dispatch.outbox.attempts(intent)[-1]
    fee_max, tip = offer(dispatch)
    least = last.fee_max_wei * (100 + FEE_BUMP_PERCENT) // 100
    if fee_max <= last.fee_max_wei:
        return send(dispatch, intent)
    fees = (max(fee_max, least), max(tip, last.tip_wei * (100 + FEE_BUMP_PERCENT) // 100 + 1))
    if fees[0] > dispatch.terms.fee_max_gwei * _GWEI:
        raise FeeCeilingError(fees[0] / _GWEI, dispatch.terms.fee_max_gwei)
    account = dispatch.keys.signer(intent.sender).address
    assert intent.gas is not None, "a sent intent was signed"
    gas = intent.gas
    replaced = dispatch.outbox.replaced(
        intent, account, fees, lambda nonce: _signature(dispatch, intent, nonce, gas, fees)
    )
    return send(dispatch, replaced)
