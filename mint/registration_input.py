"""What brand staff write to register pieces: a CSV file with a header, or a JSON list, one row a piece.

    reference gtin name model category country description materials marks images   needed
    model_number lot production_date facility external_url quantity                   and what else there is
    width_mm height_mm depth_mm length_mm diameter_mm weight_g attributes

In CSV a list is cut at `|`: materials `Calf leather:FR:92.5|Brass:IT:7.5`, marks `Eleven stitches|Blue lining|...`,
images `front.jpg=The front|back.jpg=The back`, attributes `Colour=Noir|Stitches=22`. In JSON these are lists of
texts in the same form, or of objects with the fields of the passport. Files lie beside the file that names them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from mint.errors import Fault, FaultKind, InputError
from mint.files import measured_image
from mint.identity import Maker
from mint.limits import FAULTS_MAX, PIECES_MAX, REFERENCE_CHARACTERS_MAX
from mint.pieces import ImageInput, MarkInput, PieceInput, build_passport
from mint.row_reader import RowReader, read_rows
from provenance_schemas.errors import DocumentError, LabelError
from provenance_schemas.gs1 import GTIN_LENGTHS, check_digit, normalise_gtin
from provenance_schemas.ids import Address, ItemId
from provenance_schemas.passports import Dimensions, Material

FIELDS: Final = (
    "reference",
    "gtin",
    "name",
    "model",
    "category",
    "country",
    "description",
    "materials",
    "marks",
    "images",
    "model_number",
    "lot",
    "production_date",
    "facility",
    "facility_city",
    "facility_country",
    "facility_latitude",
    "facility_longitude",
    "facility_id",
    "width_mm",
    "height_mm",
    "depth_mm",
    "length_mm",
    "diameter_mm",
    "weight_g",
    "external_url",
    "attributes",
    "quantity",
)
_REFERENCE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*")
_ANYWHERE: Final = ItemId(1, Address("0x" + "0" * 40), 1 << 32)
_POINTERS: Final = {
    "/product/countryOfProduction": "country",
    "/product/productionDate": "production_date",
    "/product/modelNumber": "model_number",
    "/images": "images",
    "/image": "images",
}


@dataclass(frozen=True, slots=True)
class ParsedPieces:
    """What a file gave: pieces, and what is wrong with the rest."""

    pieces: tuple[PieceInput, ...]
    rows: tuple[int, ...]
    """In which row each of the pieces stands."""
    faults: tuple[Fault, ...]


def read_pieces(path: Path, maker: Maker) -> ParsedPieces:
    """Read a file of pieces. Raises InputError when it cannot be read at all."""
    return parse_pieces(read_rows(path), maker, source=path.name, folder=path.parent)


def parse_pieces(
    rows: Iterable[tuple[int, Mapping[str, Any]]], maker: Maker, *, source: str, folder: Path
) -> ParsedPieces:
    """Check numbered rows one by one. Every piece that comes back can be registered as it stands."""
    pieces: list[PieceInput] = []
    good: list[int] = []
    faults: list[Fault] = []
    seen: dict[str, int] = {}
    for number, values in rows:
        reader = RowReader(source, number, values)
        piece = _piece(reader, maker, folder)
        if piece and not reader.faults:
            _check_repeats(reader, piece, seen)
        if piece and not reader.faults:
            pieces.append(piece)
            good.append(number)
        faults += reader.faults
        if len(faults) > FAULTS_MAX:
            raise InputError(f"{source}: more than {FAULTS_MAX} faults; the first is {faults[0]}")
    if sum(piece.quantity for piece in pieces) > PIECES_MAX:
        raise InputError(f"{source}: more than {PIECES_MAX} pieces at once; cut it into several files")
    return ParsedPieces(tuple(pieces), tuple(good), tuple(faults))


def _check_repeats(reader: RowReader, piece: PieceInput, seen: dict[str, int]) -> None:
    for one in piece.each():
        if one.reference in seen:
            advice = "each piece has its own number"
            words = f"{one.reference} stands in row {seen[one.reference]} already"
            reader.fault("reference", words, advice, kind=FaultKind.TAKEN)
            return
        seen[one.reference] = reader.row


def _piece(reader: RowReader, maker: Maker, folder: Path) -> PieceInput | None:
    if "" in reader.values:
        reader.fault("", str(reader.values[""]), "check the commas and quotes of this line")
        return None
    reader.refuse_unknown((*FIELDS, "dimensions"))
    name = reader.needed("name")
    piece = PieceInput(
        reference=_reference(reader),
        gtin=_gtin(reader, maker),
        name=name,
        model=reader.needed("model"),
        category=reader.needed("category", "a word as handbag, watch or scarf"),
        country=reader.needed("country", "the two letters of ISO 3166, as FR"),
        description=reader.needed("description"),
        materials=tuple(_material(reader, n, entry) for n, entry in enumerate(reader.entries("materials"), start=1)),
        marks=tuple(_mark(reader, n, entry, folder, name) for n, entry in enumerate(reader.entries("marks"), start=1)),
        images=tuple(_image(reader, "images", entry, folder, name) for entry in reader.entries("images")),
        model_number=reader.text("model_number"),
        lot=reader.text("lot"),
        production_date=reader.text("production_date"),
        facility=reader.place("facility"),
        dimensions=_dimensions(reader),
        external_url=reader.text("external_url"),
        attributes=reader.attributes(),
        quantity=reader.count("quantity", PIECES_MAX),
    )
    if not reader.faults:
        _check_passport(reader, piece, maker)
    return piece


def _reference(reader: RowReader) -> str:
    reference = reader.needed("reference", "give the piece's own number, which no other piece has")
    if reference and (len(reference) > REFERENCE_CHARACTERS_MAX or not _REFERENCE.fullmatch(reference)):
        advice = f"at most {REFERENCE_CHARACTERS_MAX} letters, digits and . _ / -"
        reader.fault("reference", f"{reference[:80]!r} is no reference", advice)
    return reference


def _gtin(reader: RowReader, maker: Maker) -> str:
    text = reader.needed("gtin", "8, 12, 13 or 14 digits")
    if not text:
        return ""
    try:
        gtin = normalise_gtin(text)
    except LabelError as error:
        if text.isascii() and text.isdigit() and len(text) in GTIN_LENGTHS:
            digit = check_digit(text[:-1])
            advice = f"its last digit should be {digit}, or another digit is mistyped"
            reader.fault("gtin", error.reason, advice, kind=FaultKind.CHECK_DIGIT, detail=digit)
        else:
            reader.fault("gtin", error.reason, "check it against the product list")
        return ""
    if not maker.owns_gtin(gtin):
        words, prefixes = f"{gtin} is not one of {maker.name}'s numbers", ", ".join(maker.gtin_prefixes)
        reader.fault("gtin", words, f"they begin with {prefixes}", kind=FaultKind.FOREIGN_GTIN, detail=prefixes)
    return gtin


def _material(reader: RowReader, number: int, entry: object) -> Material:
    if isinstance(entry, dict):
        inner = RowReader(reader.source, reader.row, entry)
        inner.refuse_unknown(("name", "origin_country", "share_percent"))
        material = Material(inner.needed("name"), inner.text("origin_country"), inner.number("share_percent"))
        reader.adopt(inner, f"materials.{number}")
        return material
    name, _, rest = str(entry).partition(":")
    country, _, share = rest.partition(":")
    inner = RowReader(reader.source, reader.row, {"materials": share})
    material = Material(name.strip(), country.strip() or None, inner.number("materials"))
    reader.faults += inner.faults
    return material


def _mark(reader: RowReader, number: int, entry: object, folder: Path, name: str) -> MarkInput:
    if not isinstance(entry, dict):
        return MarkInput(str(entry))
    inner = RowReader(reader.source, reader.row, entry)
    inner.refuse_unknown(("text", "text_fr", "image"))
    image = _image(reader, "marks", entry["image"], folder, name) if entry.get("image") else None
    mark = MarkInput(inner.needed("text"), inner.text("text_fr"), image)
    reader.adopt(inner, f"marks.{number}")
    return mark


def _image(reader: RowReader, field: str, entry: object, folder: Path, name: str) -> ImageInput:
    if isinstance(entry, dict):
        file, alt = str(entry.get("file", "")), str(entry.get("alt") or name)
    else:
        file, _, alt = (part.strip() for part in str(entry).partition("="))
    image = ImageInput(folder / file, alt or name)
    try:
        measured_image(image)
    except InputError as error:
        reader.fault(field, str(error), "name a picture that lies beside this file")
    return image


def _dimensions(reader: RowReader) -> Dimensions | None:
    value = reader.values.get("dimensions")
    inner = RowReader(reader.source, reader.row, value) if isinstance(value, dict) else reader
    dimensions = Dimensions(
        width_mm=inner.number("width_mm"),
        height_mm=inner.number("height_mm"),
        depth_mm=inner.number("depth_mm"),
        length_mm=inner.number("length_mm"),
        diameter_mm=inner.number("diameter_mm"),
        weight_g=inner.number("weight_g"),
    )
    if inner is not reader:
        reader.faults += inner.faults
    return None if dimensions == Dimensions() else dimensions


def _check_passport(reader: RowReader, piece: PieceInput, maker: Maker) -> None:
    """Write the passport once for nobody, so that whatever its schema refuses is named here with its row."""
    images = {image: measured_image(image) for image in piece.files()}
    passport = build_passport(piece, _ANYWHERE, bytes(32), images, maker, datetime.now(UTC))
    try:
        passport.to_bytes()
    except DocumentError as error:
        reader.fault(_field_of(error.field), error.reason, detail=error.field)


def _field_of(pointer: str) -> str:
    """Name the input field behind a place in the passport."""
    for start, field in _POINTERS.items():
        if pointer == start or pointer.startswith(start + "/"):
            return field
    parts = pointer.removeprefix("/product").split("/")
    return parts[1] if len(parts) > 1 else pointer
