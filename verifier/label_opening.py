"""The label opening: the one file that says which label opens a piece's commitment. For the holder alone.

`assay/opening-1`: gtin, serial, token. Whoever has it knows the label, so it never stands in a bundle, a certificate, a
link or a log. Source: docs/bundle.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from provenance_schemas.canonical import canonical_bytes, parse_json_strict
from provenance_schemas.errors import DocumentError, IdError, LabelError
from provenance_schemas.gs1 import normalise_gtin
from provenance_schemas.ids import ItemId
from provenance_schemas.labels import normalise_serial

OPENING_TYPE: Final = "assay/opening-1"
OPENING_MAX_BYTES: Final = 4 * 1024
_FIELDS: Final = ("gtin", "serial", "token", "type")


@dataclass(frozen=True, slots=True)
class LabelOpening:
    """What a label says, and the piece it is said to be on."""

    item: ItemId
    gtin: str
    """14 digits."""
    serial: str = field(repr=False)
    """20 characters. Kept out of `repr`, so that no log gets it by accident."""


def write_opening(opening: LabelOpening) -> bytes:
    """Write the file."""
    fields = {"type": OPENING_TYPE, "gtin": opening.gtin, "serial": opening.serial, "token": str(opening.item)}
    return canonical_bytes({**fields}) + b"\n"


def read_opening(data: bytes) -> LabelOpening:
    """Read the file. Raises DocumentError naming the field; no error repeats what a field holds."""
    if len(data) > OPENING_MAX_BYTES:
        raise DocumentError("", f"a label opening has at most {OPENING_MAX_BYTES} bytes")
    value = parse_json_strict(data)
    if sorted(value) != sorted(_FIELDS) or value["type"] != OPENING_TYPE:
        raise DocumentError("/type", f'a label opening has {", ".join(_FIELDS)}, and type "{OPENING_TYPE}"')
    try:
        gtin = normalise_gtin(str(value["gtin"]))
    except LabelError as error:
        raise DocumentError("/gtin", "is not a GTIN with a right check digit") from error
    try:
        serial = normalise_serial(str(value["serial"]))
    except LabelError as error:
        raise DocumentError("/serial", "is not a label's serial: 20 characters, the last a check character") from error
    try:
        return LabelOpening(ItemId.parse(str(value["token"])), gtin, serial)
    except IdError as error:
        raise DocumentError("/token", "is not a CAIP-19 token id") from error
