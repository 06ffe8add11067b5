"""A second chance for symbols that a reader found and could not read.

Each is cut out at a size that suits it, a grid is fitted, and its modules are weighed rather than decided: as they
are, with glare and dirt taken out, and with the blur undone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from verifier.image_labels import is_label_of
from verifier.image_loading import Grey
from verifier.qr.grid import Grid, area_of, fit, sample
from verifier.qr.light import even_light
from verifier.qr.reader import find_codes
from verifier.qr.sharpen import refocus, sharpen
from verifier.qr.sighting import Unread
from verifier.qr.soft import Modules, clean_picture, correct
from verifier.qr.symbol import VERSION_MAX, SymbolPlan, plan_of, side_of

MODULE_PX: Final = 4.0
"""How large modules are made before they are looked at."""
MODULE_MIN_PX: Final = 1.2
FIT_MIN: Final = 0.85
"""What noise seldom reaches and a blurred symbol does."""
CLEAR_MIN: Final = 1.2
"""From here on modules may be read as they are."""
STRETCH_MAX: Final = 4.0
"""Times the side of a square of its area: 2.5 seen from 70 degrees. A sliver, enlarged, would fill the memory."""
_BORDER_MODULES: Final = 8
_SIGHTINGS_MAX: Final = 60
_CANDIDATES_MAX: Final = 30
_SHARPENED_MAX: Final = 6
_SAME_WITHIN: Final = 0.04
"""Of a side. Two sightings of one symbol that differ by more are two places to start from."""
AGREEMENT_MIN: Final = -0.1
_SPREADS: Final = (5, 8)
_REFOCUSED_MAX: Final = 8
_REFOCUSED_MIN: Final = 0.2
_OUT_OF_FOCUS: Final = 0.7
"""Modules. A symbol that is more out of focus is lost; one that is less is read all the same."""


def rescue(
    pixels: Grey, unread: Sequence[Unread], left_s: Callable[[], float], hosts: frozenset[str] = frozenset()
) -> list[str]:
    """Read what can be read of these symbols; the surest candidates first, and only while there is time left.

    With `hosts`, the search ends with a label of one of them.
    """
    candidates = []
    for each in _distinct(unread):
        if left_s() <= 0:
            break
        candidates += _candidate(pixels, each)
    candidates.sort(key=lambda candidate: -candidate.agreement)
    fitted: list[_Fitted] = []
    texts: dict[str, None] = {}
    for text in _read_all(candidates[:_CANDIDATES_MAX], fitted, left_s, hosts):
        texts[text] = None
        if is_label_of(text, hosts):
            break
    return list(texts)


def _read_all(
    candidates: Sequence[_Candidate], fitted: list[_Fitted], left_s: Callable[[], float], hosts: frozenset[str]
) -> Iterator[str]:
    """Fit every candidate and weigh it as it is, the surest ones also refocused; then undo the blur of the best fits.

    A symbol that was read is not looked at again, however many sightings it has.
    """
    read: list[_Candidate] = []
    likely = (each for each in candidates[:_REFOCUSED_MAX] if each.agreement > _REFOCUSED_MIN)
    refocused = (replace(each, near=refocus(each.near, _OUT_OF_FOCUS * MODULE_PX)) for each in likely)
    for candidate in chain(candidates, refocused):
        if left_s() <= 0:
            return
        found = None if any(candidate.overlaps(each) for each in read) else _fitted(candidate)
        if found is not None:
            text = _text_of(found.seen, found, hosts) if found.score >= CLEAR_MIN else None
            if text:
                read.append(candidate)
                yield text
            else:
                fitted.append(found)
    fitted.sort(key=lambda each: -each.score)
    for reach in _SPREADS:
        for each in fitted[:_SHARPENED_MAX]:
            if left_s() <= 0:
                return
            if any(each.candidate.overlaps(other) for other in read):
                continue
            sharp = sharpen(each.candidate.near, each.grid, each.plan, reach)
            text = None if sharp is None else _text_of(sharp, each, hosts)
            if text:
                read.append(each.candidate)
                yield text


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A symbol cut out at a size that suits it."""

    near: Grey
    corners: NDArray[np.float64]
    version: int
    agreement: float
    """How well the version's patterns show before anything is fitted; 0 is noise."""
    middle: NDArray[np.float64]
    """In the whole picture."""
    reach_px: float
    """Half a side, in the whole picture."""

    def overlaps(self, other: _Candidate) -> bool:
        """Say whether the middle of one lies in the other."""
        return float(np.abs(self.middle - other.middle).max()) < max(self.reach_px, other.reach_px)


@dataclass(frozen=True, slots=True)
class _Fitted:
    """A candidate whose grid fits."""

    candidate: _Candidate
    plan: SymbolPlan
    grid: Grid
    score: float
    seen: Modules


def _distinct(unread: Sequence[Unread]) -> list[Unread]:
    """Keep one of the sightings of each symbol, those that were seen most often first."""
    groups: list[list[Unread]] = []
    for each in unread:
        near = next((group for group in groups if _is_same(group[0], each)), None)
        if near is None:
            groups.append([each])
        else:
            near.append(each)
    groups.sort(key=lambda group: (-len(group), -area_of(group[0].corners)))
    picked = [max(group, key=lambda each: each.version > 0) for group in groups]
    return picked[:_SIGHTINGS_MAX]


def _is_same(one: Unread, other: Unread) -> bool:
    apart = float(np.abs(one.corners - other.corners).max())
    return bool(apart < _SAME_WITHIN * area_of(one.corners) ** 0.5)


def _candidate(pixels: Grey, unread: Unread) -> list[_Candidate]:
    guessed = side_of(unread.version or 5)
    cut = _cut_out(pixels, unread.corners, guessed)
    if cut is None:
        return []
    near, corners = cut
    light = even_light(near, area_of(corners) ** 0.5 / guessed)
    ranked = _likely_versions(light, corners, unread.version)
    middle, reach_px = unread.corners.mean(axis=0), 0.5 * area_of(unread.corners) ** 0.5
    return [
        _Candidate(near, corners, version, fits, middle, reach_px) for fits, version in ranked if fits > AGREEMENT_MIN
    ]


def _cut_out(pixels: Grey, corners: NDArray[np.float64], side: int) -> tuple[Grey, NDArray[np.float64]] | None:
    """Cut a symbol and its surroundings out, scaled so that a module is about MODULE_PX wide."""
    length_px = area_of(corners) ** 0.5
    module_px = length_px / side
    if module_px < MODULE_MIN_PX or float(np.ptp(corners, axis=0).max()) > STRETCH_MAX * length_px:
        return None
    border = _BORDER_MODULES * module_px
    left, top = np.maximum(np.floor(corners.min(axis=0) - border), 0).astype(int)
    right, bottom = np.minimum(np.ceil(corners.max(axis=0) + border), pixels.shape[::-1]).astype(int)
    if right - left < side or bottom - top < side:
        return None
    near, factor = pixels[top:bottom, left:right], MODULE_PX / module_px
    if not 0.75 < factor < 1.33:
        size = (max(1, round(near.shape[1] * factor)), max(1, round(near.shape[0] * factor)))
        shrink = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
        scale = np.array(size) / near.shape[::-1]
        near = cv2.resize(near, size, interpolation=shrink)  # type: ignore[assignment]
        # Pixels are areas: the middle of the first one is at 0.5 before and after.
        return near, (corners - (left, top) + 0.5) * scale - 0.5
    return np.ascontiguousarray(near), corners - (left, top)


def _likely_versions(light: NDArray[np.float32], corners: NDArray[np.float64], hint: int) -> list[tuple[float, int]]:
    """Rank versions by how well their patterns show at once; the reader's own guess has a start."""
    ranked = []
    for version in range(1, VERSION_MAX + 1):
        plan = plan_of(version)
        agreement = sample(light, Grid(corners, plan.side)) * plan.ink
        fits = float(agreement[plan.ink != 0].mean()) + 0.7 * float(agreement[plan.timing].mean())
        ranked.append((fits + (0.15 if version == hint else 0), version))
    ranked.sort(reverse=True)
    return ranked[: 2 if hint else 3]


def _fitted(candidate: _Candidate) -> _Fitted | None:
    plan = plan_of(candidate.version)
    light = even_light(candidate.near, area_of(candidate.corners) ** 0.5 / plan.side)
    grid, score = fit(light, Grid(candidate.corners, plan.side), plan)
    return None if score < FIT_MIN else _Fitted(candidate, plan, grid, score, sample(light, grid))


def _doubted(seen: Modules, plan: SymbolPlan) -> Iterator[Modules]:
    """Give the modules as they are, then with glare and dirt taken out, then with their surroundings doubted too."""
    yield seen
    blank, rim = _blank_areas(seen, plan)
    if blank.any():
        yield np.where(blank, seen * 0.02, seen).astype(np.float32)
        yield np.where(blank, seen * 0.02, np.where(rim, seen * 0.3, seen)).astype(np.float32)


def _text_of(modules: Modules, fitted: _Fitted, hosts: frozenset[str]) -> str | None:
    for doubted in _doubted(modules, fitted.plan):
        for found in correct(doubted, fitted.plan.version, hosts):
            texts, _ = find_codes(clean_picture(found))
            if texts and (not found.presumed or is_label_of(texts[0], hosts)):
                return texts[0]
    return None


def _blank_areas(seen: Modules, plan: SymbolPlan) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Find glare and dirt: masked data seldom have nine alike in a block. Gives both, and their rims."""
    kernel = np.ones((3, 3), np.uint8)
    blank = np.zeros(seen.shape, np.uint8)
    for sign in (1, -1):
        alike = (seen * sign > 0).astype(np.uint8)
        blank = np.maximum(blank, np.asarray(cv2.morphologyEx(alike, cv2.MORPH_OPEN, kernel), np.uint8))
    rim = cv2.dilate(blank, kernel)
    return (blank > 0) & plan.data, (rim > 0) & plan.data
