"""Letters on pictures: spaced, centred, and with the accents of Western languages.

The typeface that comes with Pillow has no accented letters, so their marks are drawn here. A house that
brings its own font file gets its own letters, accents included.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Final

from PIL import ImageDraw, ImageFont

from mint.labels.errors import LabelTextError

_TRIAL_PX: Final = 64
_MISSING: Final = "\uffff"
_PEN: Final = 0.06
# Strokes above the letter (below for the cedilla), em: x from its centre, y up from its top.
_MARKS: Final[dict[str, tuple[tuple[tuple[float, float], ...], ...]]] = {
    "\u0300": (((-0.1, 0.2), (0.04, 0.08)),),
    "\u0301": (((0.1, 0.2), (-0.04, 0.08)),),
    "\u0302": (((-0.11, 0.08), (0.0, 0.19), (0.11, 0.08)),),
    "\u0303": (((-0.13, 0.1), (-0.05, 0.16), (0.05, 0.1), (0.13, 0.16)),),
    "\u0308": (((-0.1, 0.11), (-0.1, 0.17)), ((0.1, 0.11), (0.1, 0.17))),
    "\u030a": (((-0.07, 0.12), (0.0, 0.19), (0.07, 0.12), (0.0, 0.06), (-0.07, 0.12)),),
    "\u0327": (((0.0, 0.0), (0.06, -0.09), (-0.06, -0.17)),),
}
_CEDILLA: Final = "\u0327"


class Lettering:
    """One typeface."""

    def __init__(self, font_path: Path | None = None) -> None:
        self._path = font_path
        try:
            self._trial = self._font(_TRIAL_PX)
        except OSError as error:
            raise LabelTextError(f"{font_path} is not a font file we can read") from error
        self._missing = bytes(self._trial.getmask(_MISSING))
        self._drawn: dict[str, bool] = {" ": True}
        self._advances: dict[str, float] = {}

    def measure(self, text: str, tracking: float) -> float:
        """Give the width of `text` in em. Raises LabelTextError when a letter cannot be drawn."""
        letters = [self._letter(character) for character in text]
        return sum(self._advance(base) + tracking for base, _ in letters) - tracking

    def draw(
        self, on: ImageDraw.ImageDraw, text: str, left_px: float, baseline_px: float, em_px: float, tracking: float
    ) -> None:
        """Draw `text` in black from `left_px`."""
        font = self._font(em_px)
        for character in text:
            base, marks = self._letter(character)
            on.text((left_px, baseline_px), base, fill=0, font=font, anchor="ls")
            left, top, right, _ = font.getbbox(base, anchor="ls")
            for mark in marks:
                origin_y = baseline_px + (0 if mark == _CEDILLA else top)
                self._stroke(on, mark, left_px + (left + right) / 2, origin_y, em_px)
            left_px += font.getlength(base) + tracking * em_px

    def _stroke(self, on: ImageDraw.ImageDraw, mark: str, x_px: float, y_px: float, em_px: float) -> None:
        for points in _MARKS[mark]:
            line = [(x_px + x * em_px, y_px - y * em_px) for x, y in points]
            on.line(line, fill=0, width=max(1, round(_PEN * em_px)), joint="curve")

    def _advance(self, character: str) -> float:
        if character not in self._advances:
            self._advances[character] = self._trial.getlength(character) / _TRIAL_PX
        return self._advances[character]

    def _letter(self, character: str) -> tuple[str, str]:
        """Give what to draw for one character: a letter the font has, and the marks to add."""
        if self._has(character):
            return character, ""
        decomposed = unicodedata.normalize("NFD", character)
        base, marks = decomposed[0], decomposed[1:]
        if not self._has(base) or not set(marks) <= _MARKS.keys():
            raise LabelTextError(f"the typeface has no {character!r}; give a font file that has it")
        return base, marks

    def _has(self, character: str) -> bool:
        """Say whether the font draws `character`: other ones look like a character that cannot be."""
        if character not in self._drawn:
            self._drawn[character] = bytes(self._trial.getmask(character)) != self._missing
        return self._drawn[character]

    def _font(self, em_px: float) -> ImageFont.FreeTypeFont:
        if self._path is not None:
            return ImageFont.truetype(self._path, em_px)
        font = ImageFont.load_default(em_px)
        assert isinstance(font, ImageFont.FreeTypeFont), "Pillow is built without FreeType"
        return font
