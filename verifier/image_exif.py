"""The one thing we ask of a photo's metadata: which way is up.

Pillow's own reader warns, raises and joins without end over hostile metadata, so it never gets to see any.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import Final

from verifier.image_limits import JPEG_MARKERS_MAX, JPEG_PARTS_MAX, refusal

EXIF_PREFIX: Final = b"Exif\0\0"
_ENTRIES_MAX: Final = 512
_ORIENTATION: Final = 0x0112
_SHORT: Final = 3
_APP1: Final = 0xE1
START_OF_SCAN: Final = 0xDA
_END_OF_IMAGE: Final = 0xD9
_MARKER: Final = re.compile(rb"\xff[^\x00\x01\xd0-\xd8\xff]", re.DOTALL)


def jpeg_segments(content: bytes) -> Iterator[tuple[int, int, int]]:
    """Walk a JPEG up to its first scan: marker, start and end of each segment; the scan ends where it starts.

    Raises ImageError when there is none or too many, IndexError or struct.error when the file is cut off.
    """
    at = 2
    for _ in range(JPEG_MARKERS_MAX):
        if content[at] != 0xFF:
            raise refusal("the JPEG file is damaged")
        marker = content[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        if marker == START_OF_SCAN:
            yield marker, at, at
            return
        (length,) = struct.unpack_from(">H", content, at + 2)
        yield marker, at, at + 2 + length
        at += 2 + length
    raise refusal(f"the JPEG file has over {JPEG_MARKERS_MAX} parts")


def jpeg_end(content: bytes) -> tuple[int, int]:
    """Find where the first picture of a JPEG ends, and count its scans. What has no end ends with the file.

    In compressed data 0xFF is followed by a zero or a restart marker, so that every other marker is one.
    Phones put further pictures and a film behind; none of it is the decoder's business.
    """
    at, scans = 2, 0
    for _ in range(JPEG_PARTS_MAX):
        found = _MARKER.search(content, at)
        if found is None:
            return len(content), scans
        marker = content[found.start() + 1]
        if marker == _END_OF_IMAGE:
            return found.end(), scans
        scans += marker == START_OF_SCAN
        at = found.end() + max(2, int.from_bytes(content[found.end() : found.end() + 2]))
    raise refusal(f"the JPEG file has over {JPEG_PARTS_MAX} parts")


def split_exif(content: bytes) -> tuple[bytes, bytes]:
    """Take the metadata (APP1) out of a JPEG: what is left, and the first Exif block found or nothing."""
    kept, exif = [content[:2]], b""
    for marker, start, end in jpeg_segments(content):
        if marker == START_OF_SCAN:
            kept.append(content[start:])
        elif marker != _APP1:
            kept.append(content[start:end])
        elif not exif and content.startswith(EXIF_PREFIX, start + 4):
            exif = content[start + 4 : end]
    return b"".join(kept), exif


def orientation_of(exif: bytes) -> int:
    """Read the orientation, 1 to 8. Missing or damaged metadata makes no picture unreadable: it is upright."""
    tiff = exif.removeprefix(EXIF_PREFIX)
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return 1
    try:
        (directory,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, directory)
        for i in range(min(count, _ENTRIES_MAX)):
            tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, directory + 2 + 12 * i)
            if (tag, kind) == (_ORIENTATION, _SHORT):
                return value if 1 <= value <= 8 else 1
    except struct.error:
        return 1
    return 1
