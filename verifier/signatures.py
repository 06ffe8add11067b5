"""Typed requests (EIP-712) and who signed them: secp256k1 with recovery, 65 bytes, s in its lower half."""

from __future__ import annotations

from typing import Final

import coincurve

from provenance_schemas.ids import Address, address_bytes, address_of
from provenance_schemas.keccak import keccak256
from verifier.errors import SignatureError

SIGNATURE_BYTES: Final = 65
_HALF_ORDER: Final = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0
_V_MIN: Final = 27


def type_hash(text: str) -> bytes:
    """Hash the text of a type, as `Trust(uint64 version,bytes32 content)`."""
    return keccak256(text.encode())


def words(*values: int | str | bytes) -> bytes:
    """Encode numbers, addresses and 32-byte words, 32 bytes each."""
    encoded = b""
    for value in values:
        if isinstance(value, int):
            encoded += value.to_bytes(32)
        elif isinstance(value, str):
            encoded += address_bytes(Address(value)).rjust(32, b"\0")
        else:
            assert len(value) == 32, "a word is 32 bytes"
            encoded += value
    return encoded


def typed_request(domain: bytes, request: bytes) -> bytes:
    """Give the 66 bytes whose keccak256 is signed: 0x19 0x01, the domain's hash, the request's hash."""
    return b"\x19\x01" + keccak256(domain) + keccak256(request)


def recover(digest: bytes, signature: bytes) -> Address:
    """Name the account that signed 32 bytes. Raises SignatureError for what is no signature in its one form."""
    if len(signature) != SIGNATURE_BYTES:
        raise SignatureError(f"a signature is {SIGNATURE_BYTES} bytes, this one is {len(signature)}")
    v = signature[64] - _V_MIN
    if v not in (0, 1):
        raise SignatureError("a signature ends in 27 or 28")
    # The other s signs as well: who accepts both can be shown one signature as two.
    if int.from_bytes(signature[32:64]) > _HALF_ORDER:
        raise SignatureError("the signature's s is in its upper half")
    try:
        key = coincurve.PublicKey.from_signature_and_message(signature[:64] + bytes([v]), digest, hasher=None)
    except Exception as error:  # coincurve raises ValueError and bare Exception
        raise SignatureError("the signature belongs to no key") from error
    return address_of(keccak256(key.format(compressed=False)[1:])[12:])
