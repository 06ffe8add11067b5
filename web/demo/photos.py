"""Draw the photos of the example collection. Nothing is downloaded: every picture is made here, the same each time."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageFilter

SIDE: Final = 720
"""Width and height of a finished photo, in pixels."""
WIDTH: Final = 960
HEIGHT: Final = 960
_SCALE: Final = 1  # drawn at 960, then reduced: smooth edges
_Colour = tuple[int, int, int]


def _canvas(top: _Colour, bottom: _Colour) -> Image.Image:
    """A studio backdrop: light falls from above."""
    rows = np.linspace(0, 1, HEIGHT * _SCALE)[:, None, None]
    ramp = (1 - rows) * np.array(top) + rows * np.array(bottom)
    plain = np.repeat(ramp, WIDTH * _SCALE, axis=1)
    xs = np.linspace(-1, 1, WIDTH * _SCALE)[None, :, None]
    ys = np.linspace(-1, 1, HEIGHT * _SCALE)[:, None, None]
    light = 1.06 - 0.18 * (xs**2 + (ys + 0.2) ** 2)
    return Image.fromarray(np.clip(plain * light, 0, 255).astype(np.uint8))


def _mask(draw_shape: Callable[[ImageDraw.ImageDraw], None]) -> Image.Image:
    mask = Image.new("L", (WIDTH * _SCALE, HEIGHT * _SCALE), 0)
    draw_shape(ImageDraw.Draw(mask))
    return mask


def _box(x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
    return x0 * _SCALE, y0 * _SCALE, x1 * _SCALE, y1 * _SCALE


def _points(*pairs: tuple[float, float]) -> list[tuple[float, float]]:
    return [(x * _SCALE, y * _SCALE) for x, y in pairs]


def _disc(x0: float, y0: float, x1: float, y1: float) -> Image.Image:
    return _mask(lambda draw: draw.ellipse(_box(x0, y0, x1, y1), fill=255))


def _rounded(x0: float, y0: float, x1: float, y1: float, *, radius: int) -> Image.Image:
    return _mask(lambda draw: draw.rounded_rectangle(_box(x0, y0, x1, y1), radius * _SCALE, fill=255))


def _polygon(*pairs: tuple[float, float]) -> Image.Image:
    return _mask(lambda draw: draw.polygon(_points(*pairs), fill=255))


def _grain(seed: int, strength: float, soft: float) -> NDArray[np.float32]:
    """Leather and fabric: soft noise around 1."""
    noise = np.random.default_rng(seed).normal(0, 1, (HEIGHT * _SCALE, WIDTH * _SCALE)).astype(np.float32)
    image = Image.fromarray(np.clip(128 + 60 * noise, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(soft))
    field = np.asarray(image, dtype=np.float32)
    spread = float(field.std()) or 1.0
    return np.asarray(1 + strength * (field - field.mean()) / spread, dtype=np.float32)


def _lay(
    picture: Image.Image, mask: Image.Image, colour: _Colour, *, seed: int = 1, grain: float = 0.03, soft: float = 2.0
) -> None:
    """Lay one part onto the picture: its colour, rounded by light from the upper left, with grain."""
    inner = np.asarray(mask.filter(ImageFilter.GaussianBlur(26 * _SCALE)), dtype=np.float32) / 255
    shifted = np.asarray(
        ImageChops.offset(mask.filter(ImageFilter.GaussianBlur(20 * _SCALE)), 16 * _SCALE, 18 * _SCALE),
        dtype=np.float32,
    )
    light = 0.62 + 0.42 * inner + 0.16 * (shifted / 255 - 0.5)
    tone = (light * _grain(seed, grain, soft))[:, :, None] * np.array(colour, dtype=np.float32)
    part = Image.fromarray(np.clip(tone, 0, 255).astype(np.uint8))
    picture.paste(part, (0, 0), mask)


def _shadow(picture: Image.Image, x0: float, y0: float, x1: float, y1: float) -> None:
    mask = _mask(lambda d: d.ellipse(_box(x0, y0, x1, y1), fill=120)).filter(ImageFilter.GaussianBlur(16 * _SCALE))
    picture.paste(Image.new("RGB", picture.size, (40, 32, 28)), (0, 0), mask)


def _stitches(picture: Image.Image, points: list[tuple[float, float]], colour: _Colour, count: int) -> None:
    draw = ImageDraw.Draw(picture)
    (x0, y0), (x1, y1) = points[0], points[-1]
    for step in range(count):
        a, b = step / count, (step + 0.55) / count
        draw.line(
            _points((x0 + (x1 - x0) * a, y0 + (y1 - y0) * a), (x0 + (x1 - x0) * b, y0 + (y1 - y0) * b)),
            fill=colour,
            width=3 * _SCALE,
        )


def _finish(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    small = picture.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    small.save(out, "WEBP", quality=82, method=4)
    return out.getvalue()


def _leaf(draw: ImageDraw.ImageDraw) -> None:
    for number in range(4):
        draw.ellipse(_box(464, 636 + 9 * number, 496, 650 + 9 * number), outline=255, width=3)


def handbag() -> bytes:
    """A top-handle bag in cognac calf with a flap and a clasp."""
    picture = _canvas((238, 231, 221), (214, 203, 189))
    _shadow(picture, 190, 770, 790, 850)
    handle = _mask(lambda d: d.arc(_box(318, 130, 642, 640), 180, 360, fill=255, width=34 * _SCALE))
    _lay(picture, handle, (136, 74, 36), seed=3)
    body = _rounded(190, 400, 770, 815, radius=58)
    _lay(picture, body, (178, 102, 52), seed=4, grain=0.04)
    flap = _polygon((190, 430), (210, 392), (750, 392), (770, 430), (742, 610), (480, 668), (218, 610))
    flap = flap.filter(ImageFilter.GaussianBlur(5 * _SCALE)).point(lambda v: 255 if v > 127 else 0)
    _lay(picture, flap, (190, 112, 58), seed=5, grain=0.04)
    _stitches(picture, [(236, 596), (478, 650)], (236, 205, 160), 22)
    _stitches(picture, [(482, 650), (724, 596)], (236, 205, 160), 22)
    clasp = _rounded(444, 612, 516, 700, radius=12)
    _lay(picture, clasp, (206, 200, 190), seed=6, grain=0.015, soft=6)
    leaf = _mask(_leaf)
    _lay(picture, leaf, (96, 90, 82), seed=7)
    return _finish(picture)


def watch() -> bytes:
    """A steel watch on a dark strap."""
    picture = _canvas((229, 233, 236), (196, 203, 208))
    _shadow(picture, 300, 800, 680, 880)
    strap = _rounded(398, 70, 562, 890, radius=44)
    _lay(picture, strap, (58, 44, 40), seed=8, grain=0.05)
    for y in (210, 250, 716, 756):
        hole = _disc(470, y, 490, y + 20)
        _lay(picture, hole, (20, 16, 15), seed=9)
    crown = _rounded(716, 455, 756, 505, radius=8)
    _lay(picture, crown, (188, 192, 196), seed=10, grain=0.01)
    case = _disc(240, 240, 720, 720)
    _lay(picture, case, (200, 205, 210), seed=11, grain=0.01, soft=6)
    dial = _disc(286, 286, 674, 674)
    _lay(picture, dial, (34, 52, 78), seed=12, grain=0.02)
    draw = ImageDraw.Draw(picture)
    for hour in range(12):
        angle = np.pi * hour / 6
        inner = 150 if hour % 3 == 0 else 166
        ends = [(480 + r * np.sin(angle), 480 - r * np.cos(angle)) for r in (inner, 182)]
        draw.line(_points(*ends), fill=(228, 230, 232), width=(8 if hour % 3 == 0 else 4) * _SCALE)
    for angle, length, width in ((np.pi * 10.2 / 6, 96, 11), (np.pi * 2 / 6 * 1.03, 142, 7), (np.pi * 1.22, 158, 2)):
        end = (480 + length * np.sin(angle), 480 - length * np.cos(angle))
        draw.line(_points((480, 480), end), fill=(236, 238, 240), width=width * _SCALE)
    draw.ellipse(_box(468, 468, 492, 492), fill=(236, 238, 240))
    return _finish(picture)


def scarf() -> bytes:
    """A silk twill scarf, folded once."""
    picture = _canvas((240, 236, 231), (219, 212, 205))
    _shadow(picture, 130, 730, 850, 830)
    square = _polygon((140, 250), (790, 190), (850, 760), (190, 810))
    _lay(picture, square, (28, 74, 82), seed=13, grain=0.025, soft=1.2)
    inner = _polygon((196, 300), (744, 248), (794, 712), (240, 756))
    _lay(picture, inner, (226, 210, 178), seed=14, grain=0.025, soft=1.2)
    for ring, colour in ((210, (168, 66, 44)), (160, (226, 210, 178)), (118, (28, 74, 82)), (64, (201, 158, 84))):
        disc = _disc(492 - ring, 502 - ring, 492 + ring, 502 + ring)
        _lay(picture, disc, colour, seed=15 + ring, grain=0.025, soft=1.2)
    fold = _polygon((140, 250), (466, 220), (172, 560))
    _lay(picture, fold, (168, 66, 44), seed=16, grain=0.025, soft=1.2)
    return _finish(picture)


def wallet() -> bytes:
    """A card holder in dark green leather."""
    picture = _canvas((236, 234, 228), (206, 203, 194))
    _shadow(picture, 190, 690, 780, 770)
    back = _rounded(205, 265, 755, 715, radius=34)
    _lay(picture, back, (30, 66, 50), seed=17, grain=0.05)
    for number, y in enumerate((360, 430, 500)):
        slot = _rounded(215, y, 745, 708, radius=28)
        _lay(picture, slot, (34 + 5 * number, 76 + 6 * number, 58 + 5 * number), seed=18 + number, grain=0.05)
        _stitches(picture, [(240, y + 22), (720, y + 22)], (206, 190, 140), 34)
    mark = _rounded(440, 590, 520, 622, radius=6)
    _lay(picture, mark, (190, 164, 104), seed=22, grain=0.01)
    return _finish(picture)


PHOTOS: Final[dict[str, Callable[[], bytes]]] = {
    "handbag.webp": handbag,
    "watch.webp": watch,
    "scarf.webp": scarf,
    "wallet.webp": wallet,
}
