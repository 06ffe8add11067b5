"""How much of a picture we take, and how we say no."""

from __future__ import annotations

from typing import Final

from verifier.errors import ImageError

SIZE_MAX_BYTES: Final = 15 * 1024 * 1024
PIXELS_MAX: Final = 50_000_000
WEBP_PIXELS_MAX: Final = 25_000_000  # its decoder holds four whole pictures of 4 bytes a pixel
SIDE_MAX: Final = 20_000
SCANS_MAX: Final = 40
SCANNED_PIXELS_MAX: Final = 600_000_000
"""Scans times pixels: every scan of a progressive JPEG visits the whole picture, however few bytes it has."""
# Readers walk these one by one in Python.
JPEG_MARKERS_MAX: Final = 512
PNG_CHUNKS_MAX: Final = 16_384
GIF_BLOCKS_MAX: Final = 4_096

WANTED: Final = "Send a photo as JPEG, PNG, WebP or GIF, up to 15 MB and 50 megapixels."


def refusal(reason: str) -> ImageError:
    """Make the error for `reason`, which says what to send instead."""
    return ImageError(f"{reason[0].upper()}{reason[1:]}. {WANTED}")
