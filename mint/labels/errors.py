"""Why a label was not printed. In every case nothing was written."""

from __future__ import annotations


class LabelPrintError(Exception):
    """Base of every error of this package."""


class LabelReadbackError(LabelPrintError):
    """The picture we drew does not say what it should: our bug, or a size no scanner resolves."""

    def __init__(self, found: int, picture_format: str) -> None:
        super().__init__(f"the {picture_format} label did not read back: {found} texts found, none is right")
        self.found = found
        self.picture_format = picture_format


class LabelSizeError(LabelPrintError):
    """The module is outside what GS1 allows, so scanners in shops may fail on it."""

    def __init__(self, module_mm: float, min_mm: float, max_mm: float) -> None:
        super().__init__(f"a module of {module_mm} mm is outside {min_mm} to {max_mm} mm")
        self.module_mm = module_mm
        self.min_mm = min_mm
        self.max_mm = max_mm


class LabelTextError(LabelPrintError):
    """A caption cannot be printed as it stands; the message says which part."""
