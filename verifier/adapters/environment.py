"""Values from the environment: as they are, or from a file when they hold a password or a key."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlsplit

FROM_FILE: Final = "_FILE"
"""`ASSAY_NODE_FILE` names a file that holds what `ASSAY_NODE` would."""
_VALUE_MAX_BYTES: Final = 4_096
_OTHERS: Final = 0o077
_OTHERS_OF_CREDENTIAL: Final = 0o037
"""systemd lets a service read its credential by an access list, whose mask stands where a group's bits would."""


class EnvironmentValueError(ValueError):
    """A variable cannot be used as it is set. `value` may be shown: a secret never stands in it."""

    def __init__(self, name: str, value: str, hint: str) -> None:
        super().__init__(f"{name} is {value!r}: {hint}")
        self.name = name
        self.value = value
        self.hint = hint


def value_of(environ: Mapping[str, str], name: str) -> str:
    """Give a variable's own value, or that of the file `<name>_FILE` names; empty where neither is set.

    A password stands in a file only, for its owner alone. Raises EnvironmentValueError.
    """
    path = environ.get(name + FROM_FILE, "")
    if path:
        if environ.get(name):
            raise EnvironmentValueError(name + FROM_FILE, path, f"{name} is set too; leave one of them out")
        return file_value(name + FROM_FILE, Path(path))
    value = environ.get(name, "")
    if any(_has_password(part) for part in value.split()):
        hint = f"a password does not belong here; write it into a file and name that in {name}{FROM_FILE}"
        raise EnvironmentValueError(name, "(not shown)", hint)
    return value


def file_value(name: str, path: Path) -> str:
    """Read a secret's file. Raises EnvironmentValueError under the variable's name."""
    try:
        if stat.S_IMODE(path.stat().st_mode) & (_OTHERS_OF_CREDENTIAL if _is_credential(path) else _OTHERS):
            raise EnvironmentValueError(name, str(path), "others can read the file: chmod 600")
        with path.open("rb") as file:
            content = file.read(_VALUE_MAX_BYTES + 1)
        value = content.decode("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise EnvironmentValueError(name, str(path), "the file cannot be read") from error
    if not value or len(content) > _VALUE_MAX_BYTES:
        raise EnvironmentValueError(name, str(path), f"the file holds no value of 1 to {_VALUE_MAX_BYTES} bytes")
    return value


def _is_credential(path: Path) -> bool:
    """Say whether systemd gave the file to this service alone (LoadCredential)."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY", "")
    return bool(folder) and path.parent == Path(folder)


def _has_password(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return bool(parts.password) or any(name == "password" for name, _ in parse_qsl(parts.query))
    except ValueError:
        return False  # no URL at all; whoever opens it says so
