"""Read the labels in a picture."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final

import cv2

from verifier.image_labels import is_label_of
from verifier.image_loading import load_image
from verifier.image_stages import ALL_STAGES, Scales, Stage

STILL_BUDGET_S: Final = 2.5
TEXTS_MAX: Final = 32
"""A wall of codes is not a label."""


@dataclass(frozen=True, slots=True)
class FoundText:
    """The text of one QR code."""

    text: str
    stage: str
    """Name of the stage that read it first."""
    preferred: bool
    """It is a label of one of the caller's hosts."""


@dataclass(frozen=True, slots=True)
class ImageReading:
    """What a picture says."""

    found: tuple[FoundText, ...]
    """Preferred texts first, then in the order they were read; no text twice.

    Two preferred texts are two labels, and which one belongs to the piece is not for us to choose.
    """
    width: int
    height: int
    """Of the picture as sent, pixels."""
    exhausted: bool
    """The time was up before the last stage: another look may find more."""

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts alone."""
        return tuple(found.text for found in self.found)


def read_labels(
    content: bytes,
    *,
    budget_s: float = STILL_BUDGET_S,
    hosts: Collection[str] = (),
    stages: Sequence[Stage] = ALL_STAGES,
    clock: Callable[[], float] = time.monotonic,
) -> ImageReading:
    """Read the QR codes in the bytes of one picture (JPEG, PNG, WebP, GIF).

    1. Load it within limits.
    2. Run the stages until one finds a text; with `hosts`, until one finds a label of one of them, so that a
       poster's large code does not hide the small label beside it.
    3. Put labels of these hosts first.
    `budget_s` is looked at between stages and, in the last one, between symbols; a step takes at most about 0.1 s.
    Raises ImageError when the content is no picture we can read. A picture without a code is no error.
    """
    ends_at = clock() + budget_s

    def left_s() -> float:
        return ends_at - clock()

    # Many requests share the cores: each picture keeps to one.
    cv2.setNumThreads(1)
    loaded = load_image(content)

    scales, found, exhausted = Scales(loaded.pixels, frozenset(hosts)), dict[str, FoundText](), False
    for stage in stages:
        if left_s() <= 0:
            exhausted = True
            break
        for text in stage.read(scales, left_s):
            if len(text) >= stage.text_length_min and text not in found and len(found) < TEXTS_MAX:
                found[text] = FoundText(text, stage.name, is_label_of(text, hosts))
        if any(not hosts or each.preferred for each in found.values()):
            break

    ordered = sorted(found.values(), key=lambda each: not each.preferred)
    return ImageReading(tuple(ordered), loaded.header.width, loaded.header.height, exhausted)
