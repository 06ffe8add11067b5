"""A hidden code and an address, as people type them; what is wrong is named, so that a page has words for it."""

from __future__ import annotations

from typing import Final

from provenance_schemas import crockford
from provenance_schemas.claim_codes import CODE_LENGTH, ClaimCode
from provenance_schemas.errors import ClaimCodeError, IdError
from provenance_schemas.ids import Address, parse_address
from web.errors import WebError
from web.pieces.catalogue import AddressFault, CodeFault

_TYPED_MAX: Final = 400
_ADDRESS_LENGTH: Final = 42


class CodeFaultError(WebError):
    """A typed code is none. Nothing was asked; the words say which character to look at."""

    def __init__(self, fault: CodeFault, count: int = 0, character: str = "") -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.count = count
        self.character = character


class AddressFaultError(WebError):
    """A typed address is none that a piece can be held at. Nothing was asked."""

    def __init__(self, fault: AddressFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def read_code(typed: str) -> ClaimCode:
    """Read a typed code, or the whole address in a card's symbol. Raises CodeFaultError, which repeats no code."""
    text = typed[:_TYPED_MAX].rpartition("#")[2]
    plain = crockford.normalise(text)
    if not plain.symbols:
        raise CodeFaultError(CodeFault.MISSING)
    if plain.stranger is not None:
        raise CodeFaultError(CodeFault.STRANGER, character=text[plain.stranger])
    if len(plain.symbols) != CODE_LENGTH:
        raise CodeFaultError(CodeFault.LENGTH, count=len(plain.symbols))
    try:
        return ClaimCode.parse(plain.symbols)
    except ClaimCodeError as error:
        raise CodeFaultError(CodeFault.MISTYPED) from error


def read_address(typed: str, *, unusable: frozenset[Address]) -> Address:
    """Read an address that somebody holds. Raises AddressFaultError."""
    text = "".join(typed[:_TYPED_MAX].split())
    if not text:
        raise AddressFaultError(AddressFault.MISSING)
    try:
        address = parse_address(text)
    except IdError as error:
        hexadecimal = len(text) == _ADDRESS_LENGTH and text[:2] == "0x" and _is_hexadecimal(text[2:])
        raise AddressFaultError(AddressFault.CHECKSUM if hexadecimal else AddressFault.MALFORMED) from error
    if not int(address, 16) >> 16 or address in unusable:  # 0 and the precompiled contracts: nobody's
        raise AddressFaultError(AddressFault.UNUSABLE)
    return address


def _is_hexadecimal(text: str) -> bool:
    return all(character in "0123456789abcdefABCDEF" for character in text)
