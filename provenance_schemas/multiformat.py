"""Unsigned varints, the numbers of every IPFS format: seven bits a byte, least significant first."""

from __future__ import annotations

from typing import Final

from provenance_schemas.errors import ContentError

VARINT_MAX_BYTES: Final = 9
"""The multiformats rule: 63 bits, so that it fits a signed 64-bit number everywhere."""


def write_varint(number: int) -> bytes:
    """Spell `number`, 0 to 2^63-1, in as few bytes as it needs."""
    if not 0 <= number < 1 << 7 * VARINT_MAX_BYTES:
        raise ValueError(f"a varint holds 0 to 2^63-1, got {number}")
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def read_varint(content: bytes, start: int) -> tuple[int, int]:
    """Read the varint at `start`; return it and the offset behind it.

    Raises ContentError when it is cut off, longer than 9 bytes, or spelled with more bytes than it needs.
    """
    number = 0
    for count, byte in enumerate(content[start : start + VARINT_MAX_BYTES]):
        number |= (byte & 0x7F) << 7 * count
        if byte < 0x80:
            if byte == 0 and count:
                raise ContentError(f"varint at byte {start} has needless bytes: one number, one spelling")
            return number, start + count + 1
    raise ContentError(f"varint at byte {start} is cut off or longer than {VARINT_MAX_BYTES} bytes")
