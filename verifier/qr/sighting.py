"""A symbol that was seen and not read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Unread:
    """Where it stands, in a picture's full-size pixels."""

    corners: NDArray[np.float64]
    """Top left, top right, bottom right, bottom left; x, y."""
    version: int
    """0 where the reader could not tell."""

    def scaled(self, factor: float) -> Unread:
        """Give the same sighting in a picture `factor` times as large. Pixels are areas: their middles move too."""
        return Unread((self.corners + 0.5) * factor - 0.5, self.version)
