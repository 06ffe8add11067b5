"""The node's own key: made on first start, readable by its owner alone."""

from __future__ import annotations

from pathlib import Path

import coincurve

from mint.errors import KeyFileError as PrivateFileError
from mint.key_files import draw_key, private_folder, read_key, write_key
from mint.localnet.errors import KeyFileError
from provenance_schemas.keccak import keccak256


def funder_key(data_dir: Path) -> bytes:
    """Read the key whose account holds all funds of the chain; 32 bytes.

    Raises KeyFileError when there is none, it is malformed, or other users can read it.
    """
    path = _funder_path(data_dir)
    if not path.exists():
        raise KeyFileError(f"no funder key in {data_dir}: {path} is missing")
    try:
        return read_key(path)
    except PrivateFileError as error:
        raise KeyFileError(str(error)) from error


def make_funder_key(data_dir: Path) -> bytes:
    """Make the funder's key where there is none yet, and give it. An existing file is never overwritten."""
    path = _funder_path(data_dir)
    if not path.exists():
        try:
            private_folder(path.parent)
            write_key(path, draw_key())
        except PrivateFileError as error:
            raise KeyFileError(str(error)) from error
    return funder_key(data_dir)


def address_of_key(key: bytes) -> bytes:
    """Give the 20 address bytes of a key."""
    public: bytes = coincurve.PrivateKey(key).public_key.format(compressed=False)
    return keccak256(public[1:])[12:]


def _funder_path(data_dir: Path) -> Path:
    return data_dir / "keys" / "funder.key"
