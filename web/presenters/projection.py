"""Where a place lies on our map of the world: Equal Earth, which keeps the sizes of countries true to each other.

Source: Savric, Patterson and Jenny, "The Equal Earth map projection" (2018), equations 1 to 3.
"""

from __future__ import annotations

import math
from typing import Final

WORLD_WIDTH: Final = 960
WORLD_HEIGHT: Final = 432
"""Of `static/world.svg`: from the northernmost land down to Cape Horn."""
_A1, _A2, _A3, _A4 = 1.340264, -0.081106, 0.000893, 0.003796
_M: Final = math.sqrt(3) / 2
_SCALE: Final = WORLD_WIDTH / 2 / (math.pi / (_M * _A1))
"""The equator, half of it, is half the width."""
_EQUATOR_Y: Final = 233.0


def project(latitude: float, longitude: float) -> tuple[float, float]:
    """Give x and y in units of the map, from its top left corner; both angles in degrees, north and east positive."""
    angle = math.asin(_M * math.sin(math.radians(latitude)))
    square = angle * angle
    sixth = square**3
    x = (
        math.radians(longitude)
        * math.cos(angle)
        / (_M * (_A1 + 3 * _A2 * square + sixth * (7 * _A3 + 9 * _A4 * square)))
    )
    y = angle * (_A1 + _A2 * square + sixth * (_A3 + _A4 * square))
    return WORLD_WIDTH / 2 + _SCALE * x, _EQUATOR_Y - _SCALE * y
