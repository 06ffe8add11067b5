"""Canonical JSON: one value, one spelling, so that the hash of a document names its meaning.

RFC 8785, and stricter: text is NFC, a key stands once, numbers are those a double holds exactly as written.
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Final, NoReturn, TypeAlias

import rfc8785

from provenance_schemas.errors import DocumentError
from provenance_schemas.nesting import nests_deeper

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"

DOCUMENT_MAX_BYTES: Final = 256 * 1024
DEPTH_MAX: Final = 32
INTEGER_MAX: Final = 2**53 - 1
_NUMBER_MAX_CHARACTERS: Final = 40
_PARSED_DEPTH_MAX: Final = 256
"""How deep the parser may go; the walk after it holds `DEPTH_MAX` and names the field."""
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_ODD_NUMBER: Final = re.compile(r"[0-9]\.0[^0-9]|[0-9]e[+-]?[0-9]")
_TEXTS: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"')
"""Taken out before odd numbers are looked for: digests are full of them."""
_BOM: Final = b"\xef\xbb\xbf"


class _Refused:
    """Stands in a parsed tree where the parser met what we refuse, until the walk can say at which field."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


def canonical_bytes(value: Json) -> bytes:
    """Write `value` as its one canonical spelling, UTF-8.

    Raises DocumentError, with the field, for text that is not NFC, a number a double cannot hold, a type
    JSON does not know, a depth over 32 or more than 256 KiB.
    """
    _check(value, "", 1)
    content: bytes = rfc8785.dumps(value)
    if len(content) > DOCUMENT_MAX_BYTES:
        raise DocumentError("", f"{len(content)} bytes, a document has at most {DOCUMENT_MAX_BYTES}")
    return content


def parse_canonical(content: bytes) -> dict[str, Json]:
    """Read a document that must be in canonical form, byte for byte.

    Raises DocumentError for all that `parse_json_strict` refuses, and for any other spelling.
    """
    document = parse_json_strict(content)
    if not _is_plainly_canonical(document, content) and rfc8785.dumps(document) != content:
        raise DocumentError("", "not in canonical form (RFC 8785): key order, white space or spelling differs")
    return document


def _is_plainly_canonical(document: dict[str, Json], content: bytes) -> bool:
    """Say whether `content` is canonical as the standard library alone can tell; False means it cannot.

    Its spelling equals that of RFC 8785 where no character is beyond U+D7FF (keys then sort alike in code points and
    in UTF-16) and no number has a fraction of zero or an exponent (JavaScript writes those otherwise). It is written
    in C: ten times as fast.
    """
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    if text.encode() != content:
        return False
    if not text.isascii() and max(text) > "\ud7ff":
        return False
    return _ODD_NUMBER.search(_TEXTS.sub("", text)) is None


def parse_json_strict(content: bytes) -> dict[str, Json]:
    """Read a JSON object written by hand: any spelling, none of the traps.

    Raises DocumentError for a repeated key, text that is not NFC, a byte order mark, bytes that are not
    UTF-8, a number that would lose digits, a depth over 32, more than 256 KiB, or another value than an
    object.
    """
    if len(content) > DOCUMENT_MAX_BYTES:
        raise DocumentError("", f"{len(content)} bytes, a document has at most {DOCUMENT_MAX_BYTES}")
    if content.startswith(_BOM):
        raise DocumentError("", "begins with a byte order mark")
    if nests_deeper(content, _PARSED_DEPTH_MAX):
        raise DocumentError("", f"nested deeper than {DEPTH_MAX}")
    try:
        value = json.loads(
            content.decode("utf-8"),
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_number,
            parse_constant=_constant,
        )
    except UnicodeDecodeError as error:
        raise DocumentError("", f"not UTF-8 at byte {error.start}") from error
    except json.JSONDecodeError as error:
        raise DocumentError("", f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}") from error
    _check(value, "", 1)
    if not isinstance(value, dict):
        raise DocumentError("", f"a document is a JSON object, not {_kind(value)}")
    return value


def _check(value: object, pointer: str, depth: int) -> None:
    """Walk the tree once; `depth` is 1 for the document itself."""
    if depth > DEPTH_MAX:
        raise DocumentError(pointer, f"nested deeper than {DEPTH_MAX}")
    if isinstance(value, dict):
        for key, member in value.items():
            if not isinstance(key, str):
                raise DocumentError(pointer, f"a key is text, not {_kind(key)}")
            _check_text(key, pointer, "key")
            _check(member, f"{pointer}/{_escape(key)}", depth + 1)
    elif isinstance(value, list):
        for index, member in enumerate(value):
            _check(member, f"{pointer}/{index}", depth + 1)
    elif isinstance(value, str):
        _check_text(value, pointer, "text")
    elif isinstance(value, bool) or value is None:
        return
    elif isinstance(value, int | float):
        _check_number(value, pointer)
    elif isinstance(value, _Refused):
        raise DocumentError(pointer, value.reason)
    else:
        raise DocumentError(pointer, f"JSON has no {_kind(value)}")


def _check_text(text: str, pointer: str, what: str) -> None:
    if text.isascii():
        return
    if not unicodedata.is_normalized("NFC", text):
        raise DocumentError(pointer, f"{what} {text[:40]!r} is not in Unicode form NFC")
    if _SURROGATE.search(text):
        raise DocumentError(pointer, f"{what} {text[:40]!r} holds half a surrogate pair")


def _check_number(number: float, pointer: str) -> None:
    if not math.isfinite(number):
        raise DocumentError(pointer, f"{number} is not a JSON number")
    # A whole double over 2^53 is spelled like an integer, and would come back as one that we refuse.
    if number == int(number) and abs(number) > INTEGER_MAX:
        raise DocumentError(pointer, f"{number} is beyond 2^53-1; write it as text")


def _object(pairs: list[tuple[str, object]]) -> object:
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    keys = [key for key, _ in pairs]
    twice = next(key for key in keys if keys.count(key) > 1)
    return _Refused(f"key {twice[:40]!r} appears more than once")


def _integer(literal: str) -> object:
    if len(literal) > _NUMBER_MAX_CHARACTERS:
        return _Refused(f"a number of {len(literal)} characters; write it as text")
    return int(literal)


def _number(literal: str) -> object:
    if len(literal) > _NUMBER_MAX_CHARACTERS:
        return _Refused(f"a number of {len(literal)} characters; write it as text")
    number = float(literal)
    try:
        kept = math.isfinite(number) and Decimal(literal) == Decimal(repr(number))
    except InvalidOperation:
        kept = False
    return number if kept else _Refused(f"{literal} has more digits than a JSON number keeps; write it as text")


def _constant(literal: str) -> NoReturn:
    raise DocumentError("", f"{literal} is not JSON")


def _escape(key: str) -> str:
    return key[:80].replace("~", "~0").replace("/", "~1")


def _kind(value: object) -> str:
    names = {dict: "object", list: "array", str: "text", bool: "boolean", type(None): "null"}
    return names.get(type(value), type(value).__name__)
