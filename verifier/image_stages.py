"""The cascade: ways to look for QR codes in grey pixels, cheapest and most fruitful first.

Every cheap stage reworks the pixels and asks zxing-cpp, which never crashed or stalled in any trial. OpenCV's own
QR detectors can stall for minutes and are never called. Blurring is left out: after it zxing-cpp read short texts
that nobody had printed. Symbols that were found and not read are kept for the last stage, which weighs their modules.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import zxingcpp

from verifier.image_loading import Grey
from verifier.qr.finders import symbols_by_finders
from verifier.qr.reader import FIXED, GLOBAL, LOCAL, find_codes
from verifier.qr.rescue import rescue
from verifier.qr.sighting import Unread

ENLARGED_SIDE_MAX: Final = 2_880

Clock = Callable[[], float]
"""Gives seconds."""


class Scales:
    """One picture at several sizes, each made once."""

    def __init__(self, pixels: Grey, hosts: frozenset[str] = frozenset()) -> None:
        self.full = pixels
        self.hosts = hosts
        """Whose labels are looked for; empty: any code will do."""
        self.unread: list[Unread] = []
        """Symbols that a stage found and could not read."""
        self._made: dict[int, Grey] = {}

    def at(self, side: int) -> Grey:
        """Scale down until the longer side is `side` pixels; a smaller picture stays as it is."""
        longest = max(self.full.shape)
        if longest <= side:
            return self.full
        if side not in self._made:
            self._made[side] = _resized(self.full, side / longest, cv2.INTER_AREA)
        return self._made[side]

    def enlarged(self, side: int, factor: float) -> Grey:
        """Scale down to `side`, then up by `factor`: small modules and noise both gain."""
        return _resized(self.at(side), factor, cv2.INTER_CUBIC)


@dataclass(frozen=True, slots=True)
class Stage:
    """One way to look. `read` gets the picture and what tells the seconds left, and gives the texts it finds."""

    name: str
    read: Callable[[Scales, Clock], list[str]]
    text_length_min: int = 8
    """Shorter texts are not believed. Reworked noise can pass for the smallest codes, which have few check
    symbols; a label has over 60 characters."""


def _find(scales: Scales, pixels: Grey, binarizer: zxingcpp.Binarizer = LOCAL) -> list[str]:
    """Read the codes in `pixels`, a view of the whole picture; keep in mind those that could not be read."""
    texts, unread = find_codes(pixels, binarizer)
    factor = scales.full.shape[1] / pixels.shape[1]
    scales.unread.extend(each.scaled(factor) for each in unread)
    return texts


def _rescued(scales: Scales, left_s: Clock) -> list[str]:
    """Weigh the modules of every symbol that was found and not read, or that finders may belong to."""
    small = scales.at(1280)
    factor = scales.full.shape[1] / small.shape[1]
    by_finders = [each.scaled(factor) for each in symbols_by_finders(small, left_s)]
    return rescue(scales.full, [*scales.unread, *by_finders], left_s, scales.hosts)


def _resized(pixels: Grey, factor: float, interpolation: int) -> Grey:
    height, width = (max(1, round(length * factor)) for length in pixels.shape)
    return _grey(cv2.resize(pixels, (width, height), interpolation=interpolation))


def _grey(pixels: object) -> Grey:
    return np.ascontiguousarray(pixels, np.uint8)


def _darkened(pixels: Grey, exponent: float) -> Grey:
    """Push the mid-tones down: under glare and on bright screens the ink is only a little darker."""
    curve = (255 * (np.arange(256) / 255) ** exponent).astype(np.uint8)
    return curve[pixels]


def _ink(pixels: Grey) -> Grey:
    """Keep what is darker than its surroundings of 31 pixels, so that uneven light falls away."""
    dark = cv2.morphologyEx(pixels, cv2.MORPH_BLACKHAT, np.ones((31, 31), np.uint8))
    return _grey(255 - cv2.normalize(dark, np.empty_like(dark), 0, 255, cv2.NORM_MINMAX))


def _sharpened(pixels: Grey) -> Grey:
    return _grey(cv2.addWeighted(pixels, 3, cv2.GaussianBlur(pixels, (0, 0), 3), -2, 0))


def _evened(pixels: Grey) -> Grey:
    """Equalise contrast by tiles (CLAHE)."""
    return _grey(cv2.createCLAHE(3.0, (8, 8)).apply(pixels))


def _thresholded(pixels: Grey, window: int = 25, weight: float = 0.35) -> Grey:
    """Binarise by Sauvola's rule: local mean, lowered where contrast is low."""
    light = pixels.astype(np.float32)
    mean = cv2.boxFilter(light, -1, (window, window))
    spread = np.sqrt(np.maximum(cv2.sqrBoxFilter(light, -1, (window, window)) - mean * mean, 0))
    return np.where(light > mean * (1 + weight * (spread / 128 - 1)), 255, 0).astype(np.uint8)


def _full_size(scales: Scales, _left_s: Clock) -> list[str]:
    return _find(scales, scales.full) if max(scales.full.shape) > 1280 else []


CHEAP_STAGES: Final = (
    Stage("plain", lambda scales, _: _find(scales, scales.at(1280)), text_length_min=1),
    Stage("full size", _full_size, text_length_min=1),
    Stage("one threshold", lambda scales, _: _find(scales, scales.at(2560), GLOBAL)),
    Stage("darkened", lambda scales, _: _find(scales, _darkened(scales.enlarged(640, 2), 2.5))),
    Stage("ink only", lambda scales, _: _find(scales, _ink(scales.at(960)))),
    Stage("very dark", lambda scales, _: _find(scales, _darkened(scales.at(1280), 4), GLOBAL)),
    Stage("small, enlarged", lambda scales, _: _find(scales, scales.enlarged(640, 2))),
    Stage("sharpened", lambda scales, _: _find(scales, _sharpened(scales.enlarged(640, 2)))),
    Stage("enlarged", lambda scales, _: _find(scales, scales.enlarged(ENLARGED_SIDE_MAX * 2 // 3, 1.5))),
    Stage("local threshold", lambda scales, _: _find(scales, _thresholded(scales.at(1280)), FIXED)),
    Stage("evened, enlarged", lambda scales, _: _find(scales, _evened(scales.enlarged(640, 2)))),
    Stage("evened", lambda scales, _: _find(scales, _evened(_grey(cv2.medianBlur(scales.at(1280), 3))))),
)
"""Each takes 1 to 15 ms on a picture of 1,280 pixels."""
ALL_STAGES: Final = (*CHEAP_STAGES, Stage("rescued", _rescued))
"""With the second chance: some hundreds of milliseconds where there is something to try."""
