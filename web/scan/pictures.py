"""The pictures of pieces: only those that a verified passport names, and only as pictures."""

from __future__ import annotations

import hashlib
import re
import threading
from collections import OrderedDict
from typing import Final

from flask import Blueprint, Response, abort, request

from provenance_schemas.content_id import ContentId
from provenance_schemas.document_parts import Image
from provenance_schemas.errors import ContentError, IdError
from provenance_schemas.ids import ItemId
from provenance_schemas.passports import Passport
from provenance_schemas.unixfs_read import read_file
from verifier.errors import ContentUnavailableError, ImageError
from verifier.image_headers import read_header
from verifier.limits import BLOCK_SIZE_MAX_BYTES
from verifier.policies import CLI
from verifier.trust import Brand
from verifier.verdict import Level
from web.access import public
from web.parts import Parts
from web.presenters.piece import pictures_of, proven_passport
from web.visits import host_of

PICTURE_MAX_BYTES: Final = 8 * 1024 * 1024
_SHELF_MAX: Final = 4_096
_TOKEN: Final = re.compile(r"[1-9][0-9]{9,28}")
_MEDIA_TYPES: Final = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
_HEADERS: Final = {
    # The name is the content's own hash, so it never changes; private, for what a visitor looked at is his.
    "Cache-Control": "private, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


class PictureShelf:
    """Remembers which pictures proven passports named, the newest 4,096, so that a page is verified once."""

    def __init__(self) -> None:
        self._named: OrderedDict[tuple[ItemId, str], Image] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, passport: Passport) -> None:
        """Remember a proven passport's pictures."""
        with self._lock:
            for image in pictures_of(passport):
                self._named[passport.item, image.uri] = image
                self._named.move_to_end((passport.item, image.uri))
            while len(self._named) > _SHELF_MAX:
                self._named.popitem(last=False)

    def find(self, item: ItemId, uri: str) -> Image | None:
        """Give the picture, if a proven passport of this item named it."""
        with self._lock:
            return self._named.get((item, uri))


def make_picture_blueprint(parts: Parts, shelf: PictureShelf) -> Blueprint:
    """Serve `/pictures/<token>/<cid>`."""
    blueprint = Blueprint("pictures", __name__)

    @blueprint.get("/pictures/<token>/<cid>")
    @public
    def picture(token: str, cid: str) -> Response:
        host = host_of(request)
        brand = parts.trust.brand_of(host) if host else None
        item = _item(brand, token)
        if item is None:
            abort(404)
        image = shelf.find(item, f"ipfs://{cid}") or _verified(parts, shelf, item, f"ipfs://{cid}")
        response = Response(_read(parts, image), mimetype=image.media_type, headers=_HEADERS)
        response.set_etag(cid)
        response.make_conditional(request)
        return response

    return blueprint


def _item(brand: Brand | None, token: str) -> ItemId | None:
    if brand is None or not _TOKEN.fullmatch(token):
        return None
    try:
        return ItemId(brand.registry.chain_id, brand.registry.contract, int(token))
    except IdError:
        return None


def _verified(parts: Parts, shelf: PictureShelf, item: ItemId, uri: str) -> Image:
    """Verify the item here and now: another process may have shown the page."""
    verification = parts.verifier.verify_item(item, CLI)
    passport = proven_passport(verification)
    if passport is None:
        abort(503 if verification.verdict.level is Level.UNDETERMINED else 404)
    shelf.put(passport)
    image = shelf.find(item, uri)
    if image is None:
        abort(404)
    return image


def _read(parts: Parts, image: Image) -> bytes:
    """Read a picture whole, and serve it only if it is what its passport says."""
    cid = ContentId.parse(image.uri.removeprefix("ipfs://"))
    try:
        content = read_file(
            cid,
            lambda part: parts.store.get(part, size_max_bytes=BLOCK_SIZE_MAX_BYTES),
            size_max_bytes=PICTURE_MAX_BYTES,
        )
        kind = read_header(content).format
    except ContentUnavailableError:
        abort(503)
    except (ContentError, ImageError):
        abort(404)
    if _MEDIA_TYPES.get(kind) != image.media_type or hashlib.sha256(content).digest() != image.sha256:
        abort(404)
    return content
