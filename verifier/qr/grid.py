"""Lay a grid over a symbol in a picture, and move it until it fits.

A grid is four corners and a warp: cloth and bottles bend a label in ways that no plane does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from verifier.image_loading import Grey
from verifier.qr.symbol import SymbolPlan

Plane = NDArray[np.float32]
Vector = NDArray[np.float64]
WARP_TERMS: Final = 14
_KNOWN_WEIGHT: Final = 2.5
"""What a module of a known pattern counts beside one whose colour nobody knows yet."""
_NUDGE_PX: Final = 0.05
_STEP_MIN: Final = 0.2
"""Modules; what is finer the slopes find."""
_ROUNDS_MAX: Final = 15
_DAMPING_MAX: Final = 100.0
_GAIN_MIN: Final = 1e-5
_GAIN_WORTH: Final = 2e-4
_FLAT: Final = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], np.float32)
_DIRECTIONS: Final = ((1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0))


@dataclass(frozen=True, slots=True)
class Grid:
    """Where a symbol's modules stand in a picture."""

    corners: NDArray[np.float64]
    """Top left, top right, bottom right, bottom left of the symbol itself; x, y in pixels."""
    side: int
    """In modules."""
    warp: NDArray[np.float64] | None = None
    """Of 14 terms, seven for each direction, up to the third degree; none of them moves a corner."""

    @property
    def module_px(self) -> float:
        """About how wide a module is."""
        return float(area_of(self.corners) ** 0.5) / self.side

    def points(self, per_module: int = 1, margin: int = 0) -> tuple[Plane, Plane]:
        """Give the middles of all modules, x and y, each divided into `per_module`, with `margin` modules around."""
        s, t, terms = _flat_points(self.side, per_module, margin)
        if self.warp is not None:
            s, t = s + self.warp[:7] @ terms, t + self.warp[7:] @ terms
        h = cv2.getPerspectiveTransform(_FLAT, self.corners.astype(np.float32))
        depth = h[2, 0] * s + h[2, 1] * t + h[2, 2]
        x = (h[0, 0] * s + h[0, 1] * t + h[0, 2]) / depth
        y = (h[1, 0] * s + h[1, 1] * t + h[1, 2]) / depth
        count = (self.side + 2 * margin) * per_module
        return x.reshape(count, count).astype(np.float32), y.reshape(count, count).astype(np.float32)


@cache
def _flat_points(side: int, per_module: int, margin: int) -> tuple[Vector, Vector, NDArray[np.float64]]:
    """Give the points of an even grid from -1 to 1 across the symbol, s and t, and the seven terms of a warp there."""
    along = ((np.arange((side + 2 * margin) * per_module) + 0.5) / per_module - margin) * 2 / side - 1
    s, t = (axis.ravel() for axis in np.meshgrid(along, along))
    s2, t2 = s * s, t * t
    return s, t, np.stack([s2 - 1, s * t, t2 - 1, s * (s2 - 1), s2 * t - t, s * t2 - s, t * (t2 - 1)])


def area_of(corners: NDArray[np.float64]) -> float:
    """Give the area of four corners, square pixels."""
    return float(abs(cv2.contourArea(corners.astype(np.float32))))


def sample(picture: Plane | Grey, grid: Grid, per_module: int = 1, margin: int = 0) -> Plane:
    """Read a picture at the grid's points."""
    return _at(picture, *grid.points(per_module, margin))


def fit(light: Plane, grid: Grid, plan: SymbolPlan) -> tuple[Grid, float]:
    """Move the corners, then bend, as long as that makes modules clearer and the known patterns truer.

    `light` is `even_light` of the picture. Gives the grid and how well it fits: 0 is noise, 3.5 is print.
    """
    aim = _Aim(light, plan)
    found, best = _walk_corners(grid, aim)
    return _follow_slopes(replace(found, warp=np.zeros(WARP_TERMS)), aim, best)


class _Aim:
    """What a good grid sees: the known patterns, and modules that are clearly ink or clearly paper."""

    def __init__(self, light: Plane, plan: SymbolPlan) -> None:
        self.light = light
        self.ink = plan.ink
        self.known = plan.ink != 0
        self._wanted = (plan.ink * np.float32(_KNOWN_WEIGHT / self.known.sum())).astype(np.float32)
        self._data = plan.data
        self._share = float(1 / plan.data.sum())
        self.known_weight = float(_KNOWN_WEIGHT * plan.data.sum() / self.known.sum())

    def score(self, grid: Grid) -> float:
        """Say how well a grid does."""
        seen = sample(self.light, grid)
        return float((seen * self._wanted).sum()) + float(np.abs(seen[self._data]).sum()) * self._share


def _walk_corners(grid: Grid, aim: _Aim) -> tuple[Grid, float]:
    """Take every move of one corner that helps; when none does, halve the step."""
    best, step = aim.score(grid), 1.0
    while step > _STEP_MIN:
        better = False
        for corner in range(4):
            for x, y in _DIRECTIONS:
                corners = grid.corners.copy()
                corners[corner] += (x * step * grid.module_px, y * step * grid.module_px)
                moved = replace(grid, corners=corners)
                reached = aim.score(moved)
                if reached > best + _GAIN_MIN:
                    grid, best, better = moved, reached, True
        if not better:
            step *= 0.5
    return grid, best


def _follow_slopes(grid: Grid, aim: _Aim, best: float) -> tuple[Grid, float]:
    """Bend the grid along the slopes of the picture (Gauss-Newton, damped) until that helps no more."""
    planes = (aim.light, *(_slope(aim.light, x, y) for x, y in ((1, 0), (0, 1))))
    damping = 0.01
    for _ in range(_ROUNDS_MAX):
        x, y = grid.points()
        seen, slope_x, slope_y = (_at(plane, x, y) for plane in planes)
        moves = _jacobian(grid, x, y, slope_x, slope_y)
        wanted = np.where(aim.known, aim.ink, np.sign(seen))
        weighed = moves * np.where(aim.known, aim.known_weight, np.abs(seen)).ravel()
        # OpenCV's product stays on one core; numpy's would start threads for each of these small ones.
        normal = cv2.gemm(weighed, moves, 1, np.empty(0), 0, flags=cv2.GEMM_2_T)
        pull = cv2.gemm(weighed, (wanted - seen).reshape(-1, 1).astype(np.float64), 1, np.empty(0), 0)
        step = _best_step(grid, aim, normal, pull, damping, best)
        if step is None:
            break
        moved, reached, damping = step
        gain = reached - best
        grid, best = moved, reached
        if gain < _GAIN_WORTH:
            break
    return grid, best


def _best_step(
    grid: Grid, aim: _Aim, normal: cv2.typing.MatLike, pull: cv2.typing.MatLike, damping: float, best: float
) -> tuple[Grid, float, float] | None:
    """Damp the step until it helps; None where none does. Gives the next damping too."""
    while damping < _DAMPING_MAX:
        damped = normal + damping * np.diag(np.diag(normal) + 1e-6)
        _, step = cv2.solve(damped, pull, flags=cv2.DECOMP_CHOLESKY)
        assert grid.warp is not None
        change = np.asarray(step, np.float64).ravel()
        moved = replace(grid, corners=grid.corners + change[:8].reshape(4, 2), warp=grid.warp + change[8:])
        reached = aim.score(moved)
        if reached > best + _GAIN_MIN:
            return moved, reached, max(damping / 4, 1e-4)
        damping *= 6
    return None


def _jacobian(grid: Grid, x: Plane, y: Plane, slope_x: Plane, slope_y: Plane) -> NDArray[np.float64]:
    """Say how each module's light changes with each corner coordinate and each warp term; 22 rows."""
    rows = []
    for i in range(8):
        corners = grid.corners.ravel().copy()
        corners[i] += _NUDGE_PX
        moved_x, moved_y = replace(grid, corners=corners.reshape(4, 2)).points()
        rows.append(((moved_x - x) * slope_x + (moved_y - y) * slope_y).ravel() / _NUDGE_PX)
    s, t, terms = _flat_points(grid.side, 1, 0)
    h = cv2.getPerspectiveTransform(_FLAT, grid.corners.astype(np.float32))
    assert grid.warp is not None
    depth = h[2, 0] * (s + grid.warp[:7] @ terms) + h[2, 1] * (t + grid.warp[7:] @ terms) + h[2, 2]
    flat_x, flat_y, slopes_x, slopes_y = (plane.ravel() for plane in (x, y, slope_x, slope_y))
    for i in range(2):
        along = ((h[0, i] - flat_x * h[2, i]) * slopes_x + (h[1, i] - flat_y * h[2, i]) * slopes_y) / depth
        rows.extend(along * terms)
    return np.array(rows, np.float64)


def _slope(light: Plane, x: int, y: int) -> Plane:
    return np.asarray(cv2.Sobel(light, cv2.CV_32F, x, y, scale=0.125), np.float32)


def _at(plane: Plane | Grey, x: Plane, y: Plane) -> Plane:
    return np.asarray(cv2.remap(plane, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)
