"""The node's own keys: made on first start, readable by their owner alone."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path
from typing import Final

import coincurve

from mint.localnet.errors import KeyFileError
from provenance_schemas.keccak import keccak256

_KEY_BYTES: Final = 32


def funder_key(data_dir: Path) -> bytes:
    """Read the key whose account holds all funds of the chain; 32 bytes.

    Raises KeyFileError when there is none, it is malformed, or other users can read it.
    """
    path = _funder_path(data_dir)
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        text = path.read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise KeyFileError(f"no funder key in {data_dir}: {error}") from error
    if mode & 0o077:
        raise KeyFileError(f"{path} has mode {mode:o}; other users must not read it, set 600")
    try:
        key = bytes.fromhex(text.strip())
        coincurve.PrivateKey(key)
    except ValueError as error:
        raise KeyFileError(f"{path} is not a key of {_KEY_BYTES} bytes in hex") from error
    if len(key) != _KEY_BYTES:
        raise KeyFileError(f"{path} holds {len(key)} bytes, a key has {_KEY_BYTES}")
    return key


def make_funder_key(data_dir: Path) -> bytes:
    """Make the funder's key where there is none yet, and give it. An existing file is never overwritten."""
    path = _funder_path(data_dir)
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.chmod(0o700)
        key = _draw_key()
        temporary = path.with_suffix(f".{os.getpid()}.new")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(key.hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        _sync_folder(path.parent)
    return funder_key(data_dir)


def address_of_key(key: bytes) -> bytes:
    """Give the 20 address bytes of a key."""
    public: bytes = coincurve.PrivateKey(key).public_key.format(compressed=False)
    return keccak256(public[1:])[12:]


def _funder_path(data_dir: Path) -> Path:
    return data_dir / "keys" / "funder.key"


def _draw_key() -> bytes:
    while True:
        key = secrets.token_bytes(_KEY_BYTES)
        try:
            coincurve.PrivateKey(key)
        except ValueError:  # outside the curve's order: once in 2^128
            continue
        return key


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
