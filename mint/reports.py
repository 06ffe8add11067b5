"""Report a piece stolen or lost, and take a report back. Reasons are an enumeration, never free text."""

from __future__ import annotations

import secrets
from enum import IntEnum, unique
from typing import Final

from mint.desk import Desk
from mint.errors import InputError
from mint.outbox import Intent
from mint.ownership import deadline, on_ledger, relay, sign_as_owner
from mint.ports import Signer
from mint.signing import report_request
from provenance_schemas.step_kinds import EntryKind


@unique
class ReportReason(IntEnum):
    """As the contract counts them."""

    NOT_STATED = 0
    THEFT = 1
    BURGLARY = 2
    ROBBERY = 3
    FRAUD = 4
    MISLAID = 5
    LOST_IN_TRANSIT = 6
    RECOVERED = 7
    REPORTED_BY_MISTAKE = 8


REASONS: Final = {
    EntryKind.REPORTED_STOLEN: frozenset(
        {ReportReason.THEFT, ReportReason.BURGLARY, ReportReason.ROBBERY, ReportReason.FRAUD}
    ),
    EntryKind.REPORTED_LOST: frozenset({ReportReason.MISLAID, ReportReason.LOST_IN_TRANSIT}),
    EntryKind.REPORT_WITHDRAWN: frozenset({ReportReason.RECOVERED, ReportReason.REPORTED_BY_MISTAKE}),
}
"""Beside NOT_STATED, which goes with all of them."""


def report(
    desk: Desk,
    name: str,
    kind: EntryKind,
    reason: ReportReason = ReportReason.NOT_STATED,
    owner: Signer | None = None,
    *,
    wish: str = "",
) -> Intent:
    """Report a piece, or take its report back. `wish` as in `relay`.

    The owner's key signs, or the stock's for a piece in stock. A report of anybody's piece can also be withdrawn
    by the guardian: that is what happens without a key.
    """
    if kind not in REASONS or (reason and reason not in REASONS[kind]):
        raise InputError(f"{reason.name.lower()} is no reason for {kind.word}")
    with desk.writing():
        token_id = desk.piece(name).token_id
        if owner is None and kind is EntryKind.REPORT_WITHDRAWN and not on_ledger(desk, token_id).in_stock:
            return _withdraw_as_guardian(desk, token_id, reason)

        def call() -> bytes:
            item, until_s = on_ledger(desk, token_id), deadline(desk)
            request = report_request(token_id, kind, reason, item.state, until_s)
            signature = sign_as_owner(desk, item, request, owner)
            return desk.registry_call("reportWithPermit", token_id, int(kind), reason, item.state, until_s, signature)

        return relay(desk, "report", token_id, call, wish)


def _withdraw_as_guardian(desk: Desk, token_id: int, reason: ReportReason) -> Intent:
    key = f"report:{token_id}:{secrets.token_hex(8)}"
    calldata = desk.registry_call("withdrawReport", token_id, int(reason))
    desk.dispatch.outbox.plan([desk.intent(key, "report", "guardian", calldata, {"tokens": [str(token_id)]})])
    return desk.carry_out(key)[0]
