"""Photograph a label without a camera: paper on a table, seen at an angle, with soft focus, noise and JPEG."""

from __future__ import annotations

from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

_WIDTH: Final = 1600
_HEIGHT: Final = 1200
_SEED: Final = 20_26
_JPEG_QUALITY: Final = 82
_Picture = NDArray[Any]


def photograph(label_png: bytes, *, seed: int = _SEED) -> bytes:
    """Give a JPEG of the label as a phone would see it: turned, tilted, unevenly lit, noisy. One seed, one picture."""
    rng = np.random.default_rng(seed)
    label = cv2.imdecode(np.frombuffer(label_png, np.uint8), cv2.IMREAD_COLOR)
    if label is None:
        raise ValueError("the label is not a PNG")
    scene: _Picture = _table(rng)
    height, width = label.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    seen = _corners(height / width)
    matrix = cv2.getPerspectiveTransform(corners, seen)
    paper = cv2.warpPerspective(label, matrix, (_WIDTH, _HEIGHT), flags=cv2.INTER_AREA)
    mask = cv2.warpPerspective(np.full((height, width), 255, np.uint8), matrix, (_WIDTH, _HEIGHT))
    shadow = cv2.GaussianBlur(np.roll(mask, (14, 18), (0, 1)), (0, 0), 12).astype(np.float32)[:, :, None] / 255
    scene = scene * (1 - 0.45 * shadow)
    cover = mask.astype(np.float32)[:, :, None] / 255
    scene = scene * (1 - cover) + paper.astype(np.float32) * 0.93 * cover
    scene = cv2.GaussianBlur(scene * _light(), (0, 0), 1.1)
    scene = scene + rng.normal(0, 7, scene.shape)
    done, jpeg = cv2.imencode(
        ".jpg", np.clip(scene, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY]
    )
    if not done:
        raise ValueError("the picture could not be encoded")
    return bytes(jpeg)


def _corners(aspect: float) -> _Picture:
    """Where the four corners of the label fall: tilted away and turned a little."""
    across = 620.0
    down = min(across * aspect, 900.0)
    across = down / aspect
    x, y = (_WIDTH - across) / 2, (_HEIGHT - down) / 2
    return np.array(
        [[x + 70, y + 40], [x + across - 10, y - 20], [x + across + 40, y + down - 60], [x - 30, y + down + 10]],
        np.float32,
    )


def _table(rng: np.random.Generator) -> _Picture:
    """A wooden table: stretched noise in brown."""
    coarse = rng.normal(0, 1, (_HEIGHT // 6, _WIDTH // 60)).astype(np.float32)
    grain = cv2.resize(coarse, (_WIDTH, _HEIGHT), interpolation=cv2.INTER_CUBIC)[:, :, None]
    return np.asarray(np.array([72, 98, 128], np.float32) + 11 * grain, dtype=np.float32)


def _light() -> _Picture:
    """Brighter on the left, as from a window."""
    across = np.linspace(1.08, 0.78, _WIDTH, dtype=np.float32)[None, :, None]
    down = np.linspace(1.02, 0.92, _HEIGHT, dtype=np.float32)[:, None, None]
    return np.asarray(across * down, dtype=np.float32)
