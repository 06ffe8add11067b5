"""The site's one secret, in a file for its owner alone. Every use derives a key of its own from it."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import stat
from pathlib import Path
from typing import Final

from web.errors import WebError

SIZE_BYTES: Final = 32


class SecretFileError(WebError):
    """The secret's file cannot be used. Nothing was started."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class Secret:
    """Derives keys; never shown, never logged."""

    def __init__(self, value: bytes) -> None:
        assert len(value) == SIZE_BYTES, "a secret of another size was not made by us"
        self._value = value

    def __repr__(self) -> str:
        return "Secret(...)"

    def key(self, purpose: str) -> bytes:
        """Derive the key of one purpose: 32 bytes, the same in every process (HKDF-Expand, one block)."""
        return hmac.digest(self._value, purpose.encode() + b"\x01", hashlib.sha256)


def load_secret(path: Path) -> Secret:
    """Read the secret, or make it. Raises SecretFileError when others can read it, or it is damaged."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make(path)
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise SecretFileError(path, "others can read it: chmod 600")
        value = path.read_bytes()
    except OSError as error:
        raise SecretFileError(path, error.strerror or "cannot be read") from error
    if len(value) != SIZE_BYTES:
        raise SecretFileError(path, f"holds {len(value)} bytes, not {SIZE_BYTES}: restore it, or remove it")
    return Secret(value)


def _make(path: Path) -> None:
    """Write a new secret beside, whole, and link it into place unless another process was first."""
    if path.exists():
        return
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(SIZE_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink(missing_ok=True)
