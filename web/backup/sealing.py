"""Keys under a passphrase: scrypt, then AES-256-GCM. The passphrase's other key authenticates a backup's manifest.

Without the passphrase the file says how many bytes it has.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import secrets
import stat
import tarfile
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from web.backup.errors import RestoreError

_MAGIC: Final = b"assay/sealed-keys-1\n"
_SALT_BYTES: Final = 16
_NONCE_BYTES: Final = 12
_KEY_BYTES: Final = 32
_COST: Final = {"n": 2**17, "r": 8, "p": 1, "maxmem": 2**28}
"""128 MB and about half a second for every guess."""
_PASSPHRASE_MIN: Final = 12
SEALED_MAX_BYTES: Final = 1 << 24
_FILES_MAX: Final = 10_000
FOLDERS: Final = ("keys", "localnet/keys")


def key_files(data: Path) -> list[Path]:
    """List every file that holds a key."""
    return sorted(path for folder in FOLDERS for path in (data / folder).glob("*") if path.is_file())


@dataclass(frozen=True, slots=True)
class Seal:
    """What a passphrase gives with one salt: a key to hide with, and one to authenticate with."""

    salt: bytes
    hides: bytes = field(repr=False)
    tags: bytes = field(repr=False)

    @classmethod
    def of(cls, passphrase: bytes, salt: bytes | None = None) -> Seal:
        """Derive both, by one scrypt; a new seal has a salt of its own."""
        salt = secrets.token_bytes(_SALT_BYTES) if salt is None else salt
        derived = hashlib.scrypt(passphrase, salt=salt, dklen=2 * _KEY_BYTES, **_COST)
        return cls(salt, derived[:_KEY_BYTES], derived[_KEY_BYTES:])

    @classmethod
    def on(cls, sealed: bytes, passphrase: bytes) -> Seal:
        """Derive the one that sealed keys were sealed with. Raises RestoreError where they are none of ours."""
        salt = sealed[len(_MAGIC) :][:_SALT_BYTES]
        if not sealed.startswith(_MAGIC) or len(sealed) > SEALED_MAX_BYTES or len(salt) != _SALT_BYTES:
            raise RestoreError("the keys of this backup are not sealed as ours are")
        return cls.of(passphrase, salt)

    def tag(self, content: bytes) -> bytes:
        """Authenticate: HMAC-SHA256."""
        return hmac.digest(self.tags, content, "sha256")


def seal_keys(data: Path, seal: Seal) -> bytes:
    """Give every key of a house under a passphrase."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as tar:
        for path in key_files(data):
            content = path.read_bytes()
            entry = tarfile.TarInfo(path.relative_to(data).as_posix())
            entry.size, entry.mode = len(content), 0o600
            tar.addfile(entry, io.BytesIO(content))
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return _MAGIC + seal.salt + nonce + AESGCM(seal.hides).encrypt(nonce, plain.getvalue(), _MAGIC)


def open_keys(sealed: bytes, seal: Seal) -> dict[str, bytes]:
    """Give each key file's name, below the house's folder, and content. Raises RestoreError."""
    body = sealed[len(_MAGIC) + _SALT_BYTES :]
    nonce, hidden = body[:_NONCE_BYTES], body[_NONCE_BYTES:]
    try:
        plain = AESGCM(seal.hides).decrypt(nonce, hidden, _MAGIC)
    except (InvalidTag, ValueError) as error:
        raise RestoreError("the passphrase is not the one that the keys were sealed with") from error
    found: dict[str, bytes] = {}
    with tarfile.open(fileobj=io.BytesIO(plain), mode="r:") as tar:
        for entry in tar.getmembers()[:_FILES_MAX]:
            file = tar.extractfile(entry)
            name = PurePosixPath(entry.name)
            if file is None or str(name.parent) not in FOLDERS:
                raise RestoreError(f"a sealed file would go to {entry.name!r}")
            found[str(name)] = file.read()
    return found


def read_passphrase(path: Path) -> bytes:
    """Read the first line of a private file. Raises RestoreError."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        line = path.read_bytes()[:4_096].splitlines()[0].strip()
    except (OSError, IndexError) as error:
        raise RestoreError(f"{path}: no passphrase can be read there") from error
    if mode & 0o077:
        raise RestoreError(f"{path}: others can read the passphrase: chmod 600 {path}")
    if len(line) < _PASSPHRASE_MIN:
        raise RestoreError(f"{path}: a passphrase has at least {_PASSPHRASE_MIN} characters")
    return line
