"""Undo blur without knowing the camera: how the known patterns were smeared says how all of them were.

The point spread is learnt from finders, timing and alignment patterns, whose modules everybody knows; then the
modules are sought that, smeared in the same way, look like the picture.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from verifier.image_loading import Grey
from verifier.qr.grid import Grid, sample
from verifier.qr.light import WINDOW_MODULES, light_around
from verifier.qr.soft import Modules
from verifier.qr.symbol import SymbolPlan

_PER_MODULE: Final = 3
_MARGIN: Final = 4
_ROUNDS: Final = 60
_DAMPING: Final = 0.02
_SMOOTHING: Final = 0.004
_POINTS_MIN: Final = 150
_SPREAD_MIN: Final = 0.2
_FRAME_PX: Final = 16
_NOISE: Final = 0.003


def sharpen(pixels: Grey, grid: Grid, plan: SymbolPlan, reach: int) -> Modules | None:
    """Give the modules as they were before the blur; None when the patterns teach nothing.

    `reach` is how far a point may spread, in thirds of a module.
    """
    seen = sample(pixels, grid, _PER_MODULE, _MARGIN)
    middle, contrast = light_around(seen, WINDOW_MODULES * _PER_MODULE | 1)
    seen = (middle - seen) / contrast
    ink = np.pad(plan.ink, _MARGIN, constant_values=-1)
    known = ink != 0
    learnt = _point_spread(seen, _enlarged(ink), known, reach)
    return None if learnt is None else _unsmeared(seen, ink, known, *learnt)[_MARGIN:-_MARGIN, _MARGIN:-_MARGIN]


def refocus(pixels: Grey, spread_px: float) -> Grey:
    """Undo a Gaussian blur (Wiener's filter), so that a grid finds edges to hold on to."""
    height, width = pixels.shape
    framed = np.pad(pixels.astype(np.float32), _FRAME_PX, mode="edge")
    across, down = np.fft.rfftfreq(width + 2 * _FRAME_PX)[None, :], np.fft.fftfreq(height + 2 * _FRAME_PX)[:, None]
    passed = np.exp(-2 * (np.pi * spread_px) ** 2 * (across * across + down * down))
    sharp = np.fft.irfft2(np.fft.rfft2(framed) * passed / (passed * passed + _NOISE), s=framed.shape)
    return np.clip(sharp[_FRAME_PX:-_FRAME_PX, _FRAME_PX:-_FRAME_PX], 0, 255).astype(np.uint8)


def _point_spread(
    seen: NDArray[np.float32], ink: NDArray[np.float32], known: NDArray[np.bool_], reach: int
) -> tuple[NDArray[np.float32], float] | None:
    """Solve for the spread, 2 reach + 1 square, and the offset that explain the points whose surroundings are known."""
    window = np.ones((2 * reach + 1,) * 2, np.uint8)
    explained = cv2.erode(_enlarged(known.astype(np.uint8)), window, borderValue=1) > 0
    explained &= cv2.dilate((ink > 0).astype(np.uint8), window) > 0
    explained[:reach] = explained[-reach:] = False
    explained[:, :reach] = explained[:, -reach:] = False
    y, x = np.nonzero(explained)
    if len(y) < _POINTS_MIN:
        return None
    shifts = [(dy, dx) for dy in range(-reach, reach + 1) for dx in range(-reach, reach + 1)]
    causes = np.stack([*(ink[y + dy, x + dx] for dy, dx in shifts), np.ones(len(y), np.float32)], axis=1)
    far = np.array([1 + 0.6 * (dy * dy + dx * dx) for dy, dx in shifts] + [0.1]) * len(y) * _SMOOTHING
    normal = cv2.mulTransposed(causes, aTa=True) + np.diag(far).astype(np.float32)
    pull = cv2.gemm(causes, seen[y, x].reshape(-1, 1), 1, np.empty(0), 0, flags=cv2.GEMM_1_T)
    _, solved = cv2.solve(normal, pull, flags=cv2.DECOMP_CHOLESKY)
    solved = solved.ravel()
    spread = np.maximum(solved[:-1].reshape(window.shape), 0).astype(np.float32)
    return None if spread.sum() < _SPREAD_MIN else (spread, float(solved[-1]))


def _unsmeared(
    seen: NDArray[np.float32],
    ink: NDArray[np.float32],
    known: NDArray[np.bool_],
    spread: NDArray[np.float32],
    offset: float,
) -> Modules:
    """Descend to the modules that explain what is seen (accelerated, held between -1 and +1, patterns held fast)."""
    back = np.ascontiguousarray(spread[::-1, ::-1])
    step = 1.2 / float(spread.sum() * _PER_MODULE) ** 2
    first = cv2.resize(seen, ink.shape[::-1], interpolation=cv2.INTER_AREA)
    modules = np.where(known, ink, np.clip(first, -1, 1)).astype(np.float32)
    ahead, pace = modules, 1.0
    for _ in range(_ROUNDS):
        rest = cv2.filter2D(_enlarged(ahead), -1, spread, borderType=cv2.BORDER_REPLICATE) + offset - seen
        slope = (
            _gathered(np.asarray(cv2.filter2D(rest, -1, back, borderType=cv2.BORDER_REPLICATE), np.float32))
            + _DAMPING * ahead
        )
        moved = np.where(known, ink, np.clip(ahead - step * slope, -1, 1)).astype(np.float32)
        faster = (1 + (1 + 4 * pace * pace) ** 0.5) / 2
        ahead = (moved + (pace - 1) / faster * (moved - modules)).astype(np.float32)
        modules, pace = moved, faster
    return modules


def _enlarged(modules: NDArray[np.generic]) -> NDArray[np.float32]:
    return modules.repeat(_PER_MODULE, axis=0).repeat(_PER_MODULE, axis=1)  # type: ignore[return-value]


def _gathered(points: NDArray[np.float32]) -> NDArray[np.float32]:
    side = len(points) // _PER_MODULE
    return np.asarray(points.reshape(side, _PER_MODULE, side, _PER_MODULE).sum(axis=(1, 3)), np.float32)
