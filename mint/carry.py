"""Carry intents from wherever they are to the end, the same way the first time and after a kill -9."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from itertools import groupby

from mint.confirm import await_final, await_mined
from mint.dispatch import Dispatch
from mint.errors import FailedTransactionError, FundsError, MintError, ReadbackError, SubmitError
from mint.limits import FUND_WEI
from mint.outbox import OPEN, REVERTED, Intent, NewIntent, State
from mint.publish import publish_intent
from mint.submit import send, submit
from provenance_schemas.ids import Address

Readback = Callable[[Intent], None]
"""Verifies what a final intent recorded, as a stranger would. Raises ReadbackError."""

_ROUNDS_MAX = 5
_FUND = "fund:"


def no_readback(intent: Intent) -> None:
    """Verify nothing: for what concerns no piece, as funding an account."""


def carry_out(dispatch: Dispatch, job: str, readback: Readback) -> list[Intent]:
    """Carry one job to its end.

    1. Wave by wave: publish, sign, send, wait until mined.
    2. Wait until all are final.
    3. Verify each as a stranger would.

    Whatever raises leaves the outbox in a state from which this function goes on. A job whose transaction was
    refused or failed is over: what it had not sent yet is marked as failed too.
    """
    try:
        for _, wave in groupby(dispatch.outbox.of_job(job), key=lambda intent: intent.wave):
            if not _carry_wave(dispatch, [intent.id for intent in wave]):
                break
        open_now = [intent for intent in dispatch.outbox.of_job(job) if intent.state is State.MINED]
        final = await_final(dispatch, open_now)
    except (SubmitError, FailedTransactionError) as error:
        _give_up_rest(dispatch, job, error)
        raise
    _verify(dispatch, final, readback)
    return dispatch.outbox.of_job(job)


def _carry_wave(dispatch: Dispatch, ids: Sequence[int]) -> bool:
    """Bring one wave to MINED. A second round is for a nonce that another transaction took.

    False when one of it failed in its block, so that nothing may be built on it.
    """
    for _ in range(_ROUNDS_MAX):
        intents = [dispatch.outbox.get(one) for one in ids]
        drafts = [intent for intent in intents if intent.state is State.PLANNED]
        for intent in dispatch.counted("publish", drafts, len(drafts)):
            publish_intent(dispatch, intent)
        intents = [dispatch.outbox.get(one) for one in ids]
        for intent in intents:
            if intent.state is State.SIGNED:
                send(dispatch, intent)
        _submit_funded(dispatch, [intent for intent in intents if intent.state is State.PUBLISHED])
        sent = [intent for intent in map(dispatch.outbox.get, ids) if intent.state is State.SENT]
        if all(intent.state is not State.PUBLISHED for intent in await_mined(dispatch, sent)):
            break
    return all(intent.reason != REVERTED for intent in map(dispatch.outbox.get, ids))


def _submit_funded(dispatch: Dispatch, intents: Sequence[Intent]) -> None:
    if not intents:
        return
    dispatch.progress("send", 0, len(intents))
    try:
        submit(dispatch, intents)
    except FundsError as error:
        if dispatch.funder is None or error.account == dispatch.keys.signer(dispatch.funder).address:
            raise
        fund(dispatch, [error.account], max(FUND_WEI, error.needed_wei))
        _submit_funded(dispatch, intents)
    dispatch.progress("send", len(intents), len(intents))


def fund(dispatch: Dispatch, accounts: Sequence[Address], amount_wei: int) -> None:
    """Give accounts of the embedded ledger some coins, all in one block, and wait until they have them.

    What an earlier process left goes first: its nonces come before ours, and it may be enough.
    """
    assert dispatch.funder is not None, "people fund accounts on any other ledger"
    for job in open_jobs(dispatch):
        if job.startswith(_FUND):
            carry_out(dispatch, job, no_readback)
    poor = [account for account in accounts if dispatch.ledger.balance(account) < amount_wei]
    job = f"{_FUND}{secrets.token_hex(8)}"
    dispatch.outbox.plan(
        [
            NewIntent(f"{job}:{account}", job, "fund", dispatch.funder, account, b"", value_wei=amount_wei)
            for account in poor
        ]
    )
    carry_out(dispatch, job, no_readback)


def _give_up_rest(dispatch: Dispatch, job: str, error: MintError) -> None:
    """After a refusal nothing more of a job is sent. Lack of money or a high fee is no refusal: that can wait."""
    if error.exit_code != 1:
        return
    for intent in dispatch.outbox.of_job(job):
        if intent.state in (State.PLANNED, State.PUBLISHED):
            dispatch.outbox.failed(intent, f"not sent, because the job was refused: {error}")


def _verify(dispatch: Dispatch, intents: Sequence[Intent], readback: Readback) -> None:
    faults: list[ReadbackError] = []
    for intent in dispatch.counted("verify", intents, len(intents)):
        try:
            readback(intent)
        except ReadbackError as error:
            dispatch.outbox.noted(intent, str(error))
            faults.append(error)
        else:
            dispatch.outbox.confirmed(intent)
    if faults:
        raise faults[0]


def open_jobs(dispatch: Dispatch) -> list[str]:
    """Name the jobs that are not at their end, oldest first."""
    return list(dict.fromkeys(intent.job for intent in dispatch.outbox.unfinished() if intent.state in OPEN))
