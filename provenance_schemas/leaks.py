"""Keep the label's secret out of what is published. A published document cannot be recalled."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from provenance_schemas.errors import DocumentError
from provenance_schemas.validation import pointer

# 8 of the serial's 19 random characters are 40 bits: never there by chance. Whoever learns 7 has 60 to guess.
_RUN: Final = 8
_NOT_ALPHANUMERIC: Final = re.compile("[^0-9A-Z]+")
_LOOK_ALIKES: Final = str.maketrans("OIL", "011")


def refuse_label_leak(document: object, gtin: str, serial: str) -> None:
    """Raise DocumentError when any text of a JSON document helps to open the commitment of this label.

    Refused: eight characters in a row of `serial` (20 characters), in any case, grouping, escaping or
    look-alike spelling; and a Digital Link that gives any serial for this GTIN, which would be a label.
    """
    secret = _folded(serial)
    runs = [secret[at : at + _RUN] for at in range(len(secret) - _RUN + 1)]
    link = f"01{gtin}21".translate(_LOOK_ALIKES)
    for at, text in _texts(document, ""):
        folded = _folded(text)
        if any(run in folded for run in runs):
            raise DocumentError(at, "holds a part of the label's serial, which must stay secret")
        if link in folded:
            raise DocumentError(at, "holds a label of this model; name a piece by its token instead")


def _folded(text: str) -> str:
    """Undo what a human or a URL may do to a serial: case, width, grouping, percent escapes, O for 0."""
    wide = unicodedata.normalize("NFKC", unquote(unquote(text)))
    return _NOT_ALPHANUMERIC.sub("", wide.upper()).translate(_LOOK_ALIKES)


def _texts(value: object, at: str) -> Iterator[tuple[str, str]]:
    """Give every text of a JSON value, names of fields too, with its pointer."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield at + pointer(name), name
            yield from _texts(member, at + pointer(name))
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from _texts(member, at + pointer(index))
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield at, str(value)
