"""GS1: check digits, and the uncompressed GS1 Digital Link URI.

The grammar is the GS1 Digital Link URI Syntax standard; which application identifier (AI) may stand where is
the GS1 Barcode Syntax Dictionary. Only the AIs that can meet a branded good are in our table; every other
numeric key is refused, as the standard asks for unknown AIs. The convenience words (`/gtin/`) are not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from provenance_schemas.errors import LabelError

URI_LENGTH_MAX: Final = 2048
GTIN_LENGTHS: Final = (8, 12, 13, 14)

_ASCII_DIGITS: Final = frozenset("0123456789")
_SET_82: Final = frozenset("!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz")
_SET_39: Final = frozenset("#-/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_CHARACTERS: Final = {"N": _ASCII_DIGITS, "X": _SET_82, "Y": _SET_39}

_URI_CHARACTERS: Final = frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?#[]@!$&'()*+,;=%"
)
_SCHEMES: Final = ("https://", "http://", "HTTPS://", "HTTP://")
_AUTHORITY: Final = re.compile(r"[A-Za-z0-9.\-:\[\]]+")
_PART: Final = re.compile(r"(\[?)([NXY])(\.\.)?(\d+)([cdz]?)\]?")
_ESCAPE: Final = re.compile("%([0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class Element:
    """One AI and its value, unescaped."""

    ai: str
    text: str
    position: int
    """Zero-based offset of the value in the URI."""


@dataclass(frozen=True, slots=True)
class DigitalLink:
    """A parsed GS1 Digital Link URI."""

    scheme: str
    authority: str
    stem: str
    """The path before the key, as `/some/shop`; mostly empty."""
    path: tuple[Element, ...]
    """The key, then its qualifiers."""
    attributes: tuple[Element, ...]
    others: tuple[str, ...]
    """Parts of the query whose key is not numeric, as `linkType=gs1:pip`: not GS1's, and not checked."""


@dataclass(frozen=True, slots=True)
class _Part:
    characters: frozenset[str]
    length_min: int
    length_max: int
    linter: str
    """c: ends in a check digit. d: a date YYMMDD, day 00 for the whole month. z: a zero."""


def _table(rows: str) -> dict[str, tuple[_Part, ...]]:
    """Read rows of `AI[-AI] part part...`; a part is a character set, a length, and a linter letter."""
    table = {}
    for row in rows.strip().splitlines():
        ais, *specs = row.split()
        first, _, last = ais.partition("-")
        parts = []
        for spec in specs:
            match = _PART.fullmatch(spec)
            assert match, spec
            optional, characters, upto, length, linter = match.groups()
            least = 0 if optional else 1 if upto else int(length)
            parts.append(_Part(_CHARACTERS[characters], least, int(length), linter))
        for number in range(int(first), int(last or first) + 1):
            table[str(number).zfill(len(first))] = tuple(parts)
    return table


_AIS: Final = _table("""
00 N18c
01-02 N14c
10 X..20
11-13 N6d
15-17 N6d
20 N2
21-22 X..20
235 X..28
240-241 X..30
242 N..6
243 X..20
250-251 X..30
253 N13c [X..17]
254 X..20
255 N13c [N..12]
30 N..8
37 N..8
3100-3169 N6
3200-3379 N6
3400-3579 N6
3600-3699 N6
3900-3909 N..15
3910-3919 N3 N..15
3920-3929 N..15
3930-3939 N3 N..15
400-401 X..30
402 N17c
403 X..30
410-417 N13c
420 X..20
421 N3 X..9
422 N3
7040 N1 X3
8003 N1z N13c [X..16]
8004 X..30
8006 N14c N4
8010 Y..30
8011 N..12
8013 X..25
8017-8018 N18c
8019 N..10
8020 X..25
90 X..30
91-99 X..90
""")

# Which AIs are keys, and the qualifiers each may have, in order: any subset of one row.
_KEYS: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    "00": ((),),
    "01": (("22", "10", "21"), ("235",)),
    "253": ((),),
    "255": ((),),
    "401": ((),),
    "402": ((),),
    "414": (("254",), ("7040",)),
    "415": (("8020",),),
    "417": (("7040",),),
    "8003": ((),),
    "8004": (("7040",),),
    "8006": (("22", "10", "21"),),
    "8010": (("8011",),),
    "8013": ((),),
    "8017": (("8019",),),
    "8018": (("8019",),),
}


def check_digit(digits: str) -> str:
    """Compute the mod-10 digit that follows `digits` in any GS1 number."""
    backwards = digits[::-1]
    return str(-(3 * sum(map(int, backwards[::2])) + sum(map(int, backwards[1::2]))) % 10)


def has_check_digit(digits: str) -> bool:
    """Say whether the last of `digits` is the check digit of those before it."""
    return check_digit(digits[:-1]) == digits[-1]


def normalise_gtin(digits: str) -> str:
    """Give a GTIN-8, -12, -13 or -14 as its 14 digits. Raises LabelError on a wrong length or check digit."""
    wrong = next((i for i, c in enumerate(digits) if c not in _ASCII_DIGITS), None)
    if wrong is not None:
        raise LabelError("a GTIN has only digits", wrong)
    if len(digits) not in GTIN_LENGTHS:
        raise LabelError(f"a GTIN has 8, 12, 13 or 14 digits, this one has {len(digits)}")
    if not has_check_digit(digits):
        raise LabelError(
            f"the GTIN ends in {digits[-1]}, its check digit is {check_digit(digits[:-1])}", len(digits) - 1
        )
    return digits.zfill(14)


def parse_digital_link(uri: str, *, short_gtin: bool = False) -> DigitalLink:
    """Read an uncompressed GS1 Digital Link URI, never one that something has unescaped before.

    `short_gtin` also takes a GTIN-8, -12 or -13 in its short form, as older links carry it, and pads it.
    1. Split the URI; its characters, scheme and authority must be right.
    2. The last key in the path, and what follows it, is the identification.
    3. The query holds data attributes; other words in it are kept apart.
    Raises LabelError with the position at fault.
    """
    # Step 1.
    start, authority, path, query = _split(uri)
    path_start = start + len(authority)

    # Step 2.
    stem, pairs = _key_and_qualifiers(path, path_start)
    elements = tuple(_element(ai, raw, at, short_gtin=short_gtin, plus=False) for ai, raw, at in pairs)
    key, qualifiers = elements[0].ai, [e.ai for e in elements[1:]]
    rows = [row for row in _KEYS[key] if _is_subsequence(qualifiers, row)]
    if not rows:
        raise LabelError(f"{'/'.join(qualifiers)} cannot follow /{key}/", elements[1].position)

    # Step 3.
    attributes, others = [], []
    seen = {key, *qualifiers}
    for part, at in _query_parts(query, path_start + len(path) + 1):
        name, _, raw = part.partition("=")
        if not (name.isascii() and name.isdigit()):
            others.append(part)
            continue
        if name in seen:
            raise LabelError(f"{name} is given twice", at)
        if any(name in row for row in rows):
            raise LabelError(f"{name} belongs in the path, after /{key}/", at)
        seen.add(name)
        attributes.append(_element(name, raw, at + len(name) + 1, short_gtin=short_gtin, plus=True))
    scheme = uri[: uri.index(":")].lower()
    return DigitalLink(scheme, authority, stem, elements, tuple(attributes), tuple(others))


def unescape(raw: str, *, plus: bool) -> str:
    """Undo percent escapes, byte by byte; with `plus`, as in a query, `+` is a space.

    A `%` that begins no escape stays as it is: no value but one of the X set could hold it.
    """
    spaced = raw.replace("+", " ") if plus else raw
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), spaced)


def _split(uri: str) -> tuple[int, str, str, str]:
    """Give where the authority starts, the authority, the path and the query."""
    if len(uri) > URI_LENGTH_MAX:
        raise LabelError(f"longer than {URI_LENGTH_MAX} characters: {len(uri)}")
    wrong = next((i for i, c in enumerate(uri) if c not in _URI_CHARACTERS), None)
    if wrong is not None:
        raise LabelError(f"{uri[wrong]!r} cannot stand in a URI", wrong)
    start = next((len(scheme) for scheme in _SCHEMES if uri.startswith(scheme)), 0)
    if not start:
        raise LabelError("not a link that begins with https://", 0)
    before_fragment = uri.partition("#")[0]
    hierarchy, _, query = before_fragment.partition("?")
    slash = hierarchy.find("/", start)
    authority = hierarchy[start : slash if slash >= 0 else None]
    whole = _AUTHORITY.match(authority)
    if not whole or whole[0] != authority:
        raise LabelError("the host name holds a character it cannot", start + (whole.end() if whole else 0))
    if slash < 0:
        raise LabelError("nothing follows the host", len(hierarchy))
    return start, authority, hierarchy[slash:], query


def _key_and_qualifiers(path: str, start: int) -> tuple[str, list[tuple[str, str, int]]]:
    """Give the stem, and (AI, raw value, position) from the last key of the path on."""
    segments, positions, at = path[1:].split("/"), [], start + 1
    for segment in segments:
        positions.append(at)
        at += len(segment) + 1
    for i in range(len(segments) - 2, -1, -2):
        if segments[i] in _KEYS:
            stem = "".join(f"/{segment}" for segment in segments[:i])
            pairs = [(segments[j], segments[j + 1], positions[j + 1]) for j in range(i, len(segments), 2)]
            return stem, pairs
    raise LabelError("no GS1 key such as /01/ and a number in the path", start)


def _element(ai: str, raw: str, position: int, *, short_gtin: bool, plus: bool) -> Element:
    """Unescape and check one value."""
    parts = _AIS.get(ai)
    if parts is None:
        raise LabelError(f"{ai!r} is not a GS1 application identifier we know", position)
    text = unescape(raw, plus=plus)
    if short_gtin and ai == "01" and len(text) in GTIN_LENGTHS:
        text = text.zfill(14)
    _check_value(ai, parts, text, position)
    return Element(ai, text, position)


def _check_value(ai: str, parts: Iterable[_Part], text: str, position: int) -> None:
    """Hold `text` to its AI. Raises LabelError."""
    done = 0
    if not text:
        raise LabelError(f"({ai}) is empty", position)
    for part in parts:
        chunk = text[done : done + part.length_max]
        wrong = next((i for i, c in enumerate(chunk) if c not in part.characters), None)
        if wrong is not None:
            raise LabelError(f"({ai}) cannot hold {chunk[wrong]!r}", position + done + wrong)
        if len(chunk) < part.length_min:
            raise LabelError(f"({ai}) is too short", position + len(text))
        reason = _linter_reason(part.linter, chunk)
        if reason:
            raise LabelError(f"({ai}) {reason}", position + done)
        done += len(chunk)
    if done < len(text):
        raise LabelError(f"({ai}) is too long", position + done)


def _linter_reason(linter: str, chunk: str) -> str:
    """Say what is wrong with the meaning of `chunk`; empty when nothing is."""
    if linter == "c" and not has_check_digit(chunk):
        return f"ends in {chunk[-1]}, its check digit is {check_digit(chunk[:-1])}"
    if linter == "d" and not (1 <= int(chunk[2:4]) <= 12 and int(chunk[4:6]) <= 31):
        return "is not a date YYMMDD"
    if linter == "z" and chunk != "0":
        return "does not begin with 0"
    return ""


def _query_parts(query: str, start: int) -> Iterator[tuple[str, int]]:
    """Walk the parts between `&` with their positions; empty ones are skipped, as GS1 does."""
    at = start
    for part in query.split("&"):
        if part:
            yield part, at
        at += len(part) + 1


def _is_subsequence(names: Iterable[str], row: Iterable[str]) -> bool:
    rest = iter(row)
    return all(name in rest for name in names)
