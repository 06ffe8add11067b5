"""How much of a picture we take, and how we say no."""

from __future__ import annotations

from typing import Final

from verifier.errors import ImageError

SIZE_MAX_BYTES: Final = 15 * 1024 * 1024
PIXELS_MAX: Final = 50_000_000
WEBP_PIXELS_MAX: Final = 16_000_000  # its decoder holds three whole pictures of 4 bytes a pixel
BOXED_PIXELS_MAX: Final = 25_000_000  # HEIC and AVIF: 10 bytes a pixel on the way; phones take 24 million
SIDE_MAX: Final = 20_000
SCANS_MAX: Final = 40
SCANNED_PIXELS_MAX: Final = 600_000_000
"""Scans times pixels: every scan of a progressive JPEG visits the whole picture, however few bytes it has."""
COEFFICIENTS_MAX_BYTES: Final = 200 * 1024 * 1024
"""What a JPEG of several scans makes its decoder keep until the last one: two bytes a sample, of every colour."""
# Readers walk these one by one in Python.
JPEG_MARKERS_MAX: Final = 512
JPEG_PARTS_MAX: Final = 4_096
"""Up to the end of the first picture: scans and their tables too."""
PNG_CHUNKS_MAX: Final = 16_384
GIF_BLOCKS_MAX: Final = 4_096
GIF_PARTS_MAX: Final = 200_000
"""Of the whole file, frames after the first included: 255 bytes each in every honest file."""
BOXES_MAX: Final = 64
ITEMS_MAX: Final = 512
PROPERTIES_MAX: Final = 1_024
TILES_MAX: Final = 256
META_MAX_BYTES: Final = 256 * 1024
"""Of what a HEIC or AVIF says of its items; a phone's has 4 KB."""

WANTED: Final = "Send a photo as JPEG, PNG, WebP, GIF, HEIC or AVIF, up to 15 MB and 50 megapixels."


def refusal(reason: str, advice: str = WANTED) -> ImageError:
    """Make the error for `reason`, which says what to send instead."""
    return ImageError(f"{reason[0].upper()}{reason[1:]}. {advice}")
