"""Ink and paper as colours: dark on light always, and far enough apart for every reader."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from mint.labels.errors import LabelInkError

_HEX: Final = re.compile(r"#[0-9a-fA-F]{6}")
_WEIGHTS: Final = (0.2126, 0.7152, 0.0722)


@dataclass(frozen=True, slots=True)
class Inks:
    """The two colours of a label, as `#rrggbb` in sRGB."""

    ink: str = "#000000"
    paper: str = "#ffffff"

    def __post_init__(self) -> None:
        for name, colour in (("ink", self.ink), ("paper", self.paper)):
            if not _HEX.fullmatch(colour):
                raise LabelInkError(f"{name}: a colour is written as #1a2b3c, not {colour[:20]!r}")

    @property
    def ink_reflectance(self) -> float:
        """Light that the ink gives back, 0 to 1."""
        return luminance(self.ink)

    @property
    def paper_reflectance(self) -> float:
        """Light that the paper gives back, 0 to 1."""
        return luminance(self.paper)

    @property
    def contrast(self) -> float:
        """Difference of the reflectances as the worse of two readers sees it; below 0 when inverted.

        ISO/IEC 15415's symbol contrast: a phone goes by luminance, a shop's scanner lights with red alone (660 nm),
        under which a red ink is as good as paper.
        """
        red = _linear(self.paper)[0] - _linear(self.ink)[0]
        return min(self.paper_reflectance - self.ink_reflectance, red)

    def require(self, contrast_min: float) -> None:
        """Raise LabelInkError unless ink is darker than paper by so much."""
        if self.paper_reflectance <= self.ink_reflectance:
            raise LabelInkError(f"ink {self.ink} is not darker than paper {self.paper}: many readers miss that")
        if self.contrast < contrast_min:
            raise LabelInkError(
                f"ink {self.ink} on paper {self.paper} has a contrast of {max(self.contrast, 0):.2f}, "
                f"{contrast_min:.2f} is needed; a darker ink (red is invisible to shop scanners) or lighter paper"
            )


def luminance(colour: str) -> float:
    """Give the relative luminance of an sRGB colour, 0 to 1 (IEC 61966-2-1)."""
    return sum(weight * value for weight, value in zip(_WEIGHTS, _linear(colour), strict=True))


def rgb(colour: str) -> tuple[int, int, int]:
    """Split `#rrggbb`."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _linear(colour: str) -> tuple[float, float, float]:
    red, green, blue = (value / 255 for value in rgb(colour))
    return _decoded(red), _decoded(green), _decoded(blue)


def _decoded(value: float) -> float:
    return float(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)
