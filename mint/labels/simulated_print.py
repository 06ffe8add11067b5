"""What becomes of a label between the printer and a phone's picture of it: ink, surface, lens, angle, sensor.

Every simulation is named, seeded by what the label says, and kept: a label that any of them cannot bring back is
not released. They are calibrated on `tests/bench/labels.py`: a label as it should be passes with room to spare.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from mint.labels.ink import Inks
from mint.labels.substrates import Demands

Grey = NDArray[np.uint8]
_Light = NDArray[Any]
"""Reflected light, float32; 1 is what perfect paper gives back."""

_WORK_PX_PER_MM: Final = 18.0
_WORK_SIDE_PX: Final = 360
"""A larger symbol is worked on more coarsely: its modules are larger too."""
_SEEN_SIDE_PX: Final = 260
"""A phone steps back from a larger symbol until all of it is in the picture."""
_SURROUND_MM: Final = 3.0
_SURROUND: Final = 0.10
"""Reflectance of what the label lies on: dark leather, so that a quiet zone that is missing is missed."""
_FLARE: Final = 0.03
"""Light that a lens scatters over everything."""
_GAMMA: Final = 1 / 2.2
_JPEG_QUALITY: Final = 85
_GLARE_SHARPNESS: Final = 6.0
_GLARE_REACH: Final = 0.18
_CAMERA_DISTANCE: Final = 4.0
"""In sides of the symbol: near enough that a tilt shows perspective."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """One way in which a print is seen."""

    name: str
    spread: float = 1.0
    """Times the substrate's ordinary ink spread; below 0 ink is lost."""
    blur_mm: float = 0.07
    fade: float = 1.0
    """Part of the contrast that is left."""
    noise: float = 3.0
    """Of the sensor, in grey levels of 255."""
    tilt_deg: float = 4.0
    roll_deg: float = 6.0
    half_angle_deg: float = 0.0
    """Of the cylinder the label is bent around, as far as the symbol reaches."""
    glare: float = 0.0
    """Times the substrate's gloss."""
    px_per_mm: float = 9.5
    """A phone at some 15 cm, by its video picture; its still has twice as much."""


SIMULATIONS: Final = (
    Simulation(name="as_printed"),
    Simulation(name="ink_spread", spread=2.2),
    Simulation(name="ink_lost", spread=-0.8),
    Simulation(name="out_of_focus", blur_mm=0.17),
    Simulation(name="faded", fade=0.5, noise=6.0),
    Simulation(name="tilted", tilt_deg=38.0, roll_deg=24.0),
    Simulation(name="curved", half_angle_deg=32.0, tilt_deg=8.0),
    Simulation(name="glare", glare=1.0, tilt_deg=12.0),
    Simulation(name="from_afar", px_per_mm=7.5, noise=4.0),
)
"""All must read. Append only: a print run says that its labels passed them."""


@dataclass(frozen=True, slots=True)
class Patch:
    """A symbol with its quiet zone, cut from what is to be released."""

    pixels: Grey
    px_per_mm: float
    inks: Inks = field(default_factory=Inks)


class SimulatedPrint:
    """One label, printed on one substrate, to be photographed in several ways."""

    def __init__(self, patch: Patch, demands: Demands, text: str) -> None:
        self._demands = demands
        self._inks = patch.inks
        self._seed = hashlib.sha256(text.encode()).digest()
        side_mm = max(patch.pixels.shape) / patch.px_per_mm
        self._work = min(_WORK_PX_PER_MM, _WORK_SIDE_PX / side_mm)
        self._seen_max = _SEEN_SIDE_PX / side_mm
        scale = self._work / patch.px_per_mm
        height, width = (max(8, round(side * scale)) for side in patch.pixels.shape)
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        work = cv2.resize(patch.pixels, (width, height), interpolation=method)
        ink = (work < 128).astype(np.uint8)
        outside = cv2.distanceTransform(1 - ink, cv2.DIST_L2, 5) if ink.any() else np.full(work.shape, 99.0)
        inside = cv2.distanceTransform(ink, cv2.DIST_L2, 5)
        # Distances run from centre to centre; the edge lies half a pixel before the first pixel beyond it.
        self._from_edge = np.where(ink == 1, 0.5 - inside, outside - 0.5).astype(np.float32)

    def photograph(self, simulation: Simulation) -> bytes:
        """Take one picture, always the same one: a JPEG as a phone would send it.

        1. Let the ink spread, on a surface that is not even.
        2. Lay it on something dark, under a lamp.
        3. Blur it as the lens does; bend, tilt and sample it.
        4. Add the sensor's noise, and write a JPEG.
        """
        rng = np.random.default_rng(int.from_bytes(self._seed[:8], "big") ^ _number(simulation.name))
        light = self._reflected(simulation, rng)
        light = self._laid_down(light, simulation, rng)
        px_per_mm = min(simulation.px_per_mm, self._seen_max)
        sigma_mm = float(np.hypot(simulation.blur_mm, 0.3 / px_per_mm))
        light = cv2.GaussianBlur(light, (0, 0), sigma_mm * self._work)
        seen = _seen_from(light, px_per_mm / self._work, _SURROUND_MM * px_per_mm, simulation, rng)
        levels = 255 * np.clip((seen + _FLARE) / (1 + _FLARE), 0, 1) ** _GAMMA
        levels += rng.standard_normal(levels.shape, np.float32) * simulation.noise
        picture = np.clip(levels, 0, 255).astype(np.uint8)
        written: Any = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])[1]
        return bytes(written.tobytes())

    def _reflected(self, simulation: Simulation, rng: np.random.Generator) -> _Light:
        spread_px = self._demands.spread_mm * simulation.spread * self._work
        covered = np.clip(0.5 + spread_px - self._from_edge, 0, 1)
        paper, ink = self._inks.paper_reflectance, self._inks.ink_reflectance
        middle, half = (paper + ink) / 2, (paper - ink) / 2 * simulation.fade
        light = middle + half - covered * 2 * half
        uneven: _Light = (light * (1 + self._demands.texture * _grain(light.shape, rng))).astype(np.float32)
        return uneven

    def _laid_down(self, light: _Light, simulation: Simulation, rng: np.random.Generator) -> _Light:
        pad = round(_SURROUND_MM * self._work)
        height, width = light.shape
        whole = _SURROUND * (1 + 0.3 * _grain((height + 2 * pad, width + 2 * pad), rng))
        whole[pad:-pad, pad:-pad] = light
        if simulation.glare and self._demands.gloss:
            _add_glare(whole, height * width * self._demands.gloss * simulation.glare, rng)
        return whole.astype(np.float32)


def _number(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")


def _grain(shape: tuple[int, ...], rng: np.random.Generator) -> _Light:
    """Give a surface of mean 0 and deviation near 1, some tenths of a millimetre coarse."""
    height, width = shape
    coarse = rng.standard_normal((height // 6 + 2, width // 6 + 2), np.float32)
    grain: _Light = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR) * np.float32(1.5)
    return np.clip(grain, -2.5, 2.5, out=grain)


def _add_glare(light: _Light, area_px: float, rng: np.random.Generator) -> None:
    """Put a lamp's mirror image over the middle, where no finder stands."""
    height, width = light.shape
    stretch = rng.uniform(1.0, 2.2)
    wide = np.sqrt(area_px * stretch / np.pi)
    x = width * (0.5 + rng.uniform(-_GLARE_REACH, _GLARE_REACH) / 2)
    y = height * (0.5 + rng.uniform(-_GLARE_REACH, _GLARE_REACH) / 2)
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    apart = np.hypot((xs - x) / wide, (ys - y) / (wide / stretch))
    light += np.clip(_GLARE_SHARPNESS * (1.15 - apart), 0, 1.2)


def _seen_from(light: _Light, scale: float, pad_px: float, simulation: Simulation, rng: np.random.Generator) -> _Light:
    """Sample the plane, or the cylinder, through a pinhole; axis and direction are drawn."""
    height, width = light.shape
    side = max(height, width) * scale
    forward = _homography(side, simulation, rng.uniform(0, 2 * np.pi), rng.uniform(-1, 1))
    corners = np.array([[[x, y]] for x in (-side / 2, side / 2) for y in (-side / 2, side / 2)], np.float32)
    reach = int(np.ceil(np.abs(cv2.perspectiveTransform(corners, forward)).max())) + 2
    if not simulation.half_angle_deg:
        into = np.array([[scale, 0, scale * (0.5 - width / 2)], [0, scale, scale * (0.5 - height / 2)], [0, 0, 1]])
        onto = np.array([[1.0, 0, reach], [0, 1, reach], [0, 0, 1]])
        flat: _Light = cv2.warpPerspective(
            light, onto @ forward @ into, (2 * reach, 2 * reach), borderMode=cv2.BORDER_CONSTANT, borderValue=_SURROUND
        )
        return flat
    ys, xs = np.mgrid[-reach:reach, -reach:reach].astype(np.float32)
    grid = cv2.perspectiveTransform(np.stack([xs, ys], -1), np.linalg.inv(forward))
    x, y = grid[..., 0], grid[..., 1]
    radius = (side / 2 - pad_px) / np.radians(simulation.half_angle_deg)
    x = radius * np.arcsin(np.clip(x / radius, -1, 1))
    return _sampled(light, x / scale + width / 2 - 0.5, y / scale + height / 2 - 0.5)


def _sampled(light: _Light, x: _Light, y: _Light) -> _Light:
    bent: _Light = cv2.remap(
        light,
        x.astype(np.float32),
        y.astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=_SURROUND,
    )
    return bent


def _homography(side: float, simulation: Simulation, axis: float, turn: float) -> NDArray[np.float64]:
    """Tilt a plane through the origin around `axis`, roll it, and look at it from some sides away."""
    tilt, roll = np.radians(simulation.tilt_deg), np.radians(simulation.roll_deg) * turn
    u = np.array([np.cos(axis), np.sin(axis), 0.0])
    cross = np.array([[0, -u[2], u[1]], [u[2], 0, -u[0]], [-u[1], u[0], 0]])
    rotation = np.eye(3) + np.sin(tilt) * cross + (1 - np.cos(tilt)) * cross @ cross
    rolled = np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]]) @ rotation
    distance = _CAMERA_DISTANCE * side
    plane = rolled[:, [0, 1]]
    focal = np.diag([distance, distance, 1.0])
    whole: NDArray[np.float64] = focal @ np.column_stack([plane, [0.0, 0.0, distance]])
    return whole
