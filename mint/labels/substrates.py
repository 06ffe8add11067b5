"""What a label is printed on, and what that asks of its symbol.

| substrate | ECC | module, mm | contrast | why |
|---|---|---|---|---|
| paper | Q | 0.396 | 0.55 | ink spreads little; wear and glare ask for Q on a luxury tag |
| card | Q | 0.396 | 0.60 | coated stock is sharp, and its gloss mirrors lamps |
| leather | H | 0.495 | 0.45 | foil spreads under pressure; grain and wear eat modules |
| fabric | H | 0.660 | 0.45 | threads widen every edge, and the weave is a pattern of its own |
| engraved | H | 0.495 | 0.40 | metal mirrors whatever stands before it |

Contrast is ISO/IEC 15415's difference of reflectances: 0.70 is grade A, 0.55 B, 0.40 C.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final, Literal

from mint.labels.errors import LabelSizeError

MODULE_MIN_MM: Final = 0.396
MODULE_MAX_MM: Final = 0.990
"""GS1 General Specifications, QR codes at the point of sale."""
EccLevel = Literal["L", "M", "Q", "H"]


@unique
class Substrate(StrEnum):
    """What a label is printed on. Append only: print runs keep it."""

    PAPER = "paper"
    CARD = "card"
    LEATHER = "leather"
    FABRIC = "fabric"
    ENGRAVED = "engraved"


@dataclass(frozen=True, slots=True)
class Demands:
    """What one substrate asks of a symbol, and what it does to ink."""

    ecc: EccLevel
    module_min_mm: float
    module_mm: float
    """What is printed unless somebody chooses."""
    contrast_min: float
    """Least difference of the reflectances of paper and ink, 0 to 1."""
    spread_mm: float
    """How far ink creeps over each edge on an ordinary day; the hardest simulation doubles it."""
    texture: float
    """How much the surface itself varies in reflectance, 0 to 1."""
    gloss: float
    """Part of the symbol that a lamp's mirror image hides."""
    why: str


DEMANDS: Final[dict[Substrate, Demands]] = {
    Substrate.PAPER: Demands("Q", 0.396, 0.495, 0.55, 0.030, 0.03, 0.010, "ink spreads a little into paper"),
    Substrate.CARD: Demands("Q", 0.396, 0.495, 0.60, 0.020, 0.02, 0.020, "coated card is sharp but mirrors lamps"),
    Substrate.LEATHER: Demands("H", 0.495, 0.594, 0.45, 0.050, 0.08, 0.015, "foil spreads under pressure, grain shows"),
    Substrate.FABRIC: Demands("H", 0.660, 0.792, 0.45, 0.100, 0.10, 0.005, "threads widen every edge"),
    Substrate.ENGRAVED: Demands("H", 0.495, 0.594, 0.40, 0.035, 0.06, 0.030, "metal mirrors what stands before it"),
}


def check_module(module_mm: float, substrate: Substrate = Substrate.PAPER) -> None:
    """Raise LabelSizeError when shop scanners are not made for this module, or the substrate cannot hold it."""
    demands = DEMANDS[substrate]
    if not demands.module_min_mm <= module_mm <= MODULE_MAX_MM:
        held = MODULE_MIN_MM <= module_mm <= MODULE_MAX_MM
        why = f"{substrate}, where {demands.why}" if held else "what shop scanners are made for (GS1)"
        raise LabelSizeError(module_mm, demands.module_min_mm, MODULE_MAX_MM, why)
