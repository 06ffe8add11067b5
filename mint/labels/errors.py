"""Why a label was not printed. In every case nothing was written."""

from __future__ import annotations


class LabelPrintError(Exception):
    """Base of every error of this package."""


class LabelReadbackError(LabelPrintError):
    """What we drew does not say what it should, or would not on this substrate. Print larger, or choose another one."""

    def __init__(self, found: int, picture_format: str, simulation: str = "as_drawn") -> None:
        super().__init__(
            f"the {picture_format} label did not read back ({simulation}): {found} texts found, none is right"
        )
        self.found = found
        self.picture_format = picture_format
        self.simulation = simulation
        """Which simulated print failed, or which measurement."""


class LabelSizeError(LabelPrintError):
    """The module is outside what shop scanners, or the substrate, can hold. Choose one within."""

    def __init__(self, module_mm: float, min_mm: float, max_mm: float, why: str = "") -> None:
        reason = f": {why}" if why else ""
        super().__init__(f"a module of {module_mm:g} mm is outside {min_mm:g} to {max_mm:g} mm{reason}")
        self.module_mm = module_mm
        self.min_mm = min_mm
        self.max_mm = max_mm


class LabelTextError(LabelPrintError):
    """A caption cannot be printed as it stands; the message says which part."""


class LabelFitError(LabelPrintError):
    """The label does not fit its stock. Choose larger stock, or a smaller module; it says what is needed."""


class LabelInkError(LabelPrintError):
    """These colours cannot be told apart well enough, or are inverted. Choose darker ink on lighter paper."""


class LabelLogoError(LabelPrintError):
    """The logo cannot stand in the symbol; the message says how large one may be."""
