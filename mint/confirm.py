"""Follow sent intents: mined, final, and no doubt left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

from mint.dispatch import Dispatch
from mint.errors import FailedTransactionError, FeeCeilingError, NotFinalYetError, RefusedError
from mint.limits import STUCK_AFTER_S
from mint.outbox import Intent, State
from mint.ports import Receipt
from mint.submit import raise_fee, send

_RESEND_AFTER_S = 15.0


def await_mined(dispatch: Dispatch, intents: Sequence[Intent]) -> list[Intent]:
    """Wait until every intent has a receipt.

    What a node has lost is sent again, byte for byte; what waits too long is offered more. An intent whose nonce
    another transaction used comes back as PUBLISHED. Raises NotFinalYetError when time is up.
    """
    return _wait(dispatch, intents, "mine", lambda intent: intent.state is not State.SENT, _look)


def await_final(dispatch: Dispatch, intents: Sequence[Intent]) -> list[Intent]:
    """Wait until every mined intent is in a final block, then settle the ones that failed there.

    A block that was undone sends its intents back to waiting. Raises NotFinalYetError when time is up,
    FailedTransactionError when a transaction was mined and failed.
    """
    final: dict[int, Receipt] = {}

    def look(dispatch: Dispatch, waiting: Sequence[Intent], waited_s: float) -> list[Intent]:
        final_number = dispatch.ledger.final_number()
        receipts = _receipts(dispatch, waiting)
        moved = []
        for intent, receipt in zip(waiting, receipts, strict=True):
            if receipt is None:
                moved.append(_lost(dispatch, intent, waited_s))
                continue
            if receipt.block_number <= final_number:
                final[intent.id] = receipt
            same = intent.state is State.MINED and receipt.block_hash == intent.block_hash
            moved.append(intent if same else dispatch.outbox.mined(_waiting_again(dispatch, intent), receipt))
        return moved

    settled = _wait(dispatch, intents, "final", lambda intent: intent.id in final, look)
    return _settle(dispatch, settled, final)


def _settle(dispatch: Dispatch, intents: Sequence[Intent], final: dict[int, Receipt]) -> list[Intent]:
    """Fail what was mined without success; its nonce is used and it changed nothing."""
    settled = []
    failed: FailedTransactionError | None = None
    for intent in intents:
        if final[intent.id].succeeded:
            settled.append(intent)
            continue
        reason = _why(dispatch, intent)
        dispatch.outbox.failed(intent, reason)
        failed = failed or FailedTransactionError(intent.key, reason)
    if failed:
        raise failed
    return settled


def _why(dispatch: Dispatch, intent: Intent) -> str:
    """Ask once more, on the state of now, why a transaction failed."""
    account = dispatch.keys.signer(intent.sender).address
    try:
        dispatch.ledger.estimate_gas(account, intent.target, intent.calldata, intent.value_wei)
    except RefusedError as error:
        return str(error)
    return "it reverted when it was mined; the same call would pass now"


def _wait(
    dispatch: Dispatch,
    intents: Sequence[Intent],
    phase: str,
    is_done: Callable[[Intent], bool],
    look: Callable[[Dispatch, Sequence[Intent], float], list[Intent]],
) -> list[Intent]:
    """Look at what is not done yet until all is, and keep the order."""
    known = {intent.id: intent for intent in intents}
    began_s = dispatch.clock.now_s()
    while True:
        waiting = [intent for intent in known.values() if not is_done(intent)]
        dispatch.progress(phase, len(known) - len(waiting), len(known))
        if not waiting:
            return list(known.values())
        waited_s = dispatch.clock.now_s() - began_s
        for intent in look(dispatch, waiting, waited_s):
            known[intent.id] = intent
        if all(is_done(intent) for intent in known.values()):
            continue
        if waited_s > dispatch.terms.confirm_timeout_s:
            raise NotFinalYetError(len(waiting), waited_s)
        dispatch.clock.pause(dispatch.terms.poll_s)


def _look(dispatch: Dispatch, waiting: Sequence[Intent], waited_s: float) -> list[Intent]:
    moved = []
    for intent, receipt in zip(waiting, _receipts(dispatch, waiting), strict=True):
        moved.append(dispatch.outbox.mined(intent, receipt) if receipt else _lost(dispatch, intent, waited_s))
    return moved


def _receipts(dispatch: Dispatch, intents: Sequence[Intent]) -> list[Receipt | None]:
    """Find each intent's receipt, under whichever of its hashes was mined."""
    hashes = [[attempt.hash for attempt in dispatch.outbox.attempts(intent)] for intent in intents]
    flat = dispatch.ledger.receipts([one for several in hashes for one in several])
    by_hash = {receipt.hash: receipt for receipt in flat if receipt}
    return [next((by_hash[one] for one in several if one in by_hash), None) for several in hashes]


def _waiting_again(dispatch: Dispatch, intent: Intent) -> Intent:
    return dispatch.outbox.sent(intent) if intent.state is State.MINED else intent


def _lost(dispatch: Dispatch, intent: Intent, waited_s: float) -> Intent:
    """Deal with an intent that has no receipt: wait, send again, offer more, or give its nonce up."""
    intent = _waiting_again(dispatch, intent)
    last = dispatch.outbox.attempts(intent)[-1]
    account = dispatch.keys.signer(intent.sender).address
    if dispatch.ledger.nonce(account) > last.nonce:
        # Mined under a hash we do not have, or between our two questions: only a final nonce settles which.
        if dispatch.ledger.nonce(account, final=True) > last.nonce and _receipts(dispatch, [intent]) == [None]:
            return dispatch.outbox.unsigned(intent)
        return intent
    if waited_s > STUCK_AFTER_S:
        with suppress(FeeCeilingError):  # it stays sent at the fee it has
            return raise_fee(dispatch, intent)
    if waited_s > _RESEND_AFTER_S:
        return send(dispatch, intent)
    return intent
