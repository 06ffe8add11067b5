"""Labels and claim cards of the house's pieces, as pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mint.book import ClaimKey, Piece
from mint.errors import CodeErasedError, HouseWriteError, InputError
from mint.labels.choices import PictureFormat, PrintChoices, Spelling
from mint.labels.claim_card import CARD_CHOICES, CardShape, render_claim_card
from mint.labels.render import DEFAULT, render_label, write_picture
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


def make_label(
    desk: Paperwork,
    name: str,
    picture_format: PictureFormat = "png",
    choices: PrintChoices = DEFAULT,
    spelling: Spelling = Spelling.UPPER,
) -> LabelSheet:
    """Draw the label in force of a piece. Raises InputError before its registration is confirmed, LabelPrintError."""
    piece = confirmed_piece(desk, name)
    text = label_text(desk, piece, spelling)
    picture = render_label(text, picture_format=picture_format, choices=choices, caption=caption_of(desk, piece))
    return LabelSheet(piece.reference, text, picture, picture_format)


def label_text(desk: Paperwork, piece: Piece, spelling: Spelling = Spelling.UPPER) -> str:
    """Write what the label in force of a confirmed piece says. It holds the serial: a secret."""
    serial = desk.book.serial(piece.token_id)
    assert serial is not None, "a confirmed piece has a label"
    return format_label(desk.identity.maker.hosts[0], piece.gtin, serial, upper=spelling is Spelling.UPPER)


def print_label(sheet: LabelSheet, folder: Path) -> Path:
    """Write a label's picture, readable by its owner only."""
    return write_file(folder, label_file_name(sheet), sheet.picture)


def print_cards(
    desk: Paperwork,
    names: Sequence[str],
    folder: Path,
    picture_format: PictureFormat = "png",
    *,
    shape: CardShape = CardShape.FOLD,
    choices: PrintChoices = CARD_CHOICES,
) -> list[tuple[str, Path]]:
    """Draw the claim cards of pieces and forget their codes, in that order: a crash between them loses none.

    Raises CodeErasedError before anything is drawn when one of the codes is forgotten already.
    """
    with desk.lock():
        pieces = [confirmed_piece(desk, name) for name in names]
        keys = [key_with_code(desk, piece) for piece in pieces]
        written = []
        for piece, key in zip(pieces, keys, strict=True):
            sheet = _card(desk, piece, key, picture_format, shape, choices)
            written.append((piece.reference, write_file(folder, card_file_name(sheet), sheet.picture)))
        desk.book.forget_codes([piece.token_id for piece in pieces])
    return written


def make_card(desk: Paperwork, name: str, picture_format: PictureFormat = "png") -> CardSheet:
    """Draw the claim card of a piece and keep its code: `forget_card` erases it once the card is printed.

    Raises CodeErasedError, InputError before the registration is confirmed.
    """
    piece = confirmed_piece(desk, name)
    return _card(desk, piece, key_with_code(desk, piece), picture_format)


def forget_card(desk: Paperwork, name: str, address: Address) -> bool:
    """Erase the code of a card that was printed; say whether it was still here. A renewed code stays."""
    return desk.book.forget_code(desk.piece(name).token_id, address)


def label_file_name(sheet: LabelSheet) -> str:
    """Name the file of a label. The reference is the house's own; the serial is not in it."""
    return f"{file_name_of(sheet.reference)}.{sheet.picture_format}"


def card_file_name(sheet: CardSheet) -> str:
    """Name the file of a claim card."""
    return f"{file_name_of(sheet.reference)}.card.{sheet.picture_format}"


def _card(
    desk: Paperwork,
    piece: Piece,
    key: ClaimKey,
    picture_format: PictureFormat,
    shape: CardShape = CardShape.FOLD,
    choices: PrintChoices = CARD_CHOICES,
) -> CardSheet:
    assert key.code is not None, "those without were refused"
    host = desk.identity.maker.hosts[0]
    caption = caption_of(desk, piece)
    picture = render_claim_card(
        key.code, host, picture_format=picture_format, choices=choices, caption=caption, shape=shape
    )
    return CardSheet(piece.reference, key.address, picture, picture_format)


def key_with_code(desk: Paperwork, piece: Piece) -> ClaimKey:
    """Give the claim key of a piece with its code. Raises CodeErasedError once the card was printed."""
    key = desk.book.claim_key(piece.token_id)
    if key is None or key.code is None:
        raise CodeErasedError(piece.reference)
    return key


def confirmed_piece(desk: Paperwork, name: str) -> Piece:
    """Find a piece whose registration is done. Raises UnknownPieceError, InputError before that."""
    piece = desk.piece(name)
    if piece.state is not State.CONFIRMED:
        raise InputError(f"{name} is not registered yet ({piece.state}); run `assay mint resume` first")
    return piece


def caption_of(desk: Paperwork, piece: Piece) -> tuple[str, ...]:
    """Give what stands above a piece's symbol: the house, then the piece's name."""
    return (desk.identity.maker.name, piece.name)


def file_name_of(reference: str) -> str:
    """Make a file's name of a reference; `/` and a leading dot would lead elsewhere."""
    return reference.replace("/", "_").lstrip(".") or "label"


def write_file(folder: Path, name: str, picture: bytes) -> Path:
    """Write a file whole, readable by its owner only. Raises HouseWriteError."""
    path = folder / name
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_picture(path, picture)
    except OSError as error:
        raise HouseWriteError(path, str(error)) from error
    return path
