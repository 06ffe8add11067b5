"""Private files that hold a key or another secret: written whole or not at all, readable by their owner alone.

The one place that writes such files, for the house, its customers' keys and the embedded ledger alike.
"""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path
from typing import Final

import coincurve

from mint.errors import KeyFileError
from verifier.adapters.whole_files import sync_folder

KEY_BYTES: Final = 32
SECRET_MAX_BYTES: Final = 16_384
_KEY_TEXT_MAX_BYTES: Final = 200
_OTHERS: Final = 0o077


def draw_key() -> bytes:
    """Draw a secp256k1 key of 32 bytes."""
    while True:
        key = secrets.token_bytes(KEY_BYTES)
        try:
            coincurve.PrivateKey(key)
        except ValueError:  # outside the curve's order: once in 2^128
            continue
        return key


def write_key(path: Path, key: bytes) -> None:
    """Write a key file, as hexadecimal. Raises KeyFileError where a file stands already."""
    write_secret(path, key.hex() + "\n")


def read_key(path: Path) -> bytes:
    """Read a key file; 32 bytes. Raises KeyFileError when it is missing, malformed or open to others."""
    try:
        text = read_secret(path, size_max_bytes=_KEY_TEXT_MAX_BYTES).decode("ascii").strip()
    except UnicodeDecodeError as error:
        raise KeyFileError(path, "no key can be read there (it is not text)") from error
    return parse_key(path, text)


def parse_key(path: Path, text: str) -> bytes:
    """Read a key from hexadecimal, with or without 0x; 32 bytes. `path` is where the text stood, for the error."""
    try:
        key = bytes.fromhex(text.removeprefix("0x"))
        coincurve.PrivateKey(key)
    except ValueError as error:
        raise KeyFileError(path, "not a key of 32 bytes in hexadecimal") from error
    if len(key) != KEY_BYTES:
        raise KeyFileError(path, f"holds {len(key)} bytes, a key has {KEY_BYTES}")
    return key


def read_secret(path: Path, *, size_max_bytes: int = SECRET_MAX_BYTES) -> bytes:
    """Read a private file. Raises KeyFileError when it is missing, too long, or open to others."""
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            content = file.read(size_max_bytes + 1)
    except OSError as error:
        raise KeyFileError(path, f"no key can be read there ({error})") from error
    if mode & _OTHERS:
        raise KeyFileError(path, f"mode is {mode:o}, so others could read it; set 600")
    if len(content) > size_max_bytes:
        raise KeyFileError(path, f"longer than {size_max_bytes} bytes; this is no such file")
    return content


def write_secret(path: Path, text: str, *, replace: bool = False) -> None:
    """Write a private file, mode 600, whole or not at all.

    Raises KeyFileError where a file stands already, unless it is to be replaced.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            temporary.replace(path)
        else:
            os.link(temporary, path)  # unlike a rename, never takes the place of a key
    except OSError as error:
        reason = "a file stands there already; it was kept" if isinstance(error, FileExistsError) else str(error)
        raise KeyFileError(path, reason) from error
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


def erase_secret(path: Path) -> None:
    """Overwrite a private file with zeros, then remove it; nothing where there is none.

    What a copy-on-write disk, a snapshot or a backup keeps of it is out of reach: rotate a key that was copied.
    """
    try:
        size = path.stat().st_size
        with path.open("r+b") as file:
            file.write(bytes(size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    except FileNotFoundError:
        return
    except OSError as error:
        raise KeyFileError(path, f"it could not be erased ({error}); remove it by hand") from error
    sync_folder(path.parent)


def private_folder(folder: Path) -> None:
    """Make a folder that only its owner can enter, or close one that stands open."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if stat.S_IMODE(folder.stat().st_mode) & _OTHERS:
            folder.chmod(0o700)
    except OSError as error:
        raise KeyFileError(folder, f"no folder for keys can be made there ({error})") from error
