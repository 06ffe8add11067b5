"""Which block a caller means: tags, numbers and EIP-1898 objects."""

from __future__ import annotations

from typing import Final

from mint.localnet.errors import HeaderNotFoundError, InvalidParamsError
from mint.localnet.headers import Header
from mint.localnet.ledger import Ledger
from mint.localnet.quantities import parse_data, parse_flag, parse_quantity

NEWEST: Final = frozenset({"latest", "pending", "safe", "finalized"})
"""One authority seals and no block is ever replaced, so these are one block."""


def find_block(ledger: Ledger, value: object) -> Header | None:
    """Find the block that `value` names; None where there is no such block.

    `value` is a tag, a hex number, {"blockNumber": ...} or {"blockHash": ..., "requireCanonical": ...}.
    Raises InvalidParamsError for anything else.
    """
    if isinstance(value, dict):
        return _find_by_object(ledger, value)
    return _find_by_name(ledger, value)


def _find_by_name(ledger: Ledger, value: object) -> Header | None:
    if isinstance(value, str) and value in NEWEST:
        return ledger.head
    if value == "earliest":
        return ledger.header(0)
    return ledger.header(parse_quantity(value, "block"))


def _find_by_object(ledger: Ledger, value: dict[str, object]) -> Header | None:
    unknown = value.keys() - {"blockNumber", "blockHash", "requireCanonical"}
    if unknown or ("blockNumber" in value) == ("blockHash" in value):
        raise InvalidParamsError("a block object has either blockNumber or blockHash (EIP-1898)")
    if "requireCanonical" in value:
        parse_flag(value["requireCanonical"], "requireCanonical")  # every block here is canonical
    if "blockHash" in value:
        return find_by_hash(ledger, value["blockHash"])
    return _find_by_name(ledger, value["blockNumber"])


def find_by_hash(ledger: Ledger, value: object) -> Header | None:
    """Find a block by its hash of 32 bytes."""
    number = ledger.number_of(parse_data(value, "block hash", 32))
    return None if number is None else ledger.header(number)


def need_block(ledger: Ledger, value: object) -> Header:
    """Find a block, or raise HeaderNotFoundError."""
    header = find_block(ledger, value)
    if header is None:
        raise HeaderNotFoundError
    return header
