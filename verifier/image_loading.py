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
import pi_heif  # type: ignore[import-untyped]
from numpy.typing import NDArray
from pi_heif import options
from PIL import AvifImagePlugin, GifImagePlugin, Image, ImageFile, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

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
    "AVIF": AvifImagePlugin.AvifImageFile,
}
_STRIP_ROWS: Final = 512
_REDUCIBLE: Final = frozenset({"L", "LA", "RGB", "RGBA", "CMYK", "YCbCr"})
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
    3. Make it grey, on white, at most WORKING_SIDE_MAX long, and upright.
    Raises ImageError, which says what to send instead, and nothing else.
    """
    header = read_header(content)  # 1.
    with _guarded(header):
        if header.format == "HEIC":
            return LoadedImage(_fitted(_heic_grey(header)), header)
        with _decoded(header, "L", WORKING_SIDE_MAX) as (image, upright):  # 2.
            pixels = _fitted(_grey_on_white(image))  # 3.
        if upright is not None:
            pixels = np.ascontiguousarray(np.asarray(Image.fromarray(pixels).transpose(upright)))
    return LoadedImage(pixels, header)


def load_colours(content: bytes, side_max: int) -> Image.Image:
    """Decode one picture to RGB, on white, upright, its longer side at most `side_max` pixels.

    Of its metadata only a colour profile is left, in `info["icc_profile"]`. Raises ImageError and nothing else.
    """
    header = read_header(content)
    with _guarded(header), _opened(header, "RGB", side_max) as (decoded, upright):
        profile = decoded.info.get("icc_profile") if decoded.mode == "RGB" else None
        image = _reduced(decoded, side_max)
        image.thumbnail((side_max, side_max), Image.Resampling.LANCZOS, reducing_gap=3.0)
        coloured = Image.new("RGB", image.size, "white")
        deep = image.mode in {"I", "F"} or image.mode.startswith("I;")
        full = Image.fromarray(_deep_grey(image)) if deep else image.convert("RGBA")
        coloured.paste(full.convert("RGB"), mask=full.getchannel("A") if full.mode == "RGBA" else None)
        found = coloured if upright is None else coloured.transpose(upright)
    found.info = {"icc_profile": profile} if profile else {}
    return found


@contextmanager
def _guarded(header: ImageHeader) -> Iterator[None]:
    """Say what a reader's failure means: the file is damaged, or asks for more memory than it gets."""
    try:
        yield
    except MemoryError as error:
        raise refusal(f"this {header.format} file takes more memory than a photo may") from error
    except _DAMAGED as error:
        raise ImageError(f"The {header.format} file is damaged or cut off. {WANTED}") from error


@contextmanager
def _opened(header: ImageHeader, mode: str, side_max: int) -> Iterator[tuple[Image.Image, Image.Transpose | None]]:
    """Decode a picture of any of our formats, and give how to turn it."""
    if header.format == "HEIC":
        yield _heic(header), None
        return
    with _decoded(header, mode, side_max) as opened:
        yield opened


@contextmanager
def _decoded(header: ImageHeader, mode: str, side_max: int) -> Iterator[tuple[Image.Image, Image.Transpose | None]]:
    """Decode a picture; a JPEG's decoder leaves out colours that `mode` has not, and halves what is too large."""
    content, exif = header.part, b""
    if header.format == "JPEG":
        content, exif = split_exif(content)
    if header.format == "AVIF":
        AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # many requests share the cores: each picture keeps to one
    with _READERS[header.format](io.BytesIO(content)) as image:
        upright = _UPRIGHT.get(orientation_of(exif or image.info.get("exif", b"")))
        # Of an AVIF this is the stored picture, its irot and imir told as Exif; they go before Exif of its own.
        if image.size != (header.width, header.height):
            raise refusal(f"the {header.format} file gives two sizes")
        if header.format == "JPEG":
            image.draft(mode, (side_max, side_max))
        image.load()
        yield image, upright


def _heic(header: ImageHeader) -> Image.Image:
    """Decode a HEIC; its own boxes turn it, and Exif, which repeats them, is left aside."""
    found = _decoded_heic(header)
    pixels = np.asarray(found)
    # The array does not keep libheif's memory. Pillow copies RGB, and would only point to the rest.
    image = Image.fromarray(pixels if pixels.ndim == 3 and pixels.shape[2] == 3 else pixels.copy())
    profile = found.info.get("icc_profile")
    if isinstance(profile, bytes):
        image.info["icc_profile"] = profile
    return image


def _heic_grey(header: ImageHeader) -> Grey:
    found = _decoded_heic(header)
    pixels = np.asarray(found)
    if pixels.ndim == 3 and pixels.shape[2] == 3:
        return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)
    return _grey_on_white(Image.fromarray(np.array(pixels)))


def _decoded_heic(header: ImageHeader) -> pi_heif.HeifImage:
    """Decode with libheif, on one core, and the first picture alone. Its pixels live as long as what is returned."""
    options.DECODE_THREADS = 1
    options.THUMBNAILS = options.DEPTH_IMAGES = options.AUX_IMAGES = False
    file = pi_heif.open_heif(header.part)
    found = file[file.primary_index]
    if found.size[0] > header.width or found.size[1] > header.height:  # `clap` may make it smaller
        raise refusal("the HEIC file gives two sizes")
    found.load()
    return found


def _reduced(image: Image.Image, side_max: int) -> Image.Image:
    """Halve a large picture, or more, strip by strip: Pillow would copy all of it to scale what is transparent."""
    factor = max(image.size) // (2 * side_max)
    if factor < 2 or image.mode not in _REDUCIBLE:
        return image
    small = Image.new(image.mode, (-(-image.width // factor), -(-image.height // factor)))
    for top in range(0, image.height, _STRIP_ROWS * factor):
        below = min(top + _STRIP_ROWS * factor, image.height)
        small.paste(image.crop((0, top, image.width, below)).reduce(factor), (0, top // factor))
    return small


def _grey_on_white(image: Image.Image) -> Grey:
    """Make `image` grey; what shines through is white paper. In strips: no large picture is held twice."""
    if image.mode.startswith("I") or image.mode == "F":
        return _deep_grey(image)
    grey = np.empty((image.height, image.width), np.uint8)
    for top in range(0, image.height, _STRIP_ROWS):
        below = min(top + _STRIP_ROWS, image.height)
        strip = image.crop((0, top, image.width, below))
        strip.info = image.info
        grey[top:below] = np.asarray(_strip_on_white(strip))
    return grey


def _strip_on_white(image: Image.Image) -> Image.Image:
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


def _deep_grey(image: Image.Image) -> Grey:
    """Bring 16 bits to 8, the brightest to white: a scanner may use only part of the range."""
    brightest = max(1.0, float(np.max(np.ravel(image.getextrema()))))
    grey = np.empty((image.height, image.width), np.uint8)
    for top in range(0, image.height, _STRIP_ROWS):
        below = min(top + _STRIP_ROWS, image.height)
        strip = np.asarray(image.crop((0, top, image.width, below))).astype(np.float32)
        grey[top:below] = (strip * (255.0 / brightest)).clip(0, 255).astype(np.uint8)
    return grey


def _fitted(pixels: Grey) -> Grey:
    side = max(pixels.shape)
    if side <= WORKING_SIDE_MAX:
        return np.ascontiguousarray(pixels)
    height, width = (max(1, round(length * WORKING_SIDE_MAX / side)) for length in pixels.shape)
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
