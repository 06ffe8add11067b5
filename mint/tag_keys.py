"""The master keys of a house's tags: one a version, each in a file of its own, sealed under one passphrase.

A chip holds keys that are made from the master key and its UID, so that an opened chip gives no other away. The key
for the encrypted UID is common to all tags of a version: a UID must be read before it is known whose it is.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mint.adapters.encrypted_keystore import check_passphrase, read_passphrase
from mint.errors import InputError, KeyFileError
from mint.key_files import private_folder, read_secret, write_secret
from mint.limits import TAG_SCRYPT_COST, TAG_SCRYPT_COST_MAX
from verifier.key_diversification import KEY_BYTES, diversify

PASSPHRASE_FILE: Final = "ASSAY_TAG_PASSPHRASE_FILE"  # noqa: S105 - a variable's name
SEALED_KEY: Final = "assay/tag-key-1"
META_READ, FILE_READ, APPLICATION = 2, 1, 0
"""Numbers of keys in the chip: who answers, the MAC of a tap, and the one that may change the others."""
KEY_NUMBERS: Final = range(5)
"""A chip's five keys. Those that open nothing get keys of ours too: nobody shall know the factory's."""
_PURPOSE: Final = b"assay/tag/1"
_NAME: Final = re.compile(r"tags-([1-9][0-9]{0,3})\.json")
_SALT_BYTES: Final = 16
_NONCE_BYTES: Final = 12
_SPARE_BYTES: Final = 2**20
"""What scrypt takes beside its table."""
_FILE_MAX_BYTES: Final = 16 * 1024 * 1024

AskPassphrase = Callable[[Path], str]
"""Asks whoever sits there for the passphrase of a file. Raises KeyFileError when nobody does."""


@dataclass(frozen=True, slots=True)
class TagKeys:
    """What every tag of one version is made from."""

    version: int
    master: bytes = field(repr=False)
    """16 bytes."""

    @property
    def meta_read(self) -> bytes:
        """SDMMetaRead, common to all tags of the version. Whoever has it reads UIDs and counters, and forges none."""
        return diversify(self.master, _PURPOSE + bytes([META_READ]) + b"meta read")

    def file_read(self, uid: bytes) -> bytes:
        """SDMFileRead of one chip: what its MACs are made with."""
        return self.of_chip(uid, FILE_READ)

    def of_chip(self, uid: bytes, number: int) -> bytes:
        """Give one of a chip's five keys, as the encoding station writes it. Source: docs/tags.md, "Keys"."""
        assert number in KEY_NUMBERS, number
        if number == META_READ:
            return self.meta_read
        return diversify(self.master, uid + bytes([number]) + _PURPOSE)


class TagKeyFolder:
    """The key files of a house: `keys/tags-<version>.json`. Opens each once, with one passphrase for all."""

    def __init__(self, data_dir: Path, ask: AskPassphrase) -> None:
        self._folder = data_dir / "keys"
        self._ask = ask
        self._open: dict[int, TagKeys] = {}
        self._lock = threading.Lock()

    def versions(self) -> list[int]:
        """List the versions there are, the oldest first; none is opened."""
        names = (_NAME.fullmatch(path.name) for path in self._folder.glob("tags-*.json"))
        return sorted(int(name[1]) for name in names if name)

    def place(self, version: int) -> Path:
        """Name the file of a version."""
        return self._folder / f"tags-{version}.json"

    def make(self, *, cost: int = TAG_SCRYPT_COST) -> TagKeys:
        """Draw the master key of the next version, and see that it opens again.

        The passphrase must open the versions before: the site has one for all. Raises KeyFileError.
        """
        known = self.versions()
        version = known[-1] + 1 if known else 1
        if known:
            self.of(known[-1])
        path = self.place(version)
        private_folder(self._folder)
        passphrase = self._ask(path)
        check_passphrase(path, passphrase)
        keys = TagKeys(version, secrets.token_bytes(KEY_BYTES))
        content = seal(SEALED_KEY, keys.master, passphrase, about=_about(version), cost=cost)
        write_secret(path, content)
        if unseal(path, SEALED_KEY, read_secret(path), passphrase, about=_about(version)) != keys.master:
            raise KeyFileError(path, "what was sealed does not open again; make another version")
        self._open[version] = keys
        return keys

    def of(self, version: int) -> TagKeys:
        """Open one version. Raises KeyFileError: missing, damaged, open to others, or another passphrase."""
        with self._lock:  # a passphrase is worked on once, however many ask
            if version not in self._open:
                path = self.place(version)
                content = read_secret(path)
                master = unseal(path, SEALED_KEY, content, self._ask(path), about=_about(version))
                if len(master) != KEY_BYTES:
                    raise KeyFileError(path, f"holds {len(master)} bytes, a tag's master key has {KEY_BYTES}")
                self._open[version] = TagKeys(version, master)
            return self._open[version]

    def newest(self) -> TagKeys:
        """Open the version that new tags are made with. Raises InputError where there is none."""
        known = self.versions()
        if not known:
            raise InputError("the house has no tag keys yet; make them with `assay mint tag new-keys`")
        return self.of(known[-1])


def asking(environ: Mapping[str, str], otherwise: AskPassphrase, given: Path | None = None) -> AskPassphrase:
    """Take the passphrase from a file that an option or the environment names, or ask for it; once for all files."""
    known: list[str] = []
    file = given or (Path(environ[PASSPHRASE_FILE]) if environ.get(PASSPHRASE_FILE) else None)

    def ask(path: Path) -> str:
        if not known:
            known.append(read_passphrase(file) if file is not None else otherwise(path))
        return known[0]

    return ask


def from_file(file: Path | None) -> AskPassphrase:
    """Take the passphrase from a file, for a server, where nobody sits. Read at each use: it may be put there late."""

    def ask(path: Path) -> str:
        if file is None:
            raise KeyFileError(path, f"it is sealed, and ${PASSPHRASE_FILE} names no file with its passphrase")
        return read_passphrase(file)

    return ask


def seal(kind: str, content: bytes, passphrase: str, *, about: str, cost: int = TAG_SCRYPT_COST) -> str:
    """Encrypt under a passphrase: scrypt, then AES-256-GCM. Gives JSON; `about` is bound to it and not secret."""
    salt, nonce = secrets.token_bytes(_SALT_BYTES), secrets.token_bytes(_NONCE_BYTES)
    sealed = AESGCM(_derived(passphrase, salt, cost)).encrypt(nonce, content, f"{kind}\n{about}".encode())
    value = {
        "type": kind,
        "about": about,
        "cost": cost,
        "salt": salt.hex(),
        "nonce": nonce.hex(),
        "sealed": sealed.hex(),
    }
    return json.dumps(value, indent=1) + "\n"


def unseal(path: Path, kind: str, text: bytes, passphrase: str, *, about: str | None = None) -> bytes:
    """Decrypt what `seal` gave; `path` is only named in errors. Raises KeyFileError."""
    value = _parsed(path, kind, text)
    if about is not None and value["about"] != about:
        raise KeyFileError(path, f"is {value['about']}, and {about} is looked for")
    try:
        salt, nonce, sealed = (bytes.fromhex(value[name]) for name in ("salt", "nonce", "sealed"))
        key = _derived(passphrase, salt, value["cost"])
        return AESGCM(key).decrypt(nonce, sealed, f"{kind}\n{value['about']}".encode())
    except InvalidTag as error:
        raise KeyFileError(path, "the passphrase is wrong, or the file was changed") from error
    except (KeyError, TypeError, ValueError) as error:
        raise KeyFileError(path, "damaged: no passphrase can open it") from error


def _parsed(path: Path, kind: str, text: bytes) -> dict[str, Any]:
    """Read the JSON, and bound the work it asks for before any of it is done."""
    try:
        value = json.loads(text)
        cost = value["cost"]
        known = value["type"] == kind and isinstance(value["about"], str)
        bounded = isinstance(cost, int) and 2 <= cost <= TAG_SCRYPT_COST_MAX and cost & (cost - 1) == 0
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise KeyFileError(path, f"is no {kind}, or damaged") from error
    if not known or not bounded:
        raise KeyFileError(path, f"is no {kind}, or damaged")
    return dict(value)


def _derived(passphrase: str, salt: bytes, cost: int) -> bytes:
    return hashlib.scrypt(
        passphrase.encode(), salt=salt, n=cost, r=8, p=1, maxmem=_SPARE_BYTES + 128 * 8 * cost, dklen=32
    )


def _about(version: int) -> str:
    return f"tag keys, version {version}"


def read_sealed(path: Path, kind: str, passphrase: str) -> bytes:
    """Open a sealed file that may be long. Raises KeyFileError."""
    return unseal(path, kind, read_secret(path, size_max_bytes=_FILE_MAX_BYTES), passphrase)
