"""What a picture file says of itself, read by our own few lines before any decoder sees it.

A decoder trusts its header: 38 bytes of WebP make one reserve a gigabyte, and a JPEG of 400 kB can keep it
busy for a minute. So the size, and every list a decoder would walk, is measured and limited here first.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from verifier.errors import ImageError
from verifier.image_exif import jpeg_segments
from verifier.image_limits import (
    GIF_BLOCKS_MAX,
    PIXELS_MAX,
    PNG_CHUNKS_MAX,
    SCANNED_PIXELS_MAX,
    SCANS_MAX,
    SIDE_MAX,
    SIZE_MAX_BYTES,
    WANTED,
    WEBP_PIXELS_MAX,
    refusal,
)

_FRAME_MARKERS: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_OTHERS: Final = (
    (b"%PDF", "a PDF"),
    (b"II*\0", "a TIFF"),
    (b"MM\0*", "a TIFF"),
    (b"BM", "a BMP"),
    (b"PK\3\4", "a ZIP archive"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
)


@dataclass(frozen=True, slots=True)
class ImageHeader:
    """Format and size of a picture, as its header gives them and within our limits."""

    format: str
    """JPEG, PNG, WEBP or GIF."""
    width: int
    height: int


def read_header(content: bytes) -> ImageHeader:
    """Read and limit what `content` says of itself. Raises ImageError that says what to send instead."""
    if not content:
        raise refusal("the file is empty")
    if len(content) > SIZE_MAX_BYTES:
        raise refusal(f"the file has {len(content) / 2**20:.1f} MB")
    kind = _kind(content)
    try:
        width, height = _SIZES[kind](content)
    except (struct.error, IndexError) as error:
        raise ImageError(f"The {kind} file is cut off. {WANTED}") from error
    pixels_max = WEBP_PIXELS_MAX if kind == "WEBP" else PIXELS_MAX
    if not (0 < width <= SIDE_MAX and 0 < height <= SIDE_MAX and width * height <= pixels_max):
        raise refusal(
            f"the picture is {width} x {height} pixels, the limit for {kind} is {pixels_max // 10**6} million"
        )
    if kind == "JPEG":
        _limit_scans(content, width * height)
    return ImageHeader(kind, width, height)


def _kind(content: bytes) -> str:
    """Tell the format by its first bytes, never by a file's name."""
    if content.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "WEBP"
    if content.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    raise refusal(f"this is {_other_kind(content)}, not a photo we can read")


def _other_kind(content: bytes) -> str:
    for magic, name in _OTHERS:
        if content.startswith(magic):
            return name
    if content[4:8] == b"ftyp":
        heif = content[8:12] in {b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim", b"heis"}
        return "a HEIC photo" if heif else "an AVIF picture" if content[8:12] == b"avif" else "a video"
    start = content[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<?xml", b"<svg", b"<!doctype svg")):
        return "an SVG drawing"
    if start.startswith((b"<!doctype html", b"<html")):
        return "a web page"
    return "text" if _is_text(content[:512]) else "a file of another kind"


def _is_text(start: bytes) -> bool:
    return all(byte >= 32 or byte in b"\t\r\n\f" for byte in start)


def _jpeg_size(content: bytes) -> tuple[int, int]:
    """Find the frame header; there is one, before the first scan."""
    sizes = []
    for marker, start, _ in jpeg_segments(content):
        if marker in _FRAME_MARKERS:
            height, width = struct.unpack_from(">HH", content, start + 5)
            sizes.append((width, height))
    if len(sizes) != 1:
        raise refusal("the JPEG file has no frame" if not sizes else "the JPEG file gives two sizes")
    return sizes[0]


def _limit_scans(content: bytes, pixels: int) -> None:
    """Bound what a JPEG costs to decode.

    In compressed data 0xFF is always followed by a zero or a restart marker, so this counts every
    scan; an embedded thumbnail adds one or two.
    """
    scans = content.count(b"\xff\xda")
    if scans > SCANS_MAX or scans * pixels > SCANNED_PIXELS_MAX:
        raise refusal(f"the JPEG file has {scans} scans of {pixels / 1e6:.0f} megapixels each")


def _png_size(content: bytes) -> tuple[int, int]:
    if content[12:16] != b"IHDR":
        raise refusal("the PNG file is damaged")
    at = 8
    for _ in range(PNG_CHUNKS_MAX):
        if at >= len(content) or content[at + 4 : at + 8] == b"IEND":
            width, height = struct.unpack_from(">II", content, 16)
            return width, height
        (length,) = struct.unpack_from(">I", content, at)
        at += 12 + length
    raise refusal(f"the PNG file has over {PNG_CHUNKS_MAX} parts")


def _gif_size(content: bytes) -> tuple[int, int]:
    """Walk the blocks up to the first frame; the screen and that frame give the size."""
    width, height, flags = struct.unpack_from("<HHB", content, 6)
    at = 13 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)  # a palette may stand before the first block
    inside_extension = False
    for _ in range(GIF_BLOCKS_MAX):
        lead = content[at]
        if inside_extension:
            inside_extension = lead > 0
            at += 1 + lead
        elif lead == 0x2C:
            left, top, frame_width, frame_height = struct.unpack_from("<HHHH", content, at + 1)
            return max(width, left + frame_width), max(height, top + frame_height)
        elif lead == 0x21:
            inside_extension = True
            at += 2
        else:
            raise refusal("the GIF file is damaged")
    raise refusal(f"the GIF file has over {GIF_BLOCKS_MAX} parts before its first picture")


def _webp_size(content: bytes) -> tuple[int, int]:
    """Read the first chunk: VP8X gives the canvas, the two others their only frame."""
    chunk = content[12:16]
    if chunk == b"VP8X":
        width, height = content[24:27], content[27:30]
        if len(height) < 3:
            raise refusal("the WebP file is cut off")
        return int.from_bytes(width, "little") + 1, int.from_bytes(height, "little") + 1
    if chunk == b"VP8L":
        (bits,) = struct.unpack_from("<I", content, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if chunk == b"VP8 ":
        width_bits, height_bits = struct.unpack_from("<HH", content, 26)
        return width_bits & 0x3FFF, height_bits & 0x3FFF
    raise refusal("the WebP file is damaged")


_SIZES: Final[dict[str, Callable[[bytes], tuple[int, int]]]] = {
    "JPEG": _jpeg_size,
    "PNG": _png_size,
    "WEBP": _webp_size,
    "GIF": _gif_size,
}
