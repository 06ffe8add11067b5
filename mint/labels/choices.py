"""What somebody chooses when a label is printed."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum, unique
from pathlib import Path
from typing import Final, Literal

from mint.labels.ink import Inks
from mint.labels.substrates import DEMANDS, MODULE_MAX_MM, Demands, EccLevel, Substrate, check_module

PictureFormat = Literal["png", "svg", "pdf", "zpl"]
PICTURE_FORMATS: Final[tuple[PictureFormat, ...]] = ("png", "svg", "pdf", "zpl")
PNG_DPI: Final = 600
ZPL_DPIS: Final = (203, 300, 600)


@unique
class Spelling(StrEnum):
    """How the address in the symbol is written. Append only: print runs keep it."""

    UPPER = "upper"
    """`HTTPS://ID.MAISON.EXAMPLE/...`: the smallest symbol."""
    MIXED = "mixed"
    """`https://id.maison.example/...`: for phone apps that take only small letters for a link. Larger by a version."""


@dataclass(frozen=True, slots=True)
class PrintChoices:
    """How a label is to be printed. Raises LabelSizeError or LabelInkError when the substrate cannot hold it."""

    substrate: Substrate = Substrate.PAPER
    module_mm: float | None = None
    """None: what the substrate is best printed with."""
    inks: Inks = field(default_factory=Inks)
    logo: bytes | None = field(default=None, repr=False)
    """A PNG file."""
    logo_modules: int | None = None
    font_path: Path | None = None
    dpi: int = PNG_DPI
    """Of a PNG, or of the thermal printer."""

    def __post_init__(self) -> None:
        check_module(self.module_wanted_mm, self.substrate)
        self.inks.require(self.demands.contrast_min)

    @property
    def demands(self) -> Demands:
        """What the substrate asks."""
        return DEMANDS[self.substrate]

    @property
    def ecc(self) -> EccLevel:
        """The error correction the substrate asks."""
        return self.demands.ecc

    @property
    def module_wanted_mm(self) -> float:
        """The module before it is fitted to a printer's dots."""
        return self.demands.module_mm if self.module_mm is None else self.module_mm

    def printed_module_mm(self, picture_format: PictureFormat) -> float:
        """Give the module as it will be drawn: of dots, always whole ones, never fewer than the substrate holds."""
        wanted = self.module_wanted_mm
        if picture_format in ("svg", "pdf"):
            return wanted
        dots_per_mm = self.dpi / 25.4
        dots = max(1, round(wanted * dots_per_mm))
        if dots / dots_per_mm < self.demands.module_min_mm:
            dots += 1
        elif dots / dots_per_mm > MODULE_MAX_MM:
            dots -= 1
        check_module(dots / dots_per_mm, self.substrate)
        return dots / dots_per_mm
