"""Reading and writing the hexadecimal forms of Ethereum's JSON-RPC: quantities, data, addresses."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from mint.localnet.errors import InvalidParamsError
from provenance_schemas.ids import address_of

_QUANTITY: Final = re.compile(r"0x(0|[1-9a-fA-F][0-9a-fA-F]{0,63})")
_DATA: Final = re.compile(r"0x([0-9a-fA-F]{2})*")
_SLOT: Final = re.compile(r"0x[0-9a-fA-F]{1,64}")


def quantity(number: int) -> str:
    """Write a number: hexadecimal without leading zeros."""
    return hex(number)


def data(raw: bytes) -> str:
    """Write bytes: two hexadecimal digits each."""
    return "0x" + raw.hex()


@lru_cache(maxsize=4096)
def address(raw: bytes) -> str:
    """Write an address with its EIP-55 checksum."""
    return address_of(raw)


def parse_quantity(value: object, name: str) -> int:
    """Read a number of at most 256 bits."""
    if not isinstance(value, str) or not _QUANTITY.fullmatch(value):
        raise InvalidParamsError(f"{name} must be a hex quantity like 0x1f, got {str(value)[:80]!r}")
    return int(value, 16)


def parse_data(value: object, name: str, length: int | None = None) -> bytes:
    """Read bytes; exactly `length` of them where one is given."""
    if not isinstance(value, str) or not _DATA.fullmatch(value):
        raise InvalidParamsError(
            f"{name} must be hex data with 0x and an even number of digits, got {str(value)[:80]!r}"
        )
    raw = bytes.fromhex(value[2:])
    if length is not None and len(raw) != length:
        raise InvalidParamsError(f"{name} must be {length} bytes, got {len(raw)}")
    return raw


def parse_slot(value: object) -> int:
    """Read a storage slot, in either form nodes accept: a quantity or 32 bytes of data."""
    if not isinstance(value, str) or not _SLOT.fullmatch(value):
        raise InvalidParamsError(f"a storage slot must be 0x and 1 to 64 hex digits, got {str(value)[:80]!r}")
    return int(value, 16)


def parse_flag(value: object, name: str) -> bool:
    """Read a boolean."""
    if not isinstance(value, bool):
        raise InvalidParamsError(f"{name} must be true or false, got {str(value)[:80]!r}")
    return value
