"""Labels and claim cards of the house's pieces, as pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mint.book import ClaimKey, Piece
from mint.errors import CodeErasedError, HouseWriteError, InputError
from mint.labels.claim_card import render_claim_card
from mint.labels.render import PictureFormat, render_label, write_picture
from mint.outbox import State
from mint.records import Paperwork
from provenance_schemas.ids import Address
from provenance_schemas.labels import format_label


@dataclass(frozen=True, slots=True)
class LabelSheet:
    """One label, drawn and read back."""

    reference: str
    text: str = field(repr=False)
    """What it says. Its serial is a secret."""
    picture: bytes = field(repr=False)
    picture_format: PictureFormat = "png"


@dataclass(frozen=True, slots=True)
class CardSheet:
    """One claim card, drawn and read back."""

    reference: str
    address: Address
    """Of the claim key whose code it carries; public."""
    picture: bytes = field(repr=False)
    picture_format: PictureFormat = "png"


def make_label(desk: Paperwork, name: str, picture_format: PictureFormat = "png") -> LabelSheet:
    """Draw the label in force of a piece. Raises InputError before its registration is confirmed."""
    piece = _confirmed(desk, name)
    serial = desk.book.serial(piece.token_id)
    assert serial is not None, "a confirmed piece has a label"
    text = format_label(desk.identity.maker.hosts[0], piece.gtin, serial)
    picture = render_label(text, picture_format=picture_format, caption=_caption(desk, piece))
    return LabelSheet(piece.reference, text, picture, picture_format)


def print_label(sheet: LabelSheet, folder: Path) -> Path:
    """Write a label's picture, readable by its owner only."""
    return _write(folder, label_file_name(sheet), sheet.picture)


def print_cards(
    desk: Paperwork, names: Sequence[str], folder: Path, picture_format: PictureFormat = "png"
) -> list[tuple[str, Path]]:
    """Draw the claim cards of pieces and forget their codes, in that order: a crash between them loses none.

    Raises CodeErasedError before anything is drawn when one of the codes is forgotten already.
    """
    with desk.lock():
        pieces = [_confirmed(desk, name) for name in names]
        keys = [_with_code(desk, piece) for piece in pieces]
        written = []
        for piece, key in zip(pieces, keys, strict=True):
            sheet = _card(desk, piece, key, picture_format)
            written.append((piece.reference, _write(folder, card_file_name(sheet), sheet.picture)))
        desk.book.forget_codes([piece.token_id for piece in pieces])
    return written


def make_card(desk: Paperwork, name: str, picture_format: PictureFormat = "png") -> CardSheet:
    """Draw the claim card of a piece and keep its code: `forget_card` erases it once the card is printed.

    Raises CodeErasedError, InputError before the registration is confirmed.
    """
    piece = _confirmed(desk, name)
    return _card(desk, piece, _with_code(desk, piece), picture_format)


def forget_card(desk: Paperwork, name: str, address: Address) -> bool:
    """Erase the code of a card that was printed; say whether it was still here. A renewed code stays."""
    return desk.book.forget_code(desk.piece(name).token_id, address)


def label_file_name(sheet: LabelSheet) -> str:
    """Name the file of a label. The reference is the house's own; the serial is not in it."""
    return f"{_file_name(sheet.reference)}.{sheet.picture_format}"


def card_file_name(sheet: CardSheet) -> str:
    """Name the file of a claim card."""
    return f"{_file_name(sheet.reference)}.card.{sheet.picture_format}"


def _card(desk: Paperwork, piece: Piece, key: ClaimKey, picture_format: PictureFormat) -> CardSheet:
    assert key.code is not None, "those without were refused"
    host = desk.identity.maker.hosts[0]
    picture = render_claim_card(key.code, host, picture_format=picture_format, caption=_caption(desk, piece))
    return CardSheet(piece.reference, key.address, picture, picture_format)


def _with_code(desk: Paperwork, piece: Piece) -> ClaimKey:
    key = desk.book.claim_key(piece.token_id)
    if key is None or key.code is None:
        raise CodeErasedError(piece.reference)
    return key


def _confirmed(desk: Paperwork, name: str) -> Piece:
    piece = desk.piece(name)
    if piece.state is not State.CONFIRMED:
        raise InputError(f"{name} is not registered yet ({piece.state}); run `assay mint resume` first")
    return piece


def _caption(desk: Paperwork, piece: Piece) -> tuple[str, ...]:
    return (desk.identity.maker.name, piece.name)


def _file_name(reference: str) -> str:
    """Make a file's name of a reference; `/` and a leading dot would lead elsewhere."""
    return reference.replace("/", "_").lstrip(".") or "label"


def _write(folder: Path, name: str, picture: bytes) -> Path:
    path = folder / name
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_picture(path, picture)
    except OSError as error:
        raise HouseWriteError(path, str(error)) from error
    return path
