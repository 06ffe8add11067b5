"""Publish pictures and evidence: local files become blocks, under the same content ids as `ipfs add` gives."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from mint.dispatch import Store
from mint.errors import InputError, PublishError
from mint.limits import FILE_MAX_BYTES
from mint.pieces import ImageInput
from mint.publish import publish_blocks
from provenance_schemas.content_id import ContentId
from provenance_schemas.document_parts import Evidence, Image
from provenance_schemas.unixfs import add_file
from verifier.errors import ImageError
from verifier.image_headers import ImageHeader, read_header
from verifier.image_limits import SIZE_MAX_BYTES

_BLOCKS_AT_ONCE: Final = 16
_IMAGE_TYPES: Final = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
_EVIDENCE_TYPES: Final = {
    ".json": "application/json",
    ".pdf": "application/pdf",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".mp4": "video/mp4",
}


@dataclass(frozen=True, slots=True)
class _Published:
    cid: ContentId
    sha256: bytes


class _HashedFile:
    """A stream that hashes what is read from it, and ends at the limit."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = path.open("rb")
        self._left = FILE_MAX_BYTES
        self.sha256 = hashlib.sha256()

    def read(self, size: int, /) -> bytes:
        part = self._file.read(size)
        self._left -= len(part)
        if self._left < 0:
            raise InputError(f"{self._path}: larger than {FILE_MAX_BYTES} bytes, the most a file may have")
        self.sha256.update(part)
        return part

    def close(self) -> None:
        self._file.close()


def publish_images(stores: Sequence[Store], images: Iterable[ImageInput]) -> dict[ImageInput, Image]:
    """Publish pictures, each file once, and give them as documents name them.

    Raises InputError for a file that is missing or no JPEG, PNG or WebP, PublishError when a store fails.
    """
    by_path: dict[Path, _Published] = {}
    found: dict[ImageInput, Image] = {}
    for image in images:
        if image in found:
            continue
        unpublished = measured_image(image)
        if image.path not in by_path:
            by_path[image.path] = _publish(stores, image.path)
        file = by_path[image.path]
        found[image] = Image(
            f"ipfs://{file.cid}",
            file.sha256,
            unpublished.media_type,
            image.alt,
            unpublished.width,
            unpublished.height,
        )
    return found


def measured_image(image: ImageInput) -> Image:
    """Describe a picture by its own header, with no address yet. Raises InputError when it cannot be used."""
    try:
        stat = image.path.stat()
        header = _header(image.path, stat.st_size, stat.st_mtime_ns)
    except OSError as error:
        raise InputError(f"{image.path}: cannot be read ({error.strerror})") from error
    except ImageError as error:
        raise InputError(f"{image.path}: {error}") from error
    except ValueError as error:  # NUL, or half a surrogate pair
        raise InputError(f"{str(image.path)!r}: no file can have this name") from error
    media_type = _IMAGE_TYPES.get(header.format)
    if media_type is None:
        raise InputError(f"{image.path}: a {header.format}; passports hold JPEG, PNG or WebP")
    nowhere = ContentId.of(b"")
    return Image(f"ipfs://{nowhere}", nowhere.digest, media_type, image.alt, header.width, header.height)


@lru_cache(maxsize=256)
def _header(path: Path, _size_bytes: int, _changed_ns: int) -> ImageHeader:
    """Read a picture's header, once while the file stays as it is: it may stand in thousands of rows."""
    with path.open("rb") as file:
        return read_header(file.read(SIZE_MAX_BYTES + 1))


def publish_evidence(stores: Sequence[Store], path: Path, title: str | None = None) -> Evidence:
    """Publish a certificate, photo or film that supports a step."""
    media_type = _EVIDENCE_TYPES.get(path.suffix.lower())
    if media_type is None:
        raise InputError(f"{path}: evidence is {', '.join(sorted(_EVIDENCE_TYPES))}")
    file = _publish(stores, path)
    return Evidence(f"ipfs://{file.cid}", file.sha256, media_type, title or path.stem)


def _publish(stores: Sequence[Store], path: Path) -> _Published:
    """Publish one file. This is done before any job is saved, so there is nothing to resume when a store fails."""
    try:
        return _published(stores, path)
    except PublishError as error:
        advice = "nothing was registered or recorded, give the same command again when the store is well"
        raise PublishError(error.reason, advice) from error


def _published(stores: Sequence[Store], path: Path) -> _Published:
    """Publish a few blocks of a file at a time, so that its size costs no memory."""
    waiting: dict[ContentId, bytes] = {}

    def put(cid: ContentId, block: bytes) -> None:
        waiting[cid] = block
        if len(waiting) == _BLOCKS_AT_ONCE:
            publish_blocks(stores, list(waiting.items()))
            waiting.clear()

    try:
        stream = _HashedFile(path)
        try:
            root = add_file(stream, put)
        finally:
            stream.close()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    publish_blocks(stores, list(waiting.items()), root.cid)
    return _Published(root.cid, stream.sha256.digest())
