"""Print runs: labels and cards that are printed together, followed from the drawing until no code is left here."""

from __future__ import annotations

import hashlib
import random
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from mint.book import Piece
from mint.errors import InputError, RunChangedError, RunStateError
from mint.labels.claim_card import CARD_CHOICES, CardShape, CardWish, render_card_sheet, render_claim_card
from mint.labels.render import LabelWish, render_label, render_sheet
from mint.labels.stock import stock_of
from mint.print_run_book import PrintRun, PrintRunBook, RunItem, RunState, RunWish
from mint.printing import caption_of, confirmed_piece, file_name_of, key_with_code, label_text, write_file
from mint.records import Paperwork
from provenance_schemas.ids import Address

PIECES_MAX: Final = 1_000
ALL_BELOW: Final = 20
"""A run of fewer labels and cards is looked at whole."""
_LOT_SIZES: Final = (50, 90, 150, 280, 500, 1_200, 3_200)
_SAMPLE_SIZES: Final = (8, 13, 20, 32, 50, 80, 125)
"""ISO 2859-1, general inspection level II, single sampling; not one may be wrong."""
_FORWARD: Final = {
    RunState.PRINTED: {RunState.MADE},
    RunState.VERIFIED: {RunState.PRINTED},
    RunState.DESTROYED: {RunState.PRINTED, RunState.VERIFIED},
    RunState.GIVEN_UP: {RunState.MADE, RunState.PRINTED},
}


@dataclass(frozen=True, slots=True)
class RunFile:
    """One file of a run. Its name holds no secret; its content is one."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Drawing:
    items: tuple[RunItem, ...]
    labels: tuple[tuple[Piece, LabelWish], ...] = field(repr=False)
    cards: tuple[tuple[Piece, CardWish], ...] = field(repr=False)


def make_run(desk: Paperwork, names: Sequence[str], wish: RunWish, who: str, folder: Path | None = None) -> PrintRun:
    """Draw the labels and cards of pieces, prove each, write the files, and only then write the run down.

    A crash before the end leaves files without a run, and every code where it was.
    Raises InputError, UnknownPieceError, CodeErasedError, LabelPrintError; then nothing is written.
    """
    if not 0 < len(names) <= PIECES_MAX or len(set(names)) != len(names):
        raise InputError(f"a print run has 1 to {PIECES_MAX} pieces, each once")
    if not wish.stock and wish.card_shape is None:
        raise InputError("a print run has labels, cards or both")
    with desk.lock():
        drawing = _gather(desk, [confirmed_piece(desk, name) for name in names], wish)
        files = _draw(drawing, wish)
        if folder is not None:
            for file in files:
                write_file(folder, file.name, file.content)
        runs = PrintRunBook(desk.book.database)
        with desk.book.database.transaction():
            number = runs.add(wish, drawing.items, desk.now(), who)
        return runs.run(number)


def draw_run(desk: Paperwork, number: int) -> tuple[RunFile, ...]:
    """Draw the files of a run again, and prove them again; the labels alone once the codes are destroyed.

    Raises RunChangedError when a label or card was replaced since, CodeErasedError, RunStateError for one given up.
    """
    run = PrintRunBook(desk.book.database).run(number)
    if run.state is RunState.GIVEN_UP:
        raise RunStateError(number, run.state, "nothing of it may be printed any more")
    wish, wanted = run.wish, run.items
    if run.state is RunState.DESTROYED:
        wish, wanted = replace(wish, card_shape=None), run.labels
        if not wanted:
            raise RunStateError(number, run.state, "its cards cannot be drawn again")
    pieces = [desk.piece(str(item.token_id)) for item in run.labels or run.cards]
    drawing = _gather(desk, pieces, wish)
    for now, then in zip(drawing.items, wanted, strict=True):
        if now.digest != then.digest:
            raise RunChangedError(number, desk.piece(str(now.token_id)).reference)
    return _draw(drawing, wish)


def run_printed(desk: Paperwork, number: int, who: str) -> PrintRun:
    """Take somebody's word that a run is printed. Raises RunStateError."""
    return _move(desk, number, RunState.PRINTED, who)


def destroy_codes(desk: Paperwork, number: int, who: str, *, give_up: bool = False) -> PrintRun:
    """Erase the claim codes of a run's cards, in the transaction that moves it on.

    Only once it is printed, or with `give_up`, which ends the run. Raises RunStateError.
    """
    runs = PrintRunBook(desk.book.database)
    with desk.book.database.transaction():
        run = runs.run(number)
        if not run.cards and not give_up:
            raise RunStateError(number, run.state, "it has no claim cards, so there is no code to destroy")
        moved = _move(desk, number, RunState.GIVEN_UP if give_up else RunState.DESTROYED, who)
        runs.erase_codes(run)
    desk.book.database.forget_log()
    return moved


def sample_of(count: int, seed: str) -> frozenset[int]:
    """Name the places, from 1, that must be seen: all of a small run, else the first, the last and a drawn sample.

    Drawn by the run itself, so that nobody chooses which labels are looked at.
    """
    if count < ALL_BELOW:
        return frozenset(range(1, count + 1))
    size = _SAMPLE_SIZES[min(bisect_left(_LOT_SIZES, count), len(_SAMPLE_SIZES) - 1)]
    drawn = random.Random(seed).sample(range(2, count), size - 2)  # noqa: S311 - repeatable, and no secret
    return frozenset((1, count, *drawn))


def move_run(runs: PrintRunBook, desk: Paperwork, run: PrintRun, state: RunState, who: str) -> PrintRun:
    """Move a run forward, inside a transaction. Raises RunStateError when `state` does not follow."""
    if run.state not in _FORWARD[state]:
        needed = " or ".join(sorted(_FORWARD[state]))
        raise RunStateError(run.id, run.state, f"only one that is {needed} becomes {state}")
    runs.move(run, state, desk.now(), who)
    return runs.run(run.id)


def _move(desk: Paperwork, number: int, state: RunState, who: str) -> PrintRun:
    runs = PrintRunBook(desk.book.database)
    with desk.book.database.transaction():
        return move_run(runs, desk, runs.run(number), state, who)


def _gather(desk: Paperwork, pieces: Sequence[Piece], wish: RunWish) -> _Drawing:
    """Bring together what is to be drawn. Raises CodeErasedError before anything is."""
    host, labels, cards = desk.identity.maker.hosts[0], [], []
    found: list[tuple[int, Address | None, bytes]] = []
    for piece in pieces if wish.stock else ():
        label = LabelWish(label_text(desk, piece, wish.spelling), caption_of(desk, piece))
        labels.append((piece, label))
        found.append((piece.token_id, None, digest_of(label.text)))
    for piece in pieces if wish.card_shape else ():
        key = key_with_code(desk, piece)
        assert key.code is not None, "those without were refused"
        card = CardWish(key.code, host, caption_of(desk, piece))
        cards.append((piece, card))
        found.append((piece.token_id, key.address, digest_of(card.text)))
    # The serials and codes in it are random, so that this seed is; and the same run draws the same sample again.
    asked = sample_of(len(found), hashlib.sha256(b"".join(digest for _, _, digest in found)).hexdigest())
    items = tuple(
        RunItem(place, token, address, digest, place in asked, seen=False)
        for place, (token, address, digest) in enumerate(found, 1)
    )
    return _Drawing(items, tuple(labels), tuple(cards))


def digest_of(text: str) -> bytes:
    """Give what a run keeps of a symbol's text: 95 random bits and more stand in it, so this says nothing of them."""
    return hashlib.sha256(text.encode()).digest()


def _draw(drawing: _Drawing, wish: RunWish) -> tuple[RunFile, ...]:
    files: list[RunFile] = []
    kind = wish.picture_format
    if drawing.labels and kind == "pdf":
        sheet = render_sheet([one for _, one in drawing.labels], stock_of(wish.stock), wish.choices, start=wish.start)
        files.append(RunFile("labels.pdf", sheet))
    elif drawing.labels:
        for piece, label in drawing.labels:
            picture = render_label(label.text, picture_format=kind, choices=wish.choices, caption=label.caption)
            files.append(RunFile(f"{file_name_of(piece.reference)}.{kind}", picture))
    if drawing.cards and wish.card_shape is not None:
        files += _draw_cards(drawing.cards, wish.card_shape, wish)
    return tuple(files)


def _draw_cards(cards: Sequence[tuple[Piece, CardWish]], shape: CardShape, wish: RunWish) -> list[RunFile]:
    kind = wish.picture_format
    if kind == "pdf":
        return [RunFile("cards.pdf", render_card_sheet([one for _, one in cards], shape))]
    files = []
    for piece, card in cards:
        picture = render_claim_card(
            card.code, card.host, picture_format=kind, choices=CARD_CHOICES, caption=card.caption, shape=shape
        )
        files.append(RunFile(f"{file_name_of(piece.reference)}.card.{kind}", picture))
    return files
