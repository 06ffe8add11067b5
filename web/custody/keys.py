"""The keys of pieces held for people, all derived from one file.

    custody.key -> HMAC-SHA256 of the piece and the number of its holding -> salt
    custody.key -> HKDF-SHA256 with that salt, for the piece alone -> secp256k1 key -> its address

No address serves two pieces, so nobody can see on the ledger which pieces have one owner. The table knows the salt
and the address; without the file it opens nothing. The file alone opens everything: holdings of a piece are numbered
from 0, so whoever has it finds the key of an address again although its row is lost.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from mint.adapters.keystore_signer import KeySigner, draw_key, read_key, write_key
from mint.errors import KeyFileError
from provenance_schemas.claim_codes import claim_key_address
from provenance_schemas.ids import Address, ItemId, address_bytes
from web.custody.errors import CustodyKeyError

TRIES: Final = 1_000
"""Holdings of one piece that are looked through: each claim of it, also one that was refused, is one."""
TRIES_MAX: Final = 1_000_000
_TAG: Final = b"assay/custody/1"
_SALT_TAG: Final = b"assay/custody/salt/1"
_COUNTER_BYTES: Final = 8
_ORDER: Final = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
_BLOCKS: Final = 2
_WIDE_BYTES: Final = 48


@dataclass(frozen=True, slots=True)
class HoldingKey:
    """A key that was found again."""

    counter: int
    """How many holdings of the piece were before."""
    key: bytes = field(repr=False)


class CustodyKeys:
    """Derives the signer of a holding; shows and logs none."""

    def __init__(self, master: bytes, path: Path) -> None:
        self._master = master
        self._path = path

    def __repr__(self) -> str:
        return "CustodyKeys(...)"

    def new_address(self, item: ItemId, counter: int) -> tuple[bytes, Address]:
        """Give salt and address of a piece's next holding; `counter` is how many it had before."""
        salt = custody_salt(self._master, item, counter)
        return salt, claim_key_address(custody_key(self._master, item, salt))

    def find_holding_key(self, item: ItemId, address: Address, tries: int = TRIES) -> HoldingKey | None:
        """Find the key of an address that the ledger names, from the file alone; None when none of `tries` is it."""
        assert 0 < tries <= TRIES_MAX, tries
        for counter in range(tries):
            key = custody_key(self._master, item, custody_salt(self._master, item, counter))
            if claim_key_address(key) == address:
                return HoldingKey(counter, key)
        return None

    def signer(self, item: ItemId, salt: bytes, address: Address) -> KeySigner:
        """Give the signer of a holding. Raises CustodyKeyError when the file is another one than then."""
        signer = KeySigner(custody_key(self._master, item, salt))
        if signer.address != address:
            raise CustodyKeyError(self._path, "it is not the key that this address was made with")
        return signer


def custody_salt(master: bytes, item: ItemId, counter: int) -> bytes:
    """Derive the salt of a piece's holding number `counter`; 32 bytes.

    HMAC-SHA256 with the 32 bytes of the file, of "assay/custody/salt/1" | chainId (32) | contract (20) | tokenId (32)
    | counter (8), numbers big-endian.
    """
    said = _SALT_TAG + _item_bytes(item) + counter.to_bytes(_COUNTER_BYTES)
    return hmac.digest(master, said, hashlib.sha256)


def custody_key(master: bytes, item: ItemId, salt: bytes) -> bytes:
    """Derive the key of one holding; 32 bytes.

    HKDF-SHA256 (RFC 5869) of the 32 bytes of the file with the 32 bytes of salt, 48 bytes long, with
    info = "assay/custody/1" | chainId (32) | contract (20) | tokenId (32), numbers big-endian.
    key = those 48 bytes as a big-endian number mod (n - 1), plus 1, as claim keys are made (FIPS 186-5, A.2.1).
    """
    info = _TAG + _item_bytes(item)
    prk = hmac.digest(salt, master, hashlib.sha256)
    wide = block = b""
    for number in range(1, _BLOCKS + 1):
        block = hmac.digest(prk, block + info + bytes([number]), hashlib.sha256)
        wide += block
    return (int.from_bytes(wide[:_WIDE_BYTES]) % (_ORDER - 1) + 1).to_bytes(32)


def load_custody_keys(path: Path, *, in_use: bool) -> CustodyKeys:
    """Read the custody key, or make it where nothing was ever held with one.

    Raises CustodyKeyError when it is missing although pieces are held, when others can read it, or it is damaged.
    """
    if not path.exists() and in_use:
        raise CustodyKeyError(path, "missing, and pieces are held with it")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _make(path)
        return CustodyKeys(read_key(path), path)
    except KeyFileError as error:
        raise CustodyKeyError(path, error.reason) from error


def _item_bytes(item: ItemId) -> bytes:
    return item.chain_id.to_bytes(32) + address_bytes(item.contract) + item.token_id.to_bytes(32)


def _make(path: Path) -> None:
    """Write a new key, unless another process was first."""
    try:
        write_key(path, draw_key())
    except KeyFileError:
        if not path.exists():
            raise
