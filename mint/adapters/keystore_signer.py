"""Keys in a folder of the house: one file each, readable by their owner alone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import coincurve

from mint.adapters.transaction_bytes import signed_transaction, unsigned_bytes
from mint.errors import KeyFileError
from mint.key_files import draw_key, private_folder, read_key, write_key
from mint.ports import SignedTransaction, Transaction
from provenance_schemas.claim_codes import claim_key_address
from provenance_schemas.ids import Address
from provenance_schemas.keccak import keccak256

__all__ = ["KeyFolder", "KeySigner", "draw_key", "read_key", "write_key"]

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


class KeySigner:
    """Signer over one key in memory."""

    def __init__(self, key: bytes) -> None:
        self._key = coincurve.PrivateKey(key)
        self._address = claim_key_address(key)

    def __repr__(self) -> str:
        return f"KeySigner({self._address})"

    @property
    def address(self) -> Address:
        """The key's account."""
        return self._address

    def sign_transaction(self, transaction: Transaction) -> SignedTransaction:
        """Sign as an EIP-1559 transaction."""
        return signed_transaction(transaction, self.sign_hashed(unsigned_bytes(transaction)))

    def sign_hashed(self, data: bytes) -> bytes:
        """Sign keccak256 of `data`; libsecp256k1 gives the lower s, with the bit that tells the two keys apart."""
        signature = self._key.sign_recoverable(keccak256(data), hasher=None)
        return bytes(signature[:64]) + bytes([27 + signature[64]])


class KeyFolder:
    """Files of keys, `<name>.key` each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, name: str, ending: str = "key") -> Path:
        """Name the file of a key. Raises KeyFileError for a name that could lead elsewhere."""
        path = self.folder / f"{name[:64]}.{ending}"
        if not _NAME.fullmatch(name):
            raise KeyFileError(path, "a key's name is lower-case letters, digits, . _ -")
        return path

    def make(self, name: str) -> KeySigner:
        """Draw a key where there is none of that name yet. An existing one is kept, so this may be repeated."""
        path = self.path(name)
        private_folder(self.folder)
        if not path.exists():
            write_key(path, draw_key())
        return self.signer(name)

    def signer(self, name: str) -> KeySigner:
        """Give one key. Raises KeyFileError where there is none, or others can read it."""
        return KeySigner(read_key(self.path(name)))
