"""Photos from outside made safe to keep or publish: decoded within limits, upright, nothing in them but the picture."""

from __future__ import annotations

import hashlib
import io
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from PIL import Image, ImageCms

from verifier.image_limits import SIZE_MAX_BYTES, refusal
from verifier.image_loading import load_colours

SAFE_SIDE_MAX: Final = 1_600
"""Of the longer side in pixels: sharp on a phone held close, and some 300 KB."""
MEDIA_TYPE: Final = "image/jpeg"
_QUALITY: Final = 84
_PROFILE_MAX_BYTES: Final = 64 * 1024
"""A phone's colour profile has half a kilobyte; a large one is a printer's."""


@dataclass(frozen=True, slots=True)
class SafePhoto:
    """A picture of ours, whatever it was made from. A JPEG."""

    content: bytes = field(repr=False)
    sha256: bytes
    width: int
    height: int


def make_safe(content: bytes) -> SafePhoto:
    """Make a photo anew from its pixels.

    1. Decode it within the limits of every picture from outside, upright.
    2. Bring its colours to sRGB: the profile goes, and colours must not.
    3. Write it as a JPEG of our own: no place, no name, no thumbnail, nothing hidden behind the end.

    Raises ImageError that says what to send instead.
    """
    if len(content) > SIZE_MAX_BYTES:
        raise refusal(f"the file has {len(content) / 2**20:.1f} MB")
    picture = _in_srgb(load_colours(content, SAFE_SIDE_MAX))
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=_QUALITY, progressive=True, optimize=True, exif=b"", icc_profile=None)
    made = written.getvalue()
    return SafePhoto(made, hashlib.sha256(made).digest(), *picture.size)


def _in_srgb(picture: Image.Image) -> Image.Image:
    """Bring colours to sRGB; a profile that cannot be used is left aside, as browsers do."""
    profile = picture.info.pop("icc_profile", None)
    if not isinstance(profile, bytes) or len(profile) > _PROFILE_MAX_BYTES:
        return picture
    with suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        if converted is not None:
            converted.info.pop("icc_profile", None)
            return converted
    return picture
