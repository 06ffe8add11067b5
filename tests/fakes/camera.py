"""What a camera sees, as a clip that Chromium plays in place of one: JPEG pictures, one after the other."""

import functools
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from tests.fakes.pictures import as_file, qr_picture

WIDTH, HEIGHT, FRAMES = 1280, 720, 8


@dataclass(frozen=True)
class Circumstances:
    """What makes a label hard to film; the default is a steady enough hand in good light."""

    side_px: int = 330
    """Of the label with its margins, in the picture."""
    blur_px: float = 0.8
    glare: float = 0.0
    """How wide the white spot on the code is, as a share of the label."""
    tilt: float = 0.0
    """How much narrower the far side of the label is than the near one."""
    light: float = 1.0
    noise: float = 0.0


CIRCUMSTANCES = {
    "sharp": Circumstances(),
    "blurred": Circumstances(blur_px=2.6),
    "glare": Circumstances(glare=0.16, blur_px=1.2),
    "tilted": Circumstances(tilt=0.42),
    "dim": Circumstances(light=0.22, noise=5),
    "small": Circumstances(side_px=118),
}
"""Each can be read; together they are what a boutique does to a label."""
UNREADABLE = Circumstances(glare=0.5, blur_px=1.2)
"""A code that is there for everybody to see, and that nothing reads."""
BLACK = Circumstances(light=0.04)


def camera_clip(text: str | None, how: Circumstances = CIRCUMSTANCES["sharp"]) -> bytes:
    """Film a label held in an unsteady hand over leather; None films the leather alone."""
    return b"".join(as_file(camera_frame(text, i / FRAMES, how), "JPEG", quality=80) for i in range(FRAMES))


def camera_flags(clip: Path) -> list[str]:
    """Give the switches that make a Chromium see the clip. Leave to use it is each page's to ask for."""
    return ["--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={clip}"]


def camera_frame(text: str | None, moment: float, how: Circumstances = CIRCUMSTANCES["sharp"]) -> Image.Image:
    """Draw one frame; `moment` runs from 0 to 1 and the hand comes back to where it was."""
    frame = _leather().copy()
    if text is not None:
        _put(_label(text, how), frame, 2 * math.pi * moment)
        frame = frame.filter(ImageFilter.GaussianBlur(how.blur_px))
    return _lit(frame, how, moment)


def _label(text: str, how: Circumstances) -> Image.Image:
    """Draw the label as it lies there, seen from the camera, with what is not the label left open."""
    size = (how.side_px, how.side_px)
    label = qr_picture(text, module_px=8, margin_px=16).convert("RGB").resize(size, Image.Resampling.LANCZOS)
    if how.glare:
        pen, half = ImageDraw.Draw(label), how.side_px * how.glare / 2
        x, y = how.side_px * 0.6, how.side_px * 0.66
        pen.ellipse((x - half, y - half * 0.75, x + half, y + half * 0.75), fill="white")
    label.putalpha(255)
    if not how.tilt:
        return label
    side, inset = how.side_px, how.side_px * how.tilt / 2
    numbers = _perspective(((inset, inset), (side - inset, inset), (side, side - inset), (0, side - inset)), side)
    return label.transform(label.size, Image.Transform.PERSPECTIVE, numbers, Image.Resampling.BICUBIC)


def _perspective(corners: tuple[tuple[float, float], ...], side: int) -> list[float]:
    """Solve for the eight numbers that bring these corners, clockwise, to those of a square."""
    rows, sides = [], []
    for (x, y), (u, v) in zip(corners, ((0, 0), (side, 0), (side, side), (0, side)), strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        sides += [u, v]
    return list(np.linalg.solve(np.array(rows), np.array(sides)))


def _put(label: Image.Image, frame: Image.Image, angle: float) -> None:
    turned = label.rotate(9 + 3 * math.sin(angle), Image.Resampling.BICUBIC, expand=True)
    left = (WIDTH - turned.width) // 2 + round(24 * math.sin(angle))
    frame.paste(turned, (left, (HEIGHT - turned.height) // 2 + round(14 * math.cos(angle))), turned.getchannel("A"))


def _lit(frame: Image.Image, how: Circumstances, moment: float) -> Image.Image:
    if how.light == 1.0 and not how.noise:
        return frame
    rng = np.random.default_rng(round(1000 * moment))
    pixels = np.asarray(frame, np.float32) * how.light + rng.normal(0, how.noise, (HEIGHT, WIDTH, 1))
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


@functools.cache
def _leather() -> Image.Image:
    grain = np.random.default_rng(7).normal(0, 22, (HEIGHT // 4, WIDTH // 4, 1))
    shade = np.linspace(0.75, 1.2, WIDTH // 4)[None, :, None]
    pixels = (np.array([92, 62, 44]) + grain) * shade
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)
