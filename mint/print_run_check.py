"""Read pictures of printed labels, and hold them against the run they were printed in."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final

from PIL import Image

from mint.errors import RunStateError, UnknownPieceError
from mint.print_run_book import PrintRun, PrintRunBook, RunState
from mint.print_runs import digest_of, move_run
from mint.records import Paperwork
from provenance_schemas.errors import LabelError
from provenance_schemas.labels import parse_label
from verifier.image_loading import load_image
from verifier.images import read_labels

PICTURES_MAX: Final = 8
_PARTS_ACROSS: Final = 3
_OVERLAP: Final = 0.25
"""Of a part, so that no label falls between two."""
_PART_MIN_PX: Final = 300
_BUDGET_S: Final = 1.0
"""For one look: a print fit for its piece is read at the first."""

ReadTexts = Callable[[bytes], Sequence[str]]


@unique
class Stray(StrEnum):
    """What a label is that is in a picture and not in the run."""

    OTHER_PIECE = "other_piece"
    """Of this house, but of a piece, or of a spelling, that is not in this run."""
    REPLACED = "replaced"
    """Of a piece of this run, but not the label that was printed in it."""
    FOREIGN = "foreign"
    """Not of this house at all."""


@dataclass(frozen=True, slots=True)
class StrayLabel:
    """A label that should not be there, named by its piece's reference; empty when it is none of ours."""

    kind: Stray
    reference: str


@dataclass(frozen=True, slots=True)
class RunCheck:
    """What came of looking at pictures of a run."""

    run: PrintRun
    read_now: int
    """Labels and cards of this run in these pictures."""
    strays: tuple[StrayLabel, ...]
    missing: tuple[str, ...]
    """References of what must still be seen."""


def texts_in(content: bytes) -> Sequence[str]:
    """Read one picture. Raises ImageError."""
    return read_labels(content, budget_s=_BUDGET_S).texts


def check_run(
    desk: Paperwork, number: int, pictures: Sequence[bytes], who: str, *, read: ReadTexts = texts_in
) -> RunCheck:
    """Read pictures of a printed run; once all of its sample was seen, and nothing that is not of it, it is verified.

    1. Read every picture, whole and in parts: a sheet holds more labels than one look finds.
    2. Keep which of the run's were seen: several pictures, on several days, add up.
    3. Name what is not of this run. While these pictures show such a label, the run is not verified.
    Raises RunStateError before it is printed, ImageError for what is no picture; then nothing is kept.
    """
    runs = PrintRunBook(desk.book.database)
    run = runs.run(number)
    if run.state is not RunState.PRINTED:
        raise RunStateError(number, run.state, "pictures are looked at once it is printed, and until it is verified")
    digests = {item.digest: item.place for item in run.items}
    texts = _all_texts(pictures, read, set(digests))
    found = {digests[digest_of(text)] for text in texts if digest_of(text) in digests}
    strays = [_stray(desk, runs, run, text) for text in sorted(texts) if digest_of(text) not in digests]
    with desk.book.database.transaction():
        runs.see(run, sorted(found), desk.now())
        run = runs.run(number)
        if not run.missing and not strays:
            run = move_run(runs, desk, run, RunState.VERIFIED, who)
    missing = dict.fromkeys(desk.piece(str(item.token_id)).reference for item in run.missing)
    return RunCheck(run, len(found), tuple(strays), tuple(missing))


def _all_texts(pictures: Sequence[bytes], read: ReadTexts, wanted: set[bytes]) -> set[str]:
    """Read pictures whole; then, while one of `wanted` was not seen, those that show several labels part by part."""
    found = [set(read(picture)) for picture in pictures]
    texts = set().union(*found)
    for picture, its_texts in zip(pictures, found, strict=True):
        for part in _parts(picture) if len(its_texts) > 1 else ():
            if wanted <= {digest_of(text) for text in texts}:
                return texts
            texts.update(read(part))
    return texts


def _parts(picture: bytes) -> Iterator[bytes]:
    pixels = load_image(picture).pixels
    height, width = (round(side / _PARTS_ACROSS) for side in pixels.shape)
    if min(height, width) < _PART_MIN_PX:
        return
    over_y, over_x = round(height * _OVERLAP), round(width * _OVERLAP)
    for row in range(_PARTS_ACROSS):
        for column in range(_PARTS_ACROSS):
            top, left = max(row * height - over_y, 0), max(column * width - over_x, 0)
            part = pixels[top : (row + 1) * height + over_y, left : (column + 1) * width + over_x]
            content = io.BytesIO()
            Image.fromarray(part).save(content, "PNG", compress_level=1)
            yield content.getvalue()


def _stray(desk: Paperwork, runs: PrintRunBook, run: PrintRun, text: str) -> StrayLabel:
    """Say what a text is that is not of the run, and never the text."""
    token = next(iter(runs.tokens_of_digest(digest_of(text))), None)
    if token is None:
        try:
            label = parse_label(text)
        except LabelError:
            return StrayLabel(Stray.FOREIGN, "")
        if label.host in desk.identity.maker.hosts:
            token = runs.token_of_serial(label.gtin, label.serial)
    if token is None:
        return StrayLabel(Stray.FOREIGN, "")
    try:
        reference = desk.piece(str(token)).reference
    except UnknownPieceError:
        return StrayLabel(Stray.FOREIGN, "")
    ours = any(item.token_id == token for item in run.items)
    return StrayLabel(Stray.REPLACED if ours else Stray.OTHER_PIECE, reference)
