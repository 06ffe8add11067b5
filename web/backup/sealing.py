"""Keys under a passphrase: scrypt, then AES-256-GCM. Without the passphrase the file says how many bytes it has."""

from __future__ import annotations

import hashlib
import io
import secrets
import stat
import tarfile
from pathlib import Path, PurePosixPath
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from web.backup.errors import RestoreError

_MAGIC: Final = b"assay/sealed-keys-1\n"
_SALT_BYTES: Final = 16
_NONCE_BYTES: Final = 12
_COST: Final = {"n": 2**17, "r": 8, "p": 1, "maxmem": 2**28}
"""128 MB and about half a second for every guess."""
_PASSPHRASE_MIN: Final = 12
_SIZE_MAX_BYTES: Final = 1 << 24
_FILES_MAX: Final = 10_000
FOLDERS: Final = ("keys", "localnet/keys")


def key_files(data: Path) -> list[Path]:
    """List every file that holds a key."""
    return sorted(path for folder in FOLDERS for path in (data / folder).glob("*") if path.is_file())


def seal_keys(data: Path, passphrase: bytes) -> bytes:
    """Give every key of a house under a passphrase."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as tar:
        for path in key_files(data):
            content = path.read_bytes()
            entry = tarfile.TarInfo(path.relative_to(data).as_posix())
            entry.size, entry.mode = len(content), 0o600
            tar.addfile(entry, io.BytesIO(content))
    salt, nonce = secrets.token_bytes(_SALT_BYTES), secrets.token_bytes(_NONCE_BYTES)
    return _MAGIC + salt + nonce + AESGCM(_derived(passphrase, salt)).encrypt(nonce, plain.getvalue(), _MAGIC)


def open_keys(sealed: bytes, passphrase: bytes) -> dict[str, bytes]:
    """Give each key file's name, below the house's folder, and content. Raises RestoreError."""
    if not sealed.startswith(_MAGIC) or len(sealed) > _SIZE_MAX_BYTES:
        raise RestoreError("the keys of this backup are not sealed as ours are")
    body = sealed[len(_MAGIC) :]
    salt, nonce, hidden = body[:_SALT_BYTES], body[_SALT_BYTES:][:_NONCE_BYTES], body[_SALT_BYTES + _NONCE_BYTES :]
    try:
        plain = AESGCM(_derived(passphrase, salt)).decrypt(nonce, hidden, _MAGIC)
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


def _derived(passphrase: bytes, salt: bytes) -> bytes:
    return hashlib.scrypt(passphrase, salt=salt, dklen=32, **_COST)
