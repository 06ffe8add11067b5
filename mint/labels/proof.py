"""The proof that what leaves this package reads, and says what it should.

Every format is turned into pixels again from the very bytes that are released. Then the symbol is measured, module by
module and with its quiet zone, and photographed in every simulation.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from mint.labels.choices import PrintChoices
from mint.labels.errors import LabelReadbackError
from mint.labels.layout import Layout
from mint.labels.raster import Pixels
from mint.labels.simulated_print import SIMULATIONS, Patch, SimulatedPrint
from mint.labels.symbol import QUIET_MODULES
from verifier.images import read_labels

_MIDDLE: Final = 128


def prove_layout(
    pixels: Pixels, px_per_mm: float, layout: Layout, text: str, choices: PrintChoices, picture_format: str
) -> None:
    """Measure and photograph the symbol of a label in `pixels`, whose first pixel is the label's corner.

    Raises LabelReadbackError that names what failed.
    """
    quiet_mm = QUIET_MODULES * layout.module_mm
    side_px = round((len(layout.symbol) + 2 * QUIET_MODULES) * layout.module_mm * px_per_mm)
    left = round((layout.symbol_left_mm - quiet_mm) * px_per_mm)
    top = round((layout.symbol_top_mm - quiet_mm) * px_per_mm)
    crop = pixels[max(top, 0) : top + side_px, max(left, 0) : left + side_px]
    if crop.shape != (side_px, side_px):
        raise LabelReadbackError(0, picture_format, "quiet_zone")
    _measure(crop, layout, picture_format)
    prove_prints(crop, px_per_mm, text, choices, picture_format)


def prove_prints(crop: Pixels, px_per_mm: float, text: str, choices: PrintChoices, picture_format: str) -> None:
    """Photograph a symbol with its quiet zone in every simulation.

    Raises LabelReadbackError for the first that fails.
    """
    printed = SimulatedPrint(Patch(crop, px_per_mm, choices.inks), choices.demands, text)
    for simulation in SIMULATIONS:
        texts = read_labels(printed.photograph(simulation)).texts
        if texts != (text,):
            raise LabelReadbackError(len(texts), picture_format, simulation.name)


def _measure(crop: Pixels, layout: Layout, picture_format: str) -> None:
    """Hold every module's middle, and all of the quiet zone, against the symbol that was meant."""
    modules = len(layout.symbol) + 2 * QUIET_MODULES
    module_px = len(crop) / modules
    centres = ((np.arange(modules) + 0.5) * module_px).astype(int)
    ink = crop[np.ix_(centres, centres)] < _MIDDLE
    meant = np.pad(layout.symbol, QUIET_MODULES)
    wrong = ink != meant
    if layout.logo is not None:
        start = layout.logo.left + QUIET_MODULES
        wrong[start : start + layout.logo.side, start : start + layout.logo.side] = False
    if wrong.any():
        raise LabelReadbackError(0, picture_format, "modules")
    # A dot of rounding on either side is no intrusion.
    rim = int(QUIET_MODULES * module_px) - 1
    frame = crop.copy()
    frame[rim:-rim, rim:-rim] = 255
    if frame.min() < _MIDDLE:
        raise LabelReadbackError(0, picture_format, "quiet_zone")
