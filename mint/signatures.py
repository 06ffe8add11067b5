"""secp256k1 signatures in every form signers give them, brought to the one form the chain takes. Pure.

    65 bytes r | s | v     as web3signer and wallets give them
    ECDSA-Sig-Value, DER   as key management services give them, without v and with s in either half

Nothing is believed: a signature counts only when the account recovered from it is the one that was to sign.
"""

from __future__ import annotations

from typing import Final

from coincurve import PublicKey

from provenance_schemas.ids import Address, address_of
from provenance_schemas.keccak import keccak256
from verifier import errors
from verifier.signatures import recover

ORDER: Final = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
SIGNATURE_BYTES: Final = 65
_WORD: Final = 32
_V: Final = 27
_POINT_BYTES: Final = 65
# SEQUENCE { SEQUENCE { OID ecPublicKey, OID secp256k1 }, BIT STRING of an uncompressed point }, RFC 5480
_SPKI: Final = bytes.fromhex("3056301006072a8648ce3d020106052b8104000a034200")
_DER_BYTES_MAX: Final = 72
_SEQUENCE: Final = 0x30
_INTEGER: Final = 0x02
_SIGN_BIT: Final = 0x80


class SignatureError(ValueError):
    """A signature or public key cannot be used: malformed, malleable, or somebody else's."""


def account_of(point: bytes) -> Address:
    """Name the account of a public key: 64 bytes x | y, or 65 with the leading 4."""
    raw = point if len(point) == _POINT_BYTES else b"\x04" + point
    if len(raw) != _POINT_BYTES:
        raise SignatureError(f"a public key has 64 bytes, got {len(point)}")
    try:
        PublicKey(raw)
    except ValueError as error:
        raise SignatureError("these 64 bytes are no public key of secp256k1") from error
    return address_of(keccak256(raw[1:])[12:])


def account_of_spki(der: bytes) -> Address:
    """Name the account of a public key given as SubjectPublicKeyInfo in DER."""
    if not der.startswith(_SPKI) or len(der) != len(_SPKI) + _POINT_BYTES:
        raise SignatureError("not a SubjectPublicKeyInfo of an uncompressed secp256k1 key")
    return account_of(der[len(_SPKI) :])


def check_signature(signature: bytes, digest: bytes, account: Address) -> bytes:
    """Give back a signature that is `account`'s over `digest`; v may be 0, 1, 27 or 28 and comes back as 27 or 28.

    Raises SignatureError when it is malformed, has its s in the upper half, or is anybody else's.
    """
    if len(signature) != SIGNATURE_BYTES:
        raise SignatureError(f"a signature has {SIGNATURE_BYTES} bytes, got {len(signature)}")
    r, s = int.from_bytes(signature[:_WORD]), int.from_bytes(signature[_WORD : 2 * _WORD])
    bit = signature[-1] - _V if signature[-1] >= _V else signature[-1]
    if not (0 < r < ORDER and 0 < s < ORDER and bit in (0, 1)):
        raise SignatureError("r, s or v is out of range")
    if s > ORDER // 2:
        raise SignatureError("its s is in the upper half of the order, so anybody could make a second one of it")
    found = _recover(signature[:-1], bit, digest)
    if found != account:
        raise SignatureError(f"it is that of {found}, not of {account}" if found else "no account can be recovered")
    return signature[:-1] + bytes([_V + bit])


def signature_of_der(der: bytes, digest: bytes, account: Address) -> bytes:
    """Give the 65 bytes of a DER signature: s brought to its lower half, v found by recovering both accounts.

    Raises SignatureError when it is malformed or not `account`'s over `digest`.
    """
    r, s = _der_numbers(der)
    if not (0 < r < ORDER and 0 < s < ORDER):
        raise SignatureError("r or s is out of range")
    body = r.to_bytes(_WORD) + min(s, ORDER - s).to_bytes(_WORD)
    for bit in (0, 1):
        if _recover(body, bit, digest) == account:
            return body + bytes([_V + bit])
    raise SignatureError(f"it is not that of {account}")


def _recover(body: bytes, bit: int, digest: bytes) -> Address | None:
    try:
        return recover(digest, body + bytes([_V + bit]))
    except errors.SignatureError:  # r is no point of the curve
        return None


def _der_numbers(der: bytes) -> tuple[int, int]:
    """Read SEQUENCE { INTEGER r, INTEGER s } as DER has it: shortest form, nothing after it."""
    if not 8 <= len(der) <= _DER_BYTES_MAX or der[0] != _SEQUENCE or der[1] != len(der) - 2:
        raise SignatureError("not an ECDSA-Sig-Value in DER")
    r, rest = _der_integer(der[2:])
    s, rest = _der_integer(rest)
    if rest:
        raise SignatureError("bytes follow the DER signature")
    return r, s


def _der_integer(data: bytes) -> tuple[int, bytes]:
    if len(data) < 3 or data[0] != _INTEGER or not 0 < data[1] <= len(data) - 2:
        raise SignatureError("not an ECDSA-Sig-Value in DER")
    content, rest = data[2 : 2 + data[1]], data[2 + data[1] :]
    if content[0] & _SIGN_BIT or (len(content) > 1 and content[0] == 0 and not content[1] & _SIGN_BIT):
        raise SignatureError("a number of the DER signature is negative or not in its shortest form")
    return int.from_bytes(content), rest
