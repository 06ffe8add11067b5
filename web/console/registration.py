"""From a draft to a piece that can be registered, through the very checks of a file that staff write."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from PIL import Image

from mint.book import Book
from mint.errors import InputError
from mint.identity import Maker
from mint.pieces import PieceInput
from mint.registration_input import ParsedPieces, parse_pieces
from web.console.all_faults import Draught, find_faults
from web.console.errors import FormRefusedError
from web.console.fields import FieldFault, Wrong, registration_row
from web.store.drafts import PIECE, Draft, Drafts

_ROW: Final = 1
_SPARE_PHOTO: Final = "spare.jpg"
"""No photo of a draft has this name: theirs are 32 hex digits."""
_REFERENCES_SHOWN: Final = 3


@contextmanager
def checked_piece(draft: Draft, drafts: Drafts, maker: Maker) -> Iterator[PieceInput]:
    """Give the piece that a draft describes; its pictures lie in a folder that ends with the block.

    Raises FormRefusedError with every fault by field.
    """
    with tempfile.TemporaryDirectory(prefix="assay-draft-") as name:
        folder = Path(name)
        piece, faults = _examined(draft, drafts, maker, folder)
        if faults or piece is None:
            raise FormRefusedError(faults)
        yield piece


def faults_of(draft: Draft, drafts: Drafts, maker: Maker, book: Book) -> list[FieldFault]:
    """Find everything that keeps a draft from being registered, a taken reference too."""
    with tempfile.TemporaryDirectory(prefix="assay-draft-") as name:
        piece, faults = _examined(draft, drafts, maker, Path(name))
    if piece is not None and not {fault.field for fault in faults} & {"reference", "quantity"}:
        faults += _taken(piece, book)
    return faults


def refuse_taken(piece: PieceInput, book: Book) -> None:
    """Refuse a reference that a piece of the house has already. Raises FormRefusedError naming it."""
    taken = _taken(piece, book)
    if taken:
        raise FormRefusedError(taken)


def references_of(piece: PieceInput) -> tuple[str, ...]:
    """Name the pieces to come: all of a few, first and last of many."""
    each = [one.reference for one in piece.each()]
    return tuple(each) if len(each) <= _REFERENCES_SHOWN else (each[0], "…", each[-1])


def _examined(draft: Draft, drafts: Drafts, maker: Maker, folder: Path) -> tuple[PieceInput | None, list[FieldFault]]:
    """Find the piece that a draft describes, or would describe, and everything that is wrong with it."""

    def read(draught: Draught) -> ParsedPieces:
        row = registration_row(draught.fields, draught.photos, draught.marks)
        return parse_pieces([(_ROW, row)], maker, source="form", folder=folder)

    photos = tuple(
        (_laid(draft, drafts, folder, photo.id), photo.alt) for photo in draft.photos if photo.place == PIECE
    )
    marks = {photo.place: _laid(draft, drafts, folder, photo.id) for photo in draft.photos if photo.place != PIECE}
    if not photos:
        Image.new("RGB", (1, 1)).save(folder / _SPARE_PHOTO)
    try:
        return find_faults(Draught(draft.fields, photos, marks), read, maker, _SPARE_PHOTO)
    except InputError:  # more faults than anybody reads
        return None, [FieldFault("", Wrong.REFUSED)]


def _taken(piece: PieceInput, book: Book) -> list[FieldFault]:
    known = book.known([one.reference for one in piece.each()])
    return [FieldFault("reference", Wrong.TAKEN, next(iter(known)))] if known else []


def _laid(draft: Draft, drafts: Drafts, folder: Path, photo_id: str) -> str:
    """Lay a photo of a draft into a folder; gives its file's name."""
    content = drafts.photo(draft.id, photo_id)
    name = f"{photo_id}.jpg"
    if content is not None:  # deleted in between: the check of the row will miss it
        (folder / name).write_bytes(content)
    return name
