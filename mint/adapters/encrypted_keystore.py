"""Keys encrypted in files: Web3 Secret Storage, version 3, as every Ethereum client and wallet reads it.

The passphrase comes from a private file or from whoever sits at the terminal, never from the command line.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from eth_keyfile.keyfile import create_keyfile_json, decode_keyfile_json

from mint.errors import KeyFileError
from mint.key_files import KEY_BYTES, read_secret, write_secret
from provenance_schemas.claim_codes import claim_key_address
from provenance_schemas.ids import Address, address_of

SCRYPT_COST: Final = 2**18
"""n of scrypt with r = 8 and p = 1: 256 MiB and about a second, once for each opening."""

PASSPHRASE_CHARACTERS_MIN: Final = 12
_PASSPHRASE_MAX_BYTES: Final = 1_024
_COST_MAX: Final = 2**20
_MEMORY_MAX_BYTES: Final = 2**30
_ROUNDS_MAX: Final = 10_000_000


def write_keystore(
    path: Path, key: bytes, passphrase: str, *, cost: int = SCRYPT_COST, replace: bool = False
) -> Address:
    """Encrypt a key into a file of mode 600; give its account. Raises KeyFileError where a file stands already."""
    check_passphrase(path, passphrase)
    content = create_keyfile_json(key, passphrase.encode(), version=3, kdf="scrypt", iterations=cost)
    if decrypt_keystore(path, json.dumps(content).encode(), passphrase) != key:
        raise KeyFileError(path, "what was encrypted does not open again; nothing was written")
    write_secret(path, json.dumps(content, indent=1) + "\n", replace=replace)
    return claim_key_address(key)


def read_keystore(path: Path, passphrase: str) -> bytes:
    """Open an encrypted key; 32 bytes.

    Raises KeyFileError when the file is missing, open to others or malformed, asks for more work than anybody's
    keystore does, or the passphrase is wrong.
    """
    return decrypt_keystore(path, read_secret(path), passphrase)


def decrypt_keystore(path: Path, content: bytes, passphrase: str) -> bytes:
    """Open the bytes of an encrypted key, as `read_keystore`; `path` is only named in errors."""
    keystore = _parsed(path, content)
    try:
        key = bytes(decode_keyfile_json(keystore, passphrase.encode()))
    except ValueError as error:  # its own error for a wrong passphrase is one
        reason = "the passphrase is wrong" if "MAC" in str(error) else "damaged"
        raise KeyFileError(path, reason) from error
    except (KeyError, TypeError, OverflowError, MemoryError) as error:
        raise KeyFileError(path, "not a version 3 keystore, or damaged") from error
    if len(key) != KEY_BYTES:
        raise KeyFileError(path, f"holds {len(key)} bytes, a key has {KEY_BYTES}")
    named = keystore.get("address")
    if named is not None and _plain(str(named)) != _plain(claim_key_address(key)):
        raise KeyFileError(path, "the account it names is not that of the key inside")
    return key


def keystore_account(path: Path) -> Address | None:
    """Give the account that a keystore says it holds, without opening it; None when it keeps that to itself."""
    named = _parsed(path, read_secret(path)).get("address")
    try:
        return address_of(bytes.fromhex(_plain(str(named)))) if named is not None else None
    except ValueError as error:
        raise KeyFileError(path, "the account it names is no account") from error


def read_passphrase(path: Path) -> str:
    """Read a passphrase from a private file: its first line. Raises KeyFileError."""
    content = read_secret(path, size_max_bytes=_PASSPHRASE_MAX_BYTES)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise KeyFileError(path, "a passphrase is text in UTF-8") from error
    line = text.splitlines()[0] if text else ""
    if not line:
        raise KeyFileError(path, "its first line, the passphrase, is empty")
    return line


def check_passphrase(path: Path, passphrase: str) -> None:
    """Refuse a passphrase that is tried out in an afternoon. `path` is the file it is for."""
    if len(passphrase) < PASSPHRASE_CHARACTERS_MIN:
        raise KeyFileError(path, f"a passphrase has at least {PASSPHRASE_CHARACTERS_MIN} characters")


def _parsed(path: Path, content: bytes) -> dict[str, Any]:
    """Read the JSON, and bound the work it asks for before any of it is done."""
    try:
        keystore = json.loads(content)
        crypto = keystore["crypto"]
        version, kdf, asked = keystore["version"], crypto["kdf"], crypto["kdfparams"]
        if version != 3 or crypto["cipher"] != "aes-128-ctr" or asked["dklen"] != KEY_BYTES:
            raise KeyFileError(path, "not a version 3 keystore with aes-128-ctr")
        if kdf == "scrypt":
            n, r, p = int(asked["n"]), int(asked["r"]), int(asked["p"])
            small = 2 <= n <= _COST_MAX and n & (n - 1) == 0 and 1 <= r <= 32 and 1 <= p <= 16
            bounded = small and 128 * n * r <= _MEMORY_MAX_BYTES
        else:
            bounded = kdf == "pbkdf2" and 1 <= int(asked["c"]) <= _ROUNDS_MAX
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise KeyFileError(path, "not a version 3 keystore, or damaged") from error
    if not bounded:
        raise KeyFileError(path, "asks for work beyond all measure; no wallet writes such a keystore")
    return dict(keystore)


def _plain(address: str) -> str:
    return address.removeprefix("0x").lower()
