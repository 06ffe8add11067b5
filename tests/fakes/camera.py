"""What a camera sees, as a clip that Chromium plays in place of one: JPEG pictures, one after the other."""

import math
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

from tests.fakes.pictures import as_file, qr_picture

WIDTH, HEIGHT, FRAMES = 1280, 720, 8


def camera_clip(text: str | None) -> bytes:
    """Film a label held in an unsteady hand over leather; None films the leather alone."""
    return b"".join(as_file(_frame(text, i / FRAMES), "JPEG", quality=80) for i in range(FRAMES))


def camera_flags(clip: Path) -> list[str]:
    """Give the switches that make a Chromium see the clip. Leave to use it is each page's to ask for."""
    return ["--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={clip}"]


def _frame(text: str | None, moment: float) -> Image.Image:
    """Draw one frame; `moment` runs from 0 to 1 and the hand comes back to where it was."""
    frame = _leather()
    if text is None:
        return frame
    angle = 2 * math.pi * moment
    label = qr_picture(text, module_px=8, margin_px=16).convert("RGB").resize((330, 330), Image.Resampling.LANCZOS)
    turned = label.rotate(9 + 3 * math.sin(angle), Image.Resampling.BICUBIC, expand=True)
    mask = Image.new("L", label.size, 255).rotate(9 + 3 * math.sin(angle), expand=True)
    left = (WIDTH - turned.width) // 2 + round(24 * math.sin(angle))
    frame.paste(turned, (left, (HEIGHT - turned.height) // 2 + round(14 * math.cos(angle))), mask)
    return frame.filter(ImageFilter.GaussianBlur(0.8))


def _leather() -> Image.Image:
    grain = np.random.default_rng(7).normal(0, 22, (HEIGHT // 4, WIDTH // 4, 1))
    shade = np.linspace(0.75, 1.2, WIDTH // 4)[None, :, None]
    pixels = (np.array([92, 62, 44]) + grain) * shade
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)
