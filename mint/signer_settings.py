"""Where each key of a house is, as `house.json` says it. Names of files and hosts; no secret. Pure.

    "signers": {"registrar": {"kind": "keystore", "file": "keys/registrar.json", "passphrase_file": "/run/p"}, ...}

Files are named from the house's folder on. A name without a setting has its key in keys/<name>.key, as new houses do.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from mint.errors import InputError

_TEXT_MAX: Final = 1_024
_WORDS_MAX: Final = 64
_PUBLIC_KEY_DIGITS: Final = 128


@dataclass(frozen=True, slots=True)
class FileKey:
    """A key in a plain file of mode 600."""

    kind: ClassVar[str] = "file"
    file: str


@dataclass(frozen=True, slots=True)
class KeystoreKey:
    """A key encrypted in a file; without a passphrase file somebody is asked for the passphrase."""

    kind: ClassVar[str] = "keystore"
    file: str
    passphrase_file: str | None = None


@dataclass(frozen=True, slots=True)
class UrlKey:
    """A key behind a signer's URL, of the API that web3signer has."""

    kind: ClassVar[str] = "url"
    url: str
    public_key: str
    """0x and 128 hexadecimal digits, as the signer lists it."""
    token_file: str | None = None
    ca_file: str | None = None
    client_cert_file: str | None = None
    client_key_file: str | None = None

    def point(self) -> bytes:
        """Give the public key's 64 bytes."""
        return bytes.fromhex(self.public_key.removeprefix("0x"))


@dataclass(frozen=True, slots=True)
class CommandKeySetting:
    """A key in a vault, behind a command that signs digests."""

    kind: ClassVar[str] = "command"
    command: tuple[str, ...]
    public_key_file: str


SignerSetting = FileKey | KeystoreKey | UrlKey | CommandKeySetting
_KINDS: Final[Mapping[str, type[SignerSetting]]] = {
    one.kind: one for one in (FileKey, KeystoreKey, UrlKey, CommandKeySetting)
}


def default_setting(name: str) -> FileKey:
    """Give the setting of a key that has none."""
    return FileKey(f"keys/{name}.key")


def setting_json(setting: SignerSetting) -> dict[str, Any]:
    """Write a setting for `house.json`."""
    values = {name: value for name, value in dataclasses.asdict(setting).items() if value is not None}
    return {"kind": setting.kind} | values


def read_setting(name: str, value: Any) -> SignerSetting:
    """Read a setting; `name` is the key's, for the error. Raises InputError naming the field."""
    where = f"signers.{name}"
    if not isinstance(value, dict) or value.get("kind") not in _KINDS:
        raise InputError(f"{where}: kind is one of {', '.join(_KINDS)}")
    kind = _KINDS[value["kind"]]
    fields = {field.name: field for field in dataclasses.fields(kind)}
    given = {key: one for key, one in value.items() if key != "kind"}
    if unknown := sorted(given.keys() - fields.keys()):
        raise InputError(f"{where}.{unknown[0]}: {value['kind']} has no such field; it has {', '.join(fields)}")
    for key, field in fields.items():
        if key not in given and field.default is dataclasses.MISSING:
            raise InputError(f"{where}.{key}: missing")
    values: dict[str, Any] = {key: _value(f"{where}.{key}", key, one) for key, one in given.items()}
    return _checked(where, kind(**values))


def _value(where: str, key: str, value: Any) -> str | tuple[str, ...]:
    if key == "command":
        words = value if isinstance(value, list | tuple) else ()
        if not 1 <= len(words) <= _WORDS_MAX or not all(isinstance(word, str) and word for word in words):
            raise InputError(f"{where}: a list of 1 to {_WORDS_MAX} words, the program first")
        return tuple(words)
    if not isinstance(value, str) or not 1 <= len(value) <= _TEXT_MAX:
        raise InputError(f"{where}: a text of 1 to {_TEXT_MAX} characters")
    return value


def _checked(where: str, setting: SignerSetting) -> SignerSetting:
    if not isinstance(setting, UrlKey):
        return setting
    try:
        right = len(setting.public_key) == _PUBLIC_KEY_DIGITS + 2 and len(setting.point()) == _PUBLIC_KEY_DIGITS // 2
    except ValueError:
        right = False
    if not right:
        raise InputError(f"{where}.public_key: 0x and {_PUBLIC_KEY_DIGITS} hexadecimal digits, as the signer lists it")
    if (setting.client_cert_file is None) != (setting.client_key_file is None):
        raise InputError(f"{where}: client_cert_file and client_key_file belong together")
    return setting
