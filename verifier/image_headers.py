"""What a picture file says of itself, read by our own few lines before any decoder sees it.

A decoder trusts its header: 38 bytes of WebP make one reserve a gigabyte, and a JPEG of 400 kB can keep it
busy for a minute. So the size, and every list a decoder would walk, is measured and limited here first, and
a decoder is given the first picture alone: no second frame, no trailer, no text.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from verifier.errors import ImageError
from verifier.image_boxes import read_boxes
from verifier.image_exif import jpeg_end, jpeg_segments
from verifier.image_kinds import kind_of
from verifier.image_limits import (
    BOXED_PIXELS_MAX,
    COEFFICIENTS_MAX_BYTES,
    GIF_BLOCKS_MAX,
    GIF_PARTS_MAX,
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
from verifier.image_trailers import refuse_second_kind

_FRAME_MARKERS: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PNG_KEPT: Final = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"eXIf", b"iCCP"})
_PNG_PROFILE_MAX_BYTES: Final = 64 * 1024
_GIF_END: Final = b"\x3b"
_PIXELS_MAX: Final = {"WEBP": WEBP_PIXELS_MAX, "HEIC": BOXED_PIXELS_MAX, "AVIF": BOXED_PIXELS_MAX}


@dataclass(frozen=True, slots=True)
class ImageHeader:
    """Format and size of a picture, as its header gives them and within our limits."""

    format: str
    """JPEG, PNG, WEBP, GIF, HEIC or AVIF."""
    width: int
    height: int
    part: bytes = field(default=b"", repr=False)
    """What a decoder is given: the first picture, without what stands behind it or is none of its business."""


@dataclass(frozen=True, slots=True)
class _Survey:
    """What was found in a file's own structure."""

    width: int
    height: int
    end: int
    """Where the picture, with all its frames, ends."""
    part: bytes
    coded_pixels: int = 0
    """What is decoded on the way; 0 for as many as are shown."""


def read_header(content: bytes) -> ImageHeader:
    """Read and limit what `content` says of itself. Raises ImageError that says what to send instead.

    1. Its kind, by its first bytes.
    2. Its size, and its whole structure.
    3. That it is nothing else beside a picture.
    """
    if not content:
        raise refusal("the file is empty")
    if len(content) > SIZE_MAX_BYTES:
        raise refusal(f"the file has {len(content) / 2**20:.1f} MB")
    kind = kind_of(content)  # 1.
    try:
        found = _SURVEYS[kind](content)  # 2.
    except (struct.error, IndexError) as error:
        raise ImageError(f"The {kind} file is cut off. {WANTED}") from error
    width, height, most = found.width, found.height, _PIXELS_MAX.get(kind, PIXELS_MAX)
    if not (0 < width <= SIDE_MAX and 0 < height <= SIDE_MAX and width * height <= most):
        raise refusal(f"the picture is {width} x {height} pixels, the limit for {kind} is {most // 10**6} million")
    if found.coded_pixels > 2 * most:
        raise refusal(f"the {kind} file asks for {found.coded_pixels / 1e6:.0f} megapixels to show {width} x {height}")
    if kind == "JPEG":
        _limit_scans(content, found.end, width * height)
    refuse_second_kind(content, found.end, kind)  # 3.
    return ImageHeader(kind, width, height, found.part)


def _jpeg(content: bytes) -> _Survey:
    """Find the frame header; there is one, before the first scan."""
    sizes = []
    for marker, start, _ in jpeg_segments(content):
        if marker in _FRAME_MARKERS:
            height, width = struct.unpack_from(">HH", content, start + 5)
            sizes.append((width, height))
    if len(sizes) != 1:
        raise refusal("the JPEG file has no frame" if not sizes else "the JPEG file gives two sizes")
    end, _ = jpeg_end(content)
    return _Survey(*sizes[0], end, content[:end])


def _limit_scans(content: bytes, end: int, pixels: int) -> None:
    """Bound what a JPEG costs to decode: the visits of each scan, and what is kept from one to the next."""
    _, scans = jpeg_end(content)
    if scans > SCANS_MAX or scans * pixels > SCANNED_PIXELS_MAX:
        raise refusal(f"the JPEG file has {scans} scans of {pixels / 1e6:.0f} megapixels each")
    for marker, start, _ in jpeg_segments(content[:end]):
        if marker in _FRAME_MARKERS and (scans > 1 or marker != 0xC0):
            kept = _coefficients(content, start, pixels)
            if kept > COEFFICIENTS_MAX_BYTES:
                raise refusal(f"this progressive JPEG takes {kept / 2**20:.0f} MB to read")


def _coefficients(content: bytes, start: int, pixels: int) -> float:
    """Give the bytes of all coefficients: each colour's share of the pixels, two bytes each."""
    count = content[start + 9]
    factors = [content[start + 11 + 3 * i] for i in range(count)]
    across, down = max((f >> 4 for f in factors), default=1), max((f & 15 for f in factors), default=1)
    return 2.0 * pixels * sum((f >> 4) * (f & 15) for f in factors) / max(1, across * down)


def _png(content: bytes) -> _Survey:
    """Walk the chunks; those that a picture is made of are kept, and a profile of honest size."""
    if content[12:16] != b"IHDR":
        raise refusal("the PNG file is damaged")
    width, height = struct.unpack_from(">II", content, 16)
    at, kept = 8, [content[:8]]
    for _ in range(PNG_CHUNKS_MAX):
        if at >= len(content):
            return _Survey(width, height, len(content), b"".join(kept))
        (length,) = struct.unpack_from(">I", content, at)
        name, after = content[at + 4 : at + 8], at + 12 + length
        if name in _PNG_KEPT and not (name == b"iCCP" and length > _PNG_PROFILE_MAX_BYTES):
            kept.append(content[at:after])
        if name == b"IEND":
            return _Survey(width, height, after, b"".join(kept))
        at = after
    raise refusal(f"the PNG file has over {PNG_CHUNKS_MAX} parts")


def _gif(content: bytes) -> _Survey:
    """Walk the blocks: the screen and the first frame give the size, and no later frame is handed on."""
    width, height, flags = struct.unpack_from("<HHB", content, 6)
    at = 13 + (3 << (flags & 7) + 1 if flags & 0x80 else 0)  # a palette may stand before the first block
    first_ends = parts = 0
    while at < len(content) or not first_ends:
        lead = content[at]
        if lead == 0x3B and first_ends:
            return _Survey(width, height, at + 1, content[:first_ends] + _GIF_END)
        if lead == 0x2C:
            left, top, frame_width, frame_height, local = struct.unpack_from("<HHHHB", content, at + 1)
            if not first_ends:
                width, height = max(width, left + frame_width), max(height, top + frame_height)
            start = at + 11 + (3 << (local & 7) + 1 if local & 0x80 else 0)
        elif lead == 0x21:
            start = at + 2
        elif first_ends:
            break  # whatever follows is no part of the picture
        else:
            raise refusal("the GIF file is damaged")
        at, count = _after_blocks(content, start, is_tolerant=lead == 0x2C or first_ends > 0)
        parts += count + 1
        if not first_ends and lead == 0x21 and parts > GIF_BLOCKS_MAX:
            raise refusal(f"the GIF file has over {GIF_BLOCKS_MAX} parts before its first picture")
        if parts > GIF_PARTS_MAX:
            raise refusal(f"the GIF file has over {GIF_PARTS_MAX} parts")
        if lead == 0x2C and not first_ends:
            first_ends = at
    return _Survey(width, height, at, content[:first_ends] + _GIF_END)


def _after_blocks(content: bytes, at: int, *, is_tolerant: bool) -> tuple[int, int]:
    """Skip a chain of blocks, each led by its length; gives what comes after, and how many they were."""
    count = 0
    while count <= GIF_PARTS_MAX:
        if at >= len(content) and is_tolerant:
            return len(content), count
        length = content[at]
        at += 1 + length
        count += 1
        if not length:
            break
    return min(at, len(content)), count


def _webp(content: bytes) -> _Survey:
    """Read the first chunk: VP8X gives the canvas, the two others their only frame."""
    chunk = content[12:16]
    end = min(len(content), 8 + int.from_bytes(content[4:8], "little"))
    part = content[:end]
    if chunk == b"VP8X":
        width, height = content[24:27], content[27:30]
        if len(height) < 3:
            raise refusal("the WebP file is cut off")
        return _Survey(int.from_bytes(width, "little") + 1, int.from_bytes(height, "little") + 1, end, part)
    if chunk == b"VP8L":
        (bits,) = struct.unpack_from("<I", content, 21)
        return _Survey((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, end, part)
    if chunk == b"VP8 ":
        width_bits, height_bits = struct.unpack_from("<HH", content, 26)
        return _Survey(width_bits & 0x3FFF, height_bits & 0x3FFF, end, part)
    raise refusal("the WebP file is damaged")


def _boxed(kind: str) -> Callable[[bytes], _Survey]:
    """Make the survey of a HEIC or AVIF: a film in it is hidden from the decoder, the picture stays."""

    def survey(content: bytes) -> _Survey:
        found = read_boxes(content, kind)
        part = content[: found.end]
        if found.film_at:
            part = part[: found.film_at] + b"free" + part[found.film_at + 4 :]
        if kind == "AVIF":
            part = part[:8] + b"avif" + part[12:]  # the brand of an animation makes its reader look for a film
        # libheif turns what it decodes; the reader of AVIF says how to turn it.
        turned = found.turned and kind == "HEIC"
        width, height = (found.height, found.width) if turned else (found.width, found.height)
        return _Survey(width, height, found.end, part, found.coded_pixels)

    return survey


_SURVEYS: Final[dict[str, Callable[[bytes], _Survey]]] = {
    "JPEG": _jpeg,
    "PNG": _png,
    "WEBP": _webp,
    "GIF": _gif,
    "HEIC": _boxed("HEIC"),
    "AVIF": _boxed("AVIF"),
}
