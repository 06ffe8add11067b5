"""Rows of the ledger as the audit reads them, and how it says that one is wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, NoReturn

from loyalty.errors import LoyaltyError
from loyalty.events import AwardEvent, EventKind
from loyalty.results import Fault, Reversal
from loyalty.rule import Rule, rule_of
from loyalty.transfers import Account, AccountKind, Transfer, TransferKind
from provenance_schemas.ids import ItemId

Row = Mapping[str, Any]


class WrongRowError(LoyaltyError):
    """A row is not what everything before it makes it."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


def wrong(table: str, row: object, reason: str) -> NoReturn:
    """Name a row that is wrong. Raises WrongRowError."""
    raise WrongRowError(Fault(table, str(row), reason))


def same(table: str, row: object, expected: Mapping[str, Any], found: Row) -> None:
    """Hold the columns of a row to what was recomputed. Raises WrongRowError with the first that differs."""
    for column, value in expected.items():
        if found[column] != value:
            wrong(table, row, f"{column} is {_shown(found[column])}, it must be {_shown(value)}")


def rule_in(row: Row) -> Rule:
    """Read a rule on record. Raises WrongRowError."""
    if hashlib.sha256(row["body"].encode()).digest() != row["hash"]:
        wrong("points_rule", row["id"], "its hash is not that of its text")
    try:
        rule = rule_of(row["body"])
    except LoyaltyError as error:
        wrong("points_rule", row["id"], str(error))
    same("points_rule", rule.id, {"id": rule.id, "version": rule.version}, row)
    return rule


def account_in(row: Row) -> Account:
    """Read an account. Raises WrongRowError."""
    try:
        return Account(AccountKind(row["kind"]), row["owner"])
    except ValueError as error:
        wrong("points_account", row["id"], str(error))


def kind_in(row: Row) -> TransferKind:
    """Read a transfer's kind. Raises WrongRowError."""
    try:
        return TransferKind(row["kind"])
    except ValueError as error:
        wrong("points_transfer", row["id"], str(error))


def reason_in(row: Row) -> Reversal | None:
    """Read a transfer's reason. Raises WrongRowError."""
    try:
        return None if row["reason"] is None else Reversal(row["reason"])
    except ValueError as error:
        wrong("points_transfer", row["id"], str(error))


def event_in(award: Row, transfer: Row) -> AwardEvent:
    """Read the event that an award was paid for. Raises WrongRowError."""
    kind, _, source = transfer["key"].partition(":")
    try:
        return AwardEvent(
            kind=EventKind(kind),
            member=award["member"],
            item=ItemId.parse(award["item"]),
            source=source,
            device=award["device"],
            happened_at=transfer["happened_at"],
            claimant=bool(award["claimant"]),
        )
    except ValueError as error:
        wrong("points_award", award["id"], str(error))


def transfer_row(transfer: Transfer) -> dict[str, Any]:
    """Give the columns that a transfer fills."""
    return {
        "key": transfer.key,
        "body": transfer.body,
        "kind": transfer.kind,
        "cause": transfer.cause,
        "reason": transfer.reason,
        "happened_at": transfer.happened_at,
        "recorded_at": transfer.recorded_at,
    }


def _shown(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else repr(value)[:120]
