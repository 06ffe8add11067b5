"""The photos of a certificate: those a proven passport names, checked against their digest, small and in RGB."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from typing import Final

from PIL import Image as Pillow

from provenance_schemas.content_id import ContentId
from provenance_schemas.document_parts import Image
from provenance_schemas.errors import ContentError
from provenance_schemas.passports import Passport
from provenance_schemas.unixfs_read import read_file
from verifier.errors import ContentUnavailableError, ImageError
from verifier.image_headers import read_header
from verifier.limits import BLOCK_SIZE_MAX_BYTES
from verifier.ports import ContentStore

PHOTOS_MAX: Final = 1
_FILE_MAX_BYTES: Final = 8 * 1024 * 1024
_SIDE_MAX: Final = 900
"""Pixels: 56 mm on paper at 400 dots an inch."""
_QUALITY: Final = 85


@dataclass(frozen=True, slots=True)
class Photo:
    """One photo, ready to be set."""

    file: str
    alt: str
    content: bytes
    """JPEG in RGB, at most 900 pixels on a side: PDF/A asks for a colour space that the output intent names."""


def read_photos(passport: Passport, store: ContentStore) -> tuple[Photo, ...]:
    """Read the first photos of a passport. One that cannot be had, or is not what it says, is left out."""
    photos: list[Photo] = []
    for image in passport.images[:PHOTOS_MAX]:
        content = _read(image, store)
        if content is not None:
            photos.append(Photo(f"photo-{len(photos)}.jpg", image.alt, content))
    return tuple(photos)


def _read(image: Image, store: ContentStore) -> bytes | None:
    if not image.uri.startswith("ipfs://"):
        return None
    try:
        content = read_file(
            ContentId.parse(image.uri.removeprefix("ipfs://")),
            lambda cid: store.get(cid, size_max_bytes=BLOCK_SIZE_MAX_BYTES),
            size_max_bytes=_FILE_MAX_BYTES,
        )
        if hashlib.sha256(content).digest() != image.sha256:
            return None
        read_header(content)  # measured and limited before a decoder sees it
        return _small(content)
    except (ContentUnavailableError, ContentError, ImageError, OSError):
        return None


def _small(content: bytes) -> bytes:
    with Pillow.open(io.BytesIO(content)) as opened:
        opened.draft("RGB", (_SIDE_MAX, _SIDE_MAX))
        opened.thumbnail((_SIDE_MAX, _SIDE_MAX))
        picture = opened.convert("RGBA")
    paper = Pillow.new("RGBA", picture.size, "white")
    small = io.BytesIO()
    Pillow.alpha_composite(paper, picture).convert("RGB").save(small, "JPEG", quality=_QUALITY)
    return small.getvalue()
