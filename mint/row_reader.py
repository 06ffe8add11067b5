"""Reading one row that a person wrote: every value is checked, every fault is kept with what to do about it."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from mint.errors import Fault, FaultKind, InputError
from mint.limits import CELL_CHARACTERS_MAX, INPUT_MAX_BYTES
from provenance_schemas.document_parts import Attribute, Place
from provenance_schemas.nesting import nests_deeper

_DEPTH_MAX: Final = 16
_PLACE: Final = ("name", "city", "country", "latitude", "longitude", "id")


class RowReader:
    """One row's values by field name. What is wrong is collected, not raised, so that a file is read once."""

    def __init__(self, source: str, row: int, values: Mapping[str, Any]) -> None:
        self.source = source
        self.row = row
        self.values = values
        self.faults: list[Fault] = []

    def fault(
        self, field: str, reason: str, advice: str = "", *, kind: FaultKind = FaultKind.REFUSED, detail: str = ""
    ) -> None:
        """Note a fault."""
        self.faults.append(Fault(self.source, self.row, field, reason, advice, kind, detail))

    def adopt(self, inner: RowReader, under: str) -> None:
        """Note the faults of an object inside this row, their fields named `under.field`."""
        self.faults += [replace(fault, field=f"{under}.{fault.field}") for fault in inner.faults]

    def refuse_unknown(self, known: Sequence[str]) -> None:
        """Note every field that is not one of `known`: a misspelt one would silently be left out."""
        for name in self.values:
            if name not in known:
                self.fault(str(name)[:60], "is not a field here", f"the fields are {', '.join(known)}")

    def text(self, field: str) -> str | None:
        """Give a text, trimmed and in NFC; None where the field is absent or empty."""
        value = self.values.get(field)
        if value is None:
            return None
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str):
            self.fault(field, f"must be a text, got {type(value).__name__}")
            return None
        if len(value) > CELL_CHARACTERS_MAX:
            words = f"has {len(value)} characters, at most {CELL_CHARACTERS_MAX}"
            self.fault(field, words, kind=FaultKind.TOO_LONG)
            return None
        return unicodedata.normalize("NFC", value.strip()) or None

    def needed(self, field: str, advice: str = "") -> str:
        """Give a text that must be there."""
        value = self.text(field)
        if value is None:
            if not any(fault.field == field for fault in self.faults):
                self.fault(field, "is missing", advice, kind=FaultKind.MISSING)
            return ""
        return value

    def number(self, field: str) -> float | None:
        """Give a number; a decimal comma is read as one."""
        value = self.values.get(field)
        if value is None or value == "":
            return None
        if isinstance(value, int | float) and not isinstance(value, bool):
            return value
        try:
            number = float(str(value).strip().replace(",", "."))
        except ValueError:
            self.fault(field, f"{str(value)[:40]!r} is not a number", kind=FaultKind.NOT_A_NUMBER)
            return None
        return int(number) if number.is_integer() else number

    def count(self, field: str, most: int) -> int:
        """Give a whole number from 1; 1 where the field is absent."""
        value = self.number(field)
        if value is None:
            return 1
        if not isinstance(value, int) or not 1 <= value <= most:
            self.fault(field, f"must be a whole number from 1 to {most}, got {value}")
            return 1
        return value

    def instant(self, field: str) -> datetime | None:
        """Give a time with its zone, as 2026-11-02T10:30:00+01:00 or 2026-11-02T09:30Z."""
        text = self.needed(field, "write it as 2026-11-02T10:30:00+01:00")
        try:
            moment = datetime.fromisoformat(text) if text else None
        except ValueError:
            moment = None
        if text and (moment is None or moment.tzinfo is None):
            words, advice = f"{text[:40]!r} is not a time with its zone", "write it as 2026-11-02T10:30:00+01:00"
            self.fault(field, words, advice, kind=FaultKind.NOT_A_TIME)
            return None
        return moment

    def entries(self, field: str) -> list[Any]:
        """Give a list; a text is cut at `|`."""
        value = self.values.get(field)
        if value is None:
            return []
        if isinstance(value, str):
            return [part.strip() for part in value.split("|") if part.strip()]
        if not isinstance(value, list):
            self.fault(field, f"must be a list, got {type(value).__name__}")
            return []
        return value

    def attributes(self) -> tuple[Attribute, ...]:
        """Give the attributes: an object, or `trait=value` entries."""
        value = self.values.get("attributes")
        pairs: list[tuple[str, Any]]
        if isinstance(value, dict):
            pairs = [(str(trait), given) for trait, given in value.items()]
        else:
            cut = [str(entry).partition("=") for entry in self.entries("attributes")]
            pairs = [(trait.strip(), given.strip()) for trait, _, given in cut]
        for trait, given in pairs:
            if not trait or not isinstance(given, str | int | float) or given == "":
                self.fault("attributes", f"{trait[:40]!r} has no value", "write trait=value")
                return ()
        return tuple(Attribute(trait, given) for trait, given in pairs)

    def place(self, field: str) -> Place | None:
        """Give a place: a name, or an object, or columns `<field>_city`, `<field>_country` and so on beside it."""
        value = self.values.get(field)
        inner: Mapping[str, Any]
        if isinstance(value, dict):
            inner = value
        else:
            inner = {name: self.values.get(f"{field}_{name}") for name in _PLACE[1:]} | {"name": value}
        reader = RowReader(self.source, self.row, inner)
        if isinstance(value, dict):
            reader.refuse_unknown(_PLACE)
        place = Place(
            reader.text("name") or "",
            reader.text("city"),
            reader.text("country"),
            reader.number("latitude"),
            reader.number("longitude"),
            reader.text("id"),
        )
        self.adopt(reader, field)
        if place == Place(""):
            return None
        if not place.name:
            self.fault(f"{field}.name", "is missing", "name the site", kind=FaultKind.MISSING)
        return place


def read_rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Give the rows of a JSON list or a CSV file with a header, each with its number.

    Raises InputError when the file as a whole cannot be read.
    """
    try:
        with path.open("rb") as file:
            content = file.read(INPUT_MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    if len(content) > INPUT_MAX_BYTES:
        raise InputError(f"{path}: larger than {INPUT_MAX_BYTES} bytes; cut it into several files")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: byte {error.start} is not UTF-8; save the file as UTF-8") from error
    return _json_rows(path, text) if path.suffix.lower() == ".json" else _csv_rows(path, text)


def _json_rows(path: Path, text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    if nests_deeper(text.encode(), _DEPTH_MAX):
        raise InputError(f"{path}: nested deeper than {_DEPTH_MAX}")
    try:
        value = json.loads(text, object_pairs_hook=_once)
    except ValueError as error:
        raise InputError(f"{path}: not JSON ({error})") from error
    rows = [value] if isinstance(value, dict) else value
    if not isinstance(rows, list) or not rows:
        raise InputError(f"{path}: must hold one object, or a list of them")
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict):
            raise InputError(f"{path}, row {number}: must be an object, got {type(row).__name__}")
        yield number, row


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a field stands twice in one object")
    return found


def _csv_rows(path: Path, text: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if first.count(";") > first.count(",") else ",")
    try:
        header = [name.strip() for name in next(reader, [])]
        if not any(header) or len(set(header)) != len(header):
            raise InputError(f"{path}: the first line must name the columns, each once")
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                yield reader.line_num, {"": f"has {len(cells)} cells, the header has {len(header)}"}
                continue
            yield reader.line_num, {n: c for n, c in zip(header, cells, strict=True) if c.strip()}
    except csv.Error as error:
        raise InputError(f"{path}, line {reader.line_num}: not CSV ({error})") from error
