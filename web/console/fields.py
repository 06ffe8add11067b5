"""The fields of the console's forms: their names, and how what was typed becomes a row that `mint` reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Any, Final

from mint.errors import Fault, FaultKind

MATERIALS_SHOWN: Final = 4
MARKS_SHOWN: Final = 5
PHOTOS_MAX: Final = 8
VALUE_MAX: Final = 4_000
"""Characters of one field, as its text may be published."""

PLAIN: Final = (
    "reference",
    "gtin",
    "name",
    "model",
    "category",
    "country",
    "description",
    "model_number",
    "lot",
    "production_date",
    "facility",
    "facility_city",
    "facility_country",
    "external_url",
    "quantity",
)
SIZES: Final = ("width_mm", "height_mm", "depth_mm", "length_mm", "diameter_mm", "weight_g")
MATERIAL: Final = {"name": "name", "origin_country": "country", "share_percent": "share"}
"""A field of a row of materials, and how the form calls it."""
MARK: Final = {"text": "text", "text_fr": "text_fr"}
REGISTER_FIELDS: Final = (
    *PLAIN,
    *SIZES,
    *(f"material_{n}_{part}" for n in range(1, MATERIALS_SHOWN + 1) for part in MATERIAL.values()),
    *(f"mark_{n}_{part}" for n in range(1, MARKS_SHOWN + 1) for part in MARK.values()),
)
STEP_FIELDS: Final = (
    "what",
    "at",
    "zone",
    "place",
    "place_city",
    "place_country",
    "place_latitude",
    "place_longitude",
    "name",
    "description",
)
_NAMES: Final = {"kind": "what", "piece": "", "actor": "what", "images": "photos"}
_POINTERS: Final = {
    "productionDate": "production_date",
    "countryOfProduction": "country",
    "modelNumber": "model_number",
    "widthMm": "width_mm",
    "heightMm": "height_mm",
    "depthMm": "depth_mm",
    "lengthMm": "length_mm",
    "diameterMm": "diameter_mm",
    "weightG": "weight_g",
    "originCountry": "country",
    "sharePercent": "share",
    "textFr": "text_fr",
    "eventTime": "at",
    "image": "photos",
    "images": "photos",
}


@unique
class Wrong(StrEnum):
    """What is wrong with a field: every kind of fault that `mint` finds in a row, and those of a form."""

    REFUSED = "refused"
    MISSING = "missing"
    TOO_LONG = "too_long"
    NOT_A_NUMBER = "not_a_number"
    NOT_A_TIME = "not_a_time"
    TAKEN = "taken"
    CHECK_DIGIT = "check_digit"
    FOREIGN_GTIN = "foreign_gtin"
    NOT_YET = "not_yet"
    """A time to come."""
    OUT_OF_ORDER = "out_of_order"
    """Long before the step that was recorded last."""
    NOT_A_PHOTO = "not_a_photo"
    """`detail` is the file's name."""
    TOO_MANY_PHOTOS = "too_many_photos"


@dataclass(frozen=True, slots=True)
class FieldFault:
    """What is wrong with one field of a form."""

    field: str
    """Empty: the form as a whole."""
    kind: Wrong
    detail: str = ""


def typed(form: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """Take the fields of a form that are ours, trimmed and cut to what a field may hold at most; empty ones too."""
    return {name: _tidy(name, form.get(name, "")[: VALUE_MAX + 1].strip()) for name in names}


def is_of_country(name: str) -> bool:
    """Say whether a field holds a country: `country`, `facility_country`, `material_2_country`."""
    return name.rpartition("_")[2] == "country"


def _tidy(name: str, value: str) -> str:
    """Forgive what has one meaning: spaces in a number, small letters in a country, capitals in a category."""
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    if name == "gtin":
        return value.replace(" ", "")
    if is_of_country(name):
        return value.upper()
    return "_".join(value.lower().split()) if name == "category" else value


def registration_row(
    fields: Mapping[str, str], photos: Iterable[tuple[str, str]], mark_photos: Mapping[int, str]
) -> dict[str, Any]:
    """Write the row of a registration. A draft of an earlier release lacks fields that came since: they are empty.

    `photos` are file and words of each photo of the piece, `mark_photos` the file of a mark by its number in the form.
    """
    row: dict[str, Any] = {name: fields[name] for name in (*PLAIN, *SIZES) if fields.get(name)}
    row["materials"] = [
        {inner: fields.get(f"material_{n}_{outer}", "") for inner, outer in MATERIAL.items()}
        for n in filled_materials(fields)
    ]
    row["marks"] = [_mark(fields, n, mark_photos.get(n)) for n in filled_marks(fields, mark_photos)]
    row["images"] = [{"file": file, "alt": alt} for file, alt in photos]
    return row


def filled_materials(fields: Mapping[str, str]) -> list[int]:
    """Number the rows of materials that say something."""
    rows = range(1, MATERIALS_SHOWN + 1)
    return [n for n in rows if any(fields.get(f"material_{n}_{part}") for part in MATERIAL.values())]


def filled_marks(fields: Mapping[str, str], photographed: Iterable[int] = ()) -> list[int]:
    """Number the marks that say something, or have a photo."""
    photographed = set(photographed)
    rows = range(1, MARKS_SHOWN + 1)
    return [n for n in rows if n in photographed or any(fields.get(f"mark_{n}_{part}") for part in MARK.values())]


def _mark(fields: Mapping[str, str], number: int, photo: str | None) -> dict[str, Any]:
    mark: dict[str, Any] = {inner: fields.get(f"mark_{number}_{outer}", "") for inner, outer in MARK.items()}
    if photo is not None:
        mark["image"] = {"file": photo, "alt": fields.get(f"mark_{number}_text", "")}
    return mark


def step_row(fields: Mapping[str, str], token: str) -> dict[str, Any]:
    """Write the row of a step; `what` names kind and actor, as `sold:boutique`."""
    kind, _, actor = fields.get("what", "").partition(":")
    row: dict[str, Any] = {name: fields[name] for name in STEP_FIELDS[3:] if fields.get(name)}
    at = fields.get("at", "")
    return row | {"piece": token, "kind": kind, "actor": actor, "at": f"{at}{fields.get('zone', '')}" if at else ""}


def place_fault(fault: Fault, fields: Mapping[str, str], photographed: Iterable[int] = ()) -> FieldFault:
    """Find the field of the form that a fault of a row is about."""
    field = _of_pointer(fault.detail) if fault.kind is FaultKind.REFUSED and fault.detail else fault.field
    kind, detail = Wrong(fault.kind.value), "" if fault.kind is FaultKind.REFUSED else fault.detail
    group, _, rest = field.partition(".")
    if group == "materials" and rest:
        field = _of_list("material", filled_materials(fields), rest, MATERIAL)
    elif group == "marks" and rest:
        field = _of_list("mark", filled_marks(fields, photographed), rest, MARK)
    elif group in {"facility", "place"} and rest:
        field = group if rest == "name" else f"{group}_{rest}"
    elif field == "at" and fault.detail.startswith("/event"):
        kind = Wrong.NOT_YET
    return FieldFault(_NAMES.get(field, field), kind, detail)


def _of_list(prefix: str, rows: list[int], rest: str, parts: Mapping[str, str]) -> str:
    """Name a field of a list: `materials.2.origin_country`, where the form leaves its first row empty: material_3_."""
    number, _, part = rest.partition(".")
    known = part in {*parts, *parts.values()}
    return f"{prefix}_{rows[int(number) - 1]}_{parts.get(part, part) if known else next(iter(parts.values()))}"


def _of_pointer(pointer: str) -> str:
    """Name a field by its place in the document: `/product/materials/0/sharePercent` is `materials.1.share`."""
    parts = pointer.removeprefix("/product").removeprefix("/event").strip("/").split("/")
    head = parts[0]
    if head in {"materials", "marks", "images"} and len(parts) > 1:
        inner = parts[2] if len(parts) > 2 else ""
        if head == "images":
            return f"photos.{int(parts[1]) + 1}"
        return f"{head}.{int(parts[1]) + 1}.{_POINTERS.get(inner, inner)}"
    if head in {"facility", "place"} and len(parts) > 1:
        return f"{head}.{parts[1]}"
    if head == "dimensions" and len(parts) > 1:
        head = parts[1]
    return _POINTERS.get(head, head)
