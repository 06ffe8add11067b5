"""Keys in a folder of the house: one file each, readable by their owner alone."""

from __future__ import annotations

import os
import re
import secrets
import stat
from pathlib import Path
from typing import Final

import coincurve
from eth_account import Account

from mint.errors import KeyFileError
from mint.ports import SignedTransaction, Transaction
from provenance_schemas.claim_codes import claim_key_address
from provenance_schemas.ids import Address

_KEY_BYTES: Final = 32
_FILE_MAX_BYTES: Final = 200
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_OTHERS: Final = 0o077


class KeySigner:
    """Signer over one key in memory."""

    def __init__(self, key: bytes) -> None:
        self._key = coincurve.PrivateKey(key)
        self._account = Account.from_key(key)
        self._address = claim_key_address(key)

    @property
    def address(self) -> Address:
        """The key's account."""
        return self._address

    def sign_transaction(self, transaction: Transaction) -> SignedTransaction:
        """Sign as an EIP-1559 transaction."""
        fields: dict[str, object] = {
            "type": 2,
            "chainId": transaction.chain_id,
            "nonce": transaction.nonce,
            "data": transaction.calldata,
            "value": transaction.value_wei,
            "gas": transaction.gas,
            "maxFeePerGas": transaction.fee_max_wei,
            "maxPriorityFeePerGas": transaction.tip_wei,
        }
        if transaction.to is not None:
            fields["to"] = transaction.to
        signed = self._account.sign_transaction(fields)
        return SignedTransaction(bytes(signed.raw_transaction), bytes(signed.hash))

    def sign_digest(self, digest: bytes) -> bytes:
        """Sign 32 bytes; libsecp256k1 gives the lower s, with the bit that tells the two keys apart."""
        signature = self._key.sign_recoverable(digest, hasher=None)
        return bytes(signature[:64]) + bytes([27 + signature[64]])


class KeyFolder:
    """KeyRing over a folder of `<name>.key` files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._signers: dict[str, KeySigner] = {}

    def path(self, name: str) -> Path:
        """Name the file of a key. Raises KeyFileError for a name that could lead elsewhere."""
        if not _NAME.fullmatch(name):
            raise KeyFileError(self._folder / f"{name[:64]}.key", "a key's name is lower-case letters, digits, . _ -")
        return self._folder / f"{name}.key"

    def make(self, name: str) -> KeySigner:
        """Draw a key where there is none of that name yet. An existing one is kept, so this may be repeated."""
        path = self.path(name)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            write_key(path, draw_key())
        return self.signer(name)

    def signer(self, name: str) -> KeySigner:
        """Give one key. Raises KeyFileError where there is none, or others can read it."""
        if name not in self._signers:
            self._signers[name] = KeySigner(read_key(self.path(name)))
        return self._signers[name]


def draw_key() -> bytes:
    """Draw a secp256k1 key of 32 bytes."""
    while True:
        key = secrets.token_bytes(_KEY_BYTES)
        try:
            coincurve.PrivateKey(key)
        except ValueError:  # outside the curve's order: once in 2^128
            continue
        return key


def write_key(path: Path, key: bytes) -> None:
    """Write a key file, mode 600, whole or not at all. Raises KeyFileError where a file stands already."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(key.hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(temporary, path)  # unlike a rename, never takes the place of a key
    except OSError as error:
        reason = "a file stands there already; it was kept" if isinstance(error, FileExistsError) else str(error)
        raise KeyFileError(path, reason) from error
    finally:
        temporary.unlink(missing_ok=True)
    _sync(path.parent)


def read_key(path: Path) -> bytes:
    """Read a key file; 32 bytes. Raises KeyFileError when it is missing, malformed or open to others."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        with path.open("rb") as file:
            text = file.read(_FILE_MAX_BYTES).decode("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise KeyFileError(path, f"no key can be read there ({error})") from error
    if mode & _OTHERS:
        raise KeyFileError(path, f"mode is {mode:o}, so others could read it; set 600")
    try:
        key = bytes.fromhex(text.removeprefix("0x"))
        coincurve.PrivateKey(key)
    except ValueError as error:
        raise KeyFileError(path, "not a key of 32 bytes in hexadecimal") from error
    if len(key) != _KEY_BYTES:
        raise KeyFileError(path, f"holds {len(key)} bytes, a key has {_KEY_BYTES}")
    return key


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
