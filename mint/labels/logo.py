"""A logo in the middle of a symbol: as large as error correction can spare, and no larger.

A logo spends what was meant for dirt, glare and wear. It may take a third of what each block corrects; two thirds stay.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mint.labels.errors import LabelLogoError
from mint.labels.substrates import EccLevel
from mint.labels.symbol import Matrix, anatomy_of

SHARE: Final = 3
"""One part in so many of what a block corrects may be covered."""
FILE_MAX_BYTES: Final = 2 * 1024 * 1024
SIDE_MAX_PX: Final = 4_096
_KEPT_PX: Final = 512
_RIM_MODULES: Final = 0.5
"""Paper around the logo, inside its square."""


@dataclass(frozen=True, slots=True)
class PlacedLogo:
    """A logo over the middle of a symbol."""

    pixels: NDArray[np.uint8] = field(repr=False)
    """Grey, square, 0 is ink."""
    left: int
    """First column, and row, that it covers."""
    side: int
    """Modules, rim included."""

    @property
    def rim(self) -> float:
        """Paper on each side of it, modules."""
        return _RIM_MODULES


def place_logo(symbol: Matrix, ecc: EccLevel, content: bytes, side: int | None = None) -> tuple[Matrix, PlacedLogo]:
    """Clear the middle of `symbol` for the logo in a PNG file; of `side` modules, or the most there may be.

    Raises LabelLogoError, which says how large a logo may be.
    """
    most = logo_side_max(len(symbol), ecc)
    if most == 0:
        raise LabelLogoError("this symbol has no room for a logo: it has a pattern of its own in the middle")
    wanted = most if side is None else side
    if not 1 <= wanted <= most:
        raise LabelLogoError(f"a logo of {wanted} modules is too large: this symbol can spare {most} by {most}")
    # A symbol has an odd number of modules, so a square in its very middle has too.
    wanted -= 1 - wanted % 2
    left = (len(symbol) - wanted) // 2
    cleared = symbol.copy()
    cleared[left : left + wanted, left : left + wanted] = False
    return cleared, PlacedLogo(_read(content), left, wanted)


def logo_side_max(symbol_side: int, ecc: EccLevel) -> int:
    """Give how many modules wide a logo may be, 0 where there is no room."""
    fitting = [side for side in range(1, symbol_side // 2, 2) if _is_spared(symbol_side, ecc, side)]
    return max(fitting, default=0)


def covered_codewords(symbol_side: int, ecc: EccLevel, side: int) -> tuple[int, ...]:
    """Count, for each Reed-Solomon block, the codewords that a square of `side` modules in the middle touches."""
    anatomy, left = anatomy_of(symbol_side, ecc), (symbol_side - side) // 2
    touched = np.unique(anatomy.codeword[left : left + side, left : left + side])
    counts = np.bincount(anatomy.block[touched[touched >= 0]], minlength=len(anatomy.corrects))
    return tuple(int(count) for count in counts)


def _is_spared(symbol_side: int, ecc: EccLevel, side: int) -> bool:
    anatomy, left = anatomy_of(symbol_side, ecc), (symbol_side - side) // 2
    if anatomy.function[left : left + side, left : left + side].any():
        return False
    counts = covered_codewords(symbol_side, ecc, side)
    return all(count <= corrects // SHARE for count, corrects in zip(counts, anatomy.corrects, strict=True))


def _read(content: bytes) -> NDArray[np.uint8]:
    """Decode a logo to a grey square on white. Raises LabelLogoError."""
    if len(content) > FILE_MAX_BYTES:
        raise LabelLogoError(f"a logo's file has at most {FILE_MAX_BYTES // 2**20} MB")
    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as picture:
            if max(picture.size) > SIDE_MAX_PX:
                raise LabelLogoError(f"a logo has at most {SIDE_MAX_PX} pixels a side, not {max(picture.size)}")
            clear = picture.convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise LabelLogoError("the logo is no PNG file we can read") from error
    side = max(clear.size)
    square = Image.new("RGBA", (side, side), "white")
    square.alpha_composite(clear, ((side - clear.width) // 2, (side - clear.height) // 2))
    grey = square.convert("L")
    grey.thumbnail((_KEPT_PX, _KEPT_PX), Image.Resampling.LANCZOS)
    return np.asarray(grey)
