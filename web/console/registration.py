"""From a draft to a piece that can be registered, through the very checks of a file that staff write."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from mint.book import Book
from mint.errors import InputError
from mint.identity import Maker
from mint.pieces import PieceInput
from mint.registration_input import parse_pieces
from web.console.errors import FormRefusedError
from web.console.fields import FieldFault, Wrong, place_fault, registration_row
from web.store.drafts import PIECE, Draft, Drafts

_ROW: Final = 1
_LISTS: Final = {"images": "photos"}
_REFERENCES_SHOWN: Final = 3


@contextmanager
def checked_piece(draft: Draft, drafts: Drafts, maker: Maker) -> Iterator[PieceInput]:
    """Give the piece that a draft describes; its pictures lie in a folder that ends with the block.

    Raises FormRefusedError with every fault by field.
    """
    with tempfile.TemporaryDirectory(prefix="assay-draft-") as name:
        folder = Path(name)
        photos = [(_laid(draft, drafts, folder, photo.id), photo.alt) for photo in draft.photos if photo.place == PIECE]
        marks = {photo.place: _laid(draft, drafts, folder, photo.id) for photo in draft.photos if photo.place != PIECE}
        row = registration_row(draft.fields, photos, marks)
        faults = [FieldFault(f"photos.{n}", Wrong.MISSING) for n, (_, alt) in enumerate(photos, start=1) if not alt]
        try:
            parsed = parse_pieces([(_ROW, row)], maker, source="form", folder=folder)
        except InputError as error:  # more faults than anybody reads
            raise FormRefusedError([FieldFault("", Wrong.REFUSED)]) from error
        faults += [place_fault(fault, draft.fields, marks) for fault in parsed.faults]
        # The passport's own rules are asked last, when nothing else is wrong: an empty list is said at once.
        empty = {_LISTS.get(name, name) for name in ("materials", "marks", "images") if not row[name]}
        faults += [FieldFault(name, Wrong.REFUSED) for name in sorted(empty - {fault.field for fault in faults})]
        if faults:
            raise FormRefusedError(faults)
        yield parsed.pieces[0]


def refuse_taken(piece: PieceInput, book: Book) -> None:
    """Refuse a reference that a piece of the house has already. Raises FormRefusedError naming it."""
    known = book.known([one.reference for one in piece.each()])
    if known:
        raise FormRefusedError([FieldFault("reference", Wrong.TAKEN, next(iter(known)))])


def references_of(piece: PieceInput) -> tuple[str, ...]:
    """Name the pieces to come: all of a few, first and last of many."""
    each = [one.reference for one in piece.each()]
    return tuple(each) if len(each) <= _REFERENCES_SHOWN else (each[0], "…", each[-1])


def _laid(draft: Draft, drafts: Drafts, folder: Path, photo_id: str) -> str:
    """Lay a photo of a draft into a folder; gives its file's name."""
    content = drafts.photo(draft.id, photo_id)
    name = f"{photo_id}.jpg"
    if content is not None:  # deleted in between: the check of the row will miss it
        (folder / name).write_bytes(content)
    return name
