"""Root keys of a signed trust file: one file each, readable by its owner alone, used where the person is."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path
from typing import Final

import coincurve

from provenance_schemas.ids import Address, address_of
from provenance_schemas.keccak import keccak256
from verifier.errors import TrustError

_KEY_BYTES: Final = 32
_FILE_MAX_BYTES: Final = 200
_OTHERS: Final = 0o077


class TrustKey:
    """One key in memory."""

    def __init__(self, key: bytes) -> None:
        self._key = coincurve.PrivateKey(key)
        self.address: Address = address_of(keccak256(self._key.public_key.format(compressed=False)[1:])[12:])

    def sign(self, request: bytes) -> bytes:
        """Sign keccak256 of a request: r, s, v, 65 bytes, s in its lower half."""
        signature = self._key.sign_recoverable(keccak256(request), hasher=None)
        return bytes(signature[:64]) + bytes([27 + signature[64]])


def make_trust_key(path: Path) -> TrustKey:
    """Draw a key and write it to a new file, mode 600. Raises TrustError where a file stands already."""
    key = secrets.token_bytes(_KEY_BYTES)
    signer = TrustKey(key)  # outside the curve's order once in 2^128: then this raises, and nothing was written
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(key.hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError as error:
        raise TrustError(f"{path}: a file stands there already; it was kept") from error
    except OSError as error:
        raise TrustError(f"{path}: the key cannot be written ({error.strerror})") from error
    return signer


def read_trust_key(path: Path) -> TrustKey:
    """Read a key file: 32 bytes in hexadecimal. Raises TrustError when it is missing, malformed or open to others."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        with path.open("rb") as file:
            text = file.read(_FILE_MAX_BYTES).decode("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise TrustError(f"{path}: no key can be read there") from error
    if mode & _OTHERS:
        raise TrustError(f"{path}: mode is {mode:o}, so others could read the key; set 600")
    try:
        key = bytes.fromhex(text.removeprefix("0x"))
        if len(key) != _KEY_BYTES:
            raise ValueError
        return TrustKey(key)
    except ValueError as error:
        raise TrustError(f"{path}: not a key of 32 bytes in hexadecimal") from error
