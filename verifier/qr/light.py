"""Take uneven light out of a picture: what is ink and what is paper is a question of the neighbourhood."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from verifier.image_loading import Grey

WINDOW_MODULES: Final = 9
"""Wide enough to hold ink and paper wherever it lies: masked data have no larger blank area."""
CONTRAST_MIN: Final = 4.0


def even_light(pixels: Grey, module_px: float) -> NDArray[np.float32]:
    """Scale a picture between the lightest and darkest pixels around: +1 is ink, -1 is paper."""
    smooth = np.asarray(cv2.GaussianBlur(pixels, (0, 0), max(0.6, 0.25 * module_px)), np.uint8)
    window = int(max(3, round(WINDOW_MODULES * module_px))) | 1
    stride = max(1, window // 12)
    middle, reach = light_around(smooth[::stride, ::stride], max(3, window // stride | 1))
    size = (pixels.shape[1], pixels.shape[0])
    middle, reach = (np.asarray(cv2.resize(plane, size), np.float32) for plane in (middle, reach))
    even: NDArray[np.float32] = np.clip((middle - smooth) / reach, -1, 1).astype(np.float32)
    return even


def light_around(pixels: NDArray[np.float32] | Grey, window: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Give the middle between light and dark around each pixel, and how far both are from it."""
    kernel = np.ones((window, window), np.uint8)
    light, dark = _blurred(cv2.dilate(pixels, kernel), window), _blurred(cv2.erode(pixels, kernel), window)
    half = np.float32(0.5)
    reach: NDArray[np.float32] = np.maximum((light - dark) * half, np.float32(CONTRAST_MIN))
    return (light + dark) * half, reach


def _blurred(pixels: cv2.typing.MatLike, window: int) -> NDArray[np.float32]:
    return np.asarray(cv2.blur(np.asarray(pixels, np.float32), (window, window)), np.float32)
