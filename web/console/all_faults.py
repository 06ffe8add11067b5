"""Everything that is wrong with a registration, said at once.

`mint` asks a passport's own rules only of a row that can be read whole, and its schema names the first fault alone.
So what is wrong is put aside for something that is right, and the rest is asked again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from mint.identity import Maker
from mint.pieces import PieceInput
from mint.registration_input import ParsedPieces
from provenance_schemas.gs1 import check_digit
from web.console.fields import FieldFault, Wrong, is_of_country, place_fault
from web.presenters.countries import is_country

_ROUNDS_MAX: Final = 60
"""More than a form has fields."""
_MARKS_NEEDED: Final = 3
_WORD: Final = "other"
_GTIN_DIGITS: Final = 13
_NEEDED: Final = frozenset({"reference", "name", "model", "category", "description", "facility"})
_LISTS: Final = {
    "materials": ("material_1_name",),
    "marks": tuple(f"mark_{n}_text" for n in range(1, _MARKS_NEEDED + 1)),
}


@dataclass(frozen=True, slots=True)
class Draught:
    """A registration as far as it is written."""

    fields: Mapping[str, str]
    photos: tuple[tuple[str, str], ...]
    """File and words of each photo of the piece."""
    marks: Mapping[int, str]
    """File of a mark's photo, by the number of the mark."""


def find_faults(
    draught: Draught, read: Callable[[Draught], ParsedPieces], maker: Maker, spare_photo: str
) -> tuple[PieceInput | None, list[FieldFault]]:
    """Find every fault, each field's first; and the piece as it would be with all of them put right.

    `spare_photo` is the file of a picture that stands in where there is none. The piece is None where nothing helps.
    """
    found = {fault.field: fault for fault in _at_sight(draught)}
    mended = _mended(draught, found, maker, spare_photo)
    for _ in range(_ROUNDS_MAX):
        parsed = read(mended)
        if not parsed.faults:
            return parsed.pieces[0], list(found.values())
        faults = [place_fault(fault, mended.fields, mended.marks) for fault in parsed.faults]
        new = {fault.field: fault for fault in reversed(faults) if fault.field not in found}
        if not new:  # what stands in is refused too
            break
        found |= new
        mended = _mended(mended, new, maker, spare_photo)
    return None, list(found.values())


def wrong_countries(fields: Mapping[str, str]) -> list[FieldFault]:
    """Find every country that is none: two letters may be well formed and mean nothing."""
    return [
        FieldFault(name, Wrong.REFUSED)
        for name, code in fields.items()
        if code and is_of_country(name) and not is_country(code)
    ]


def _at_sight(draught: Draught) -> list[FieldFault]:
    """Find what needs no passport to be seen."""
    faults = wrong_countries(draught.fields)
    faults += [
        FieldFault(f"photos.{n}", Wrong.MISSING) for n, (_, alt) in enumerate(draught.photos, start=1) if not alt
    ]
    return faults if draught.photos else [*faults, FieldFault("photos", Wrong.REFUSED)]


def _mended(draught: Draught, faults: Mapping[str, FieldFault], maker: Maker, spare_photo: str) -> Draught:
    """Put something right in the place of everything that is wrong."""
    fields = dict(draught.fields)
    for name in faults:
        if name in _LISTS:
            fields |= {each: fields.get(each) or _WORD for each in _LISTS[name]}
        else:
            fields[name] = _right(name, maker)
    photos = draught.photos
    if any(name.partition(".")[0] == "photos" for name in faults):
        photos = tuple((file, alt or _WORD) for file, alt in photos) or ((spare_photo, _WORD),)
    return Draught(fields, photos, draught.marks)


def _right(name: str, maker: Maker) -> str:
    """Give a value that no rule refuses; empty where a field may be."""
    if name == "gtin":
        digits = maker.gtin_prefixes[0].ljust(_GTIN_DIGITS, "0")[:_GTIN_DIGITS]
        return digits + check_digit(digits)
    if name == "country":
        return "FR"
    if name == "quantity":
        return "1"
    needed = name in _NEEDED or name.endswith(("_name", "_text"))
    return _WORD if needed else ""
