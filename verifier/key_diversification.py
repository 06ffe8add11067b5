"""AES-128 keys of single chips from one master key: NXP AN10922, section 2.2. Pure; no key of ours is here.

A chip that is opened gives its own keys away, and nobody else's: the master key is in no chip.
"""

from __future__ import annotations

from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC, ECB

KEY_BYTES: Final = 16
INPUT_BYTES_MAX: Final = 31
_AES_128: Final = b"\x01"
"""The constant of AES-128 diversification, before the input."""
_PADDED_BYTES: Final = 2 * KEY_BYTES
_REDUCTION: Final = 0x87
"""Of the field of 2^128 elements, as CMAC has it (RFC 4493, 2.3)."""


def diversify(master: bytes, diversification_input: bytes) -> bytes:
    """Derive one chip's key, 16 bytes, from a master key of 16 bytes and an input of 1 to 31 bytes.

    1. The constant and the input, padded to two blocks with 80 00...
    2. As in CMAC, the last block is mixed with a subkey: the first one where nothing was padded, else the second.
    3. CBC under the master key; the last block is the key.

    Not CMAC itself: that would pad a short input to one block only. Raises ValueError for a length that cannot be.
    """
    if len(master) != KEY_BYTES:
        raise ValueError(f"a master key has {KEY_BYTES} bytes, this one has {len(master)}")
    if not 1 <= len(diversification_input) <= INPUT_BYTES_MAX:
        raise ValueError(f"a diversification input has 1 to {INPUT_BYTES_MAX} bytes, got {len(diversification_input)}")
    content = _AES_128 + diversification_input
    whole = len(content) == _PADDED_BYTES
    padded = content if whole else (content + b"\x80").ljust(_PADDED_BYTES, b"\0")  # 1.
    first, second = _subkeys(master)
    mixed = padded[:KEY_BYTES] + _xor(padded[KEY_BYTES:], first if whole else second)  # 2.
    running = Cipher(AES(master), CBC(bytes(KEY_BYTES))).encryptor()
    return (running.update(mixed) + running.finalize())[-KEY_BYTES:]  # 3.


def _subkeys(master: bytes) -> tuple[bytes, bytes]:
    running = Cipher(AES(master), ECB()).encryptor()  # noqa: S305 - one block of zeros, as CMAC derives its subkeys
    first = _doubled(running.update(bytes(KEY_BYTES)) + running.finalize())
    return first, _doubled(first)


def _doubled(block: bytes) -> bytes:
    number = int.from_bytes(block) << 1
    return (number & (1 << 128) - 1 ^ (_REDUCTION if number >> 128 else 0)).to_bytes(KEY_BYTES)


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))
