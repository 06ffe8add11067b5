"""Find symbols by their three finders, seen as squares in squares in squares.

A reader follows straight lines across a picture, which strong tilt and bent paper break. Nested outlines survive
both, and their twelve outer corners give the symbol's place at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from verifier.image_loading import Grey
from verifier.qr.sighting import Unread
from verifier.qr.symbol import VERSION_MAX, side_of

FINDERS_MAX: Final = 16
BY_THREE_MAX: Final = 30
BY_TWO_MAX: Final = 24
_AREA_MIN_PX: Final = 60.0
_OUTLINES_MAX: Final = 40_000
"""A picture of noise has more; looking at them all would take seconds."""
_TO_RING: Final = (1.2, 4.2)
_TO_CORE: Final = (2.6, 14.0)
"""Areas of a finder's outline to its ring and to its core: 49/25 and 49/9 in print, less so when blurred."""
_APART_MAX: Final = 0.22
_FILLED_MIN: Final = 0.75
_SIZES_MAX: Final = 5.0
_SKEW_MAX: Final = 0.96
_APART_MIN_PX: Final = 9.0
_MISFIT_MAX: Final = 0.35
_VERSIONS_AROUND: Final = 2.2
_SQUARE: Final = np.array([[0, 0], [7, 0], [7, 7], [0, 7]], np.float32)
_PAIRS: Final = (
    (((0, 0), (1, 0)), 1),
    (((0, 0), (0, 1)), -1j),
    (((1, 0), (0, 1)), -(1 + 1j) / 2),
)
"""Where two finders may stand, and by what the way from the one to the other is turned to lie across."""
_QUARTERS: Final = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], np.float32)
_THRESHOLDS: Final = ((6, 5), (14, 5), (30, 4))
"""Windows, as a part of the longer side, and how much darker than the window's mean ink is."""

Outline = cv2.typing.MatLike


@dataclass(frozen=True, slots=True)
class _Finder:
    middle: NDArray[np.float32]
    corners: NDArray[np.float32]
    area: float


def symbols_by_finders(pixels: Grey, left_s: Callable[[], float]) -> list[Unread]:
    """Give the symbols that three finders, or two of them, could belong to, the best fitting first.

    Glare and dirt often take one finder away; two say where the third must be, if less well.
    """
    finders = _finders(pixels)
    found: list[Unread] = []
    for count, most in ((3, BY_THREE_MAX), (2, BY_TWO_MAX)):
        placed: list[tuple[float, Unread]] = []
        for some in combinations(finders, count):
            if left_s() <= 0:
                break
            placed.extend(_symbols(some))
        placed.sort(key=lambda each: each[0])
        found.extend(unread for _, unread in placed[:most])
    return found


def _finders(pixels: Grey) -> list[_Finder]:
    side = max(pixels.shape)
    smooth = cv2.GaussianBlur(pixels, (0, 0), 1)
    views = [
        cv2.adaptiveThreshold(
            smooth, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, max(11, side // part | 1), darker
        )
        for part, darker in _THRESHOLDS
    ]
    views.append(cv2.threshold(smooth, 0, 255, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)[1])
    found: list[_Finder] = []
    for view in views:
        for each in _nested(np.asarray(view, np.uint8)):
            if not any(np.linalg.norm(each.middle - other.middle) < 0.25 * other.area**0.5 for other in found):
                found.append(each)
    found.sort(key=lambda each: -each.area)
    return found[:FINDERS_MAX]


def _nested(view: Grey) -> Iterator[_Finder]:
    """Find outlines that hold a hole that holds a core, all around one middle and with a finder's proportions."""
    outlines, tree = cv2.findContours(view, cv2.RETR_TREE, cv2.CHAIN_APPROX_NONE)
    if not 0 < len(outlines) <= _OUTLINES_MAX:
        return
    links = np.asarray(tree)[0]
    areas = [cv2.contourArea(outline) for outline in outlines]
    for i in map(int, np.flatnonzero((links[:, 2] >= 0) & (np.array(areas) >= _AREA_MIN_PX))):
        for hole in _siblings(links, links[i][2]):
            for core in _siblings(links, links[hole][2]):
                if areas[hole] and areas[core]:
                    ring, middle = areas[i] / areas[hole], areas[i] / areas[core]
                    if _TO_RING[0] < ring < _TO_RING[1] and _TO_CORE[0] < middle < _TO_CORE[1]:
                        yield from _finder(outlines[i], outlines[core], areas[i])


def _siblings(links: NDArray[np.int32], first: int) -> Iterator[int]:
    while first >= 0:
        yield first
        first = int(links[first][0])


def _finder(outline: Outline, core: Outline, area: float) -> Iterator[_Finder]:
    middle, inner = _middle_of(outline), _middle_of(core)
    if np.linalg.norm(middle - inner) > _APART_MAX * area**0.5:
        return
    hull = cv2.convexHull(outline)
    if area < _FILLED_MIN * cv2.contourArea(hull):
        return
    around = cv2.arcLength(hull, True)
    for tolerance in (0.04, 0.06, 0.08, 0.11, 0.15):
        corners = cv2.approxPolyDP(hull, tolerance * around, True)
        if len(corners) == 4:
            yield _Finder(inner, corners[:, 0].astype(np.float32), area)
            return


def _middle_of(outline: Outline) -> NDArray[np.float32]:
    moments = cv2.moments(outline)
    if not moments["m00"]:
        return np.array(cv2.mean(np.asarray(outline, np.float32))[:2], np.float32)
    return np.array([moments["m10"] / moments["m00"], moments["m01"] / moments["m00"]], np.float32)


@dataclass(frozen=True, slots=True)
class _Placing:
    """Finders that may belong together: where each would stand, and how the symbol would lie."""

    finders: tuple[_Finder, ...]
    places: tuple[tuple[int, int], ...]
    """Of each: (0, 0) top left, (1, 0) top right, (0, 1) bottom left."""
    across: NDArray[np.float32]
    """From the top left finder to the top right one; `down` likewise."""
    down: NDArray[np.float32]


def _symbols(finders: tuple[_Finder, ...]) -> Iterator[tuple[float, Unread]]:
    """Put finders together; gives how badly the grid of each likely version misses their corners."""
    areas = [finder.area for finder in finders]
    if max(areas) > _SIZES_MAX * min(areas):
        return
    placings = _by_three(finders) if len(finders) == 3 else _by_two(*finders)
    for placing in placings:
        yield from _placed(placing, float(np.mean(areas)))


def _placed(placing: _Placing, area: float) -> Iterator[tuple[float, Unread]]:
    axes = np.linalg.inv(np.stack([placing.across, placing.down], axis=1)).astype(np.float32)
    corners = np.concatenate([_ordered(finder, axes) for finder in placing.finders])
    spans = [np.ptp((finder.corners - finder.middle) @ axes.T, axis=0).mean() for finder in placing.finders]
    likely = (7 / float(np.mean(spans)) + 7 - 17) / 4
    for version in range(1, VERSION_MAX + 1):
        if abs(version - likely) < _VERSIONS_AROUND:
            side = side_of(version)
            flat = np.concatenate([_SQUARE + _step((side - 7) * x, (side - 7) * y) for x, y in placing.places])
            plane, _ = cv2.findHomography(flat, corners, 0)
            if not np.size(plane):
                continue
            missed = np.linalg.norm(cv2.perspectiveTransform(flat[None], plane)[0] - corners, axis=1).mean()
            whole = np.array([[[0, 0], [side, 0], [side, side], [0, side]]], np.float32)
            placed = cv2.perspectiveTransform(whole, plane)[0]
            misfit = float(missed) / area**0.5
            if misfit < _MISFIT_MAX and cv2.isContourConvex(placed.astype(np.float32)):
                yield misfit + 0.05 * abs(version - likely), Unread(placed.astype(np.float64), version)


def _step(x: float, y: float) -> NDArray[np.float32]:
    return np.array([x, y], np.float32)


def _by_three(three: tuple[_Finder, ...]) -> Iterator[_Placing]:
    """Give each way three may lie: under strong tilt the squarest angle misleads, so every corner has its turn."""
    for i in range(3):
        corner, one, other = three[i], three[(i + 1) % 3], three[(i + 2) % 3]
        u, v = one.middle - corner.middle, other.middle - corner.middle
        lengths = float(np.linalg.norm(u) * np.linalg.norm(v))
        if lengths < _APART_MIN_PX or abs(float(u @ v)) >= _SKEW_MAX * lengths:
            continue
        if float(u[0] * v[1] - u[1] * v[0]) > 0:
            yield _Placing((corner, one, other), ((0, 0), (1, 0), (0, 1)), u, v)
        else:
            yield _Placing((corner, other, one), ((0, 0), (1, 0), (0, 1)), v, u)


def _by_two(one: _Finder, other: _Finder) -> Iterator[_Placing]:
    """Give each way two may lie, as if the symbol were seen straight on."""
    apart = other.middle - one.middle
    if float(apart @ apart) < _APART_MIN_PX:
        return
    for places, turn in _PAIRS:
        for finders, way in (((one, other), apart), ((other, one), -apart)):
            across = complex(*way) * turn
            down = across * 1j
            yield _Placing(finders, places, _step(across.real, across.imag), _step(down.real, down.imag))


def _ordered(finder: _Finder, axes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Order a finder's corners as the symbol's are: the one farthest in each quarter, else around from the first."""
    along = (finder.corners - finder.middle) @ axes.T
    picked = [int(np.argmax(along @ quarter)) for quarter in _QUARTERS]
    if len(set(picked)) < 4:
        around = np.argsort(np.arctan2(along[:, 1], along[:, 0]))
        picked = list(np.roll(around, -int(np.argmin(along[around].sum(axis=1)))))
    return finder.corners[picked]
