"""Turn the bytes of a picture into pixels, upright, within limits of size, memory and time."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import GifImagePlugin, Image, ImageFile, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from verifier.errors import ImageError
from verifier.image_exif import orientation_of, split_exif
from verifier.image_headers import ImageHeader, read_header
from verifier.image_limits import WANTED, refusal

Grey = NDArray[np.uint8]
"""Grey pixels, height x width, 0 is black."""

WORKING_SIDE_MAX: Final = 4096
"""Larger pictures are scaled down: a code in them has pixels to spare."""

_UPRIGHT: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# The reader is chosen by our own header check: `Image.open` tries others, and reads whole albums.
_READERS: Final[dict[str, Callable[[io.BytesIO], ImageFile.ImageFile]]] = {
    "JPEG": JpegImagePlugin.JpegImageFile,
    "PNG": PngImagePlugin.PngImageFile,
    "WEBP": WebPImagePlugin.WebPImageFile,
    "GIF": GifImagePlugin.GifImageFile,
}
# What readers raise over damaged files, as fuzzing shows. Warnings: for whoever turns them into errors.
_DAMAGED: Final = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
    MemoryError,
    AssertionError,
    struct.error,
    zlib.error,
    Warning,
)


@dataclass(frozen=True, slots=True)
class LoadedImage:
    """A picture, ready to be searched."""

    pixels: Grey
    header: ImageHeader
    """What was sent; `pixels` may be smaller, or turned."""


def load_image(content: bytes) -> LoadedImage:
    """Decode one picture to grey; of an animation, the first frame.

    1. Read and limit the header.
    2. Decode; the reader must find the size that the header gave.
    3. Make it grey, on white, upright, and at most WORKING_SIDE_MAX long.
    Raises ImageError, which says what to send instead, and nothing else.
    """
    header = read_header(content)
    with _decoded(content, header, "L", WORKING_SIDE_MAX) as (image, upright):
        grey = _on_white(image)
        pixels = _fitted(np.asarray(grey if upright is None else grey.transpose(upright)))
    return LoadedImage(pixels, header)


def load_colours(content: bytes, side_max: int) -> Image.Image:
    """Decode one picture to RGB, on white, upright, its longer side at most `side_max` pixels.

    Of its metadata only a colour profile is left, in `info["icc_profile"]`. Raises ImageError and nothing else.
    """
    header = read_header(content)
    with _decoded(content, header, "RGB", side_max) as (image, upright):
        profile = image.info.get("icc_profile") if image.mode == "RGB" else None
        image.thumbnail((side_max, side_max), Image.Resampling.LANCZOS, reducing_gap=3.0)
        coloured = Image.new("RGB", image.size, "white")
        deep = image.mode in {"I", "F"} or image.mode.startswith("I;")
        full = Image.fromarray(np.asarray(_eight_bits(image))) if deep else image.convert("RGBA")
        coloured.paste(full.convert("RGB"), mask=full.getchannel("A") if full.mode == "RGBA" else None)
        found = coloured if upright is None else coloured.transpose(upright)
    found.info = {"icc_profile": profile} if profile else {}
    return found


@contextmanager
def _decoded(
    content: bytes, header: ImageHeader, mode: str, side_max: int
) -> Iterator[tuple[ImageFile.ImageFile, Image.Transpose | None]]:
    """Decode a picture; a JPEG's decoder leaves out colours that `mode` has not, and halves what is too large.

    Gives the picture and how to turn it. What goes wrong in the block is the file's fault too: ImageError.
    """
    try:
        exif = b""
        if header.format == "JPEG":
            content, exif = split_exif(content)
        with _READERS[header.format](io.BytesIO(content)) as image:
            if image.size != (header.width, header.height):
                raise refusal(f"the {header.format} file gives two sizes")
            if header.format == "JPEG":
                image.draft(mode, (side_max, side_max))
            image.load()
            yield image, _UPRIGHT.get(orientation_of(exif or image.info.get("exif", b"")))
    except _DAMAGED as error:
        raise ImageError(f"The {header.format} file is damaged or cut off. {WANTED}") from error


def _on_white(image: Image.Image) -> Image.Image:
    """Make `image` grey; what shines through is white paper."""
    if image.mode.startswith("I"):
        return _eight_bits(image)
    if image.mode == "P" and "transparency" in image.info:
        image = image.convert("RGBA")
    if image.mode == "PA":
        image = image.convert("LA")
    grey = image.convert("L")
    if image.mode not in {"RGBA", "LA"}:
        return grey
    paper = Image.new("L", image.size, 255)
    paper.paste(grey, mask=image.getchannel("A"))
    return paper


def _eight_bits(image: Image.Image) -> Image.Image:
    """Bring 16 bits to 8, the brightest to white: a scanner may use only part of the range."""
    deep = np.asarray(image).astype(np.float32)
    return Image.fromarray((deep * (255.0 / max(1.0, float(deep.max())))).clip(0, 255).astype(np.uint8))


def _fitted(pixels: Grey) -> Grey:
    side = max(pixels.shape)
    if side <= WORKING_SIDE_MAX:
        return np.ascontiguousarray(pixels)
    height, width = (max(1, round(length * WORKING_SIDE_MAX / side)) for length in pixels.shape)
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
