"""`/.well-known/assay/...`: the signed checkpoints, and proofs that the log of points only grew."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, abort, jsonify, request

from loyalty.errors import LogSizeError
from mint.checkpoint_folder import CheckpointFolder
from mint.errors import MintError
from verifier.checkpoints import Checkpoint, checkpoint_json
from verifier.errors import UnavailableError
from web.access import public
from web.parts import Parts

_NEWEST_KEPT_S: Final = 60
_DIGITS_MAX: Final = 15


def make_checkpoints_blueprint(parts: Parts) -> Blueprint:
    """Serve what the house signed; without a house on this machine there is nothing."""
    blueprint = Blueprint("checkpoints", __name__, url_prefix="/.well-known/assay")
    folder = CheckpointFolder(parts.data / "checkpoints") if parts.data is not None else None

    @blueprint.get("/checkpoint")
    @public
    def newest() -> Response:
        if folder and folder.restored:
            abort(HTTPStatus.SERVICE_UNAVAILABLE)  # a newer one may be published: an older one would be a rollback
        return _answer(lambda: folder.last() if folder else None, f"public, max-age={_NEWEST_KEPT_S}")

    @blueprint.get("/checkpoints/<int:sequence>")
    @public
    def one(sequence: int) -> Response:
        wanted = folder if folder and sequence < 10**_DIGITS_MAX else None
        return _answer(lambda: wanted.get(sequence) if wanted else None, "public, max-age=31536000, immutable")

    @blueprint.get("/points/consistency")
    @public
    def consistency() -> Response:
        first, second = _size("from"), _size("to")
        try:
            growth = parts.points.growth(first, second)
        except LogSizeError:
            abort(HTTPStatus.NOT_FOUND)
        except UnavailableError:
            abort(HTTPStatus.SERVICE_UNAVAILABLE)
        return jsonify({"from": first, "to": second, "path": ["0x" + one.hex() for one in growth.path]})

    return blueprint


def _answer(find: Callable[[], Checkpoint | None], kept: str) -> Response:
    try:
        found = find()
    except MintError:
        abort(HTTPStatus.SERVICE_UNAVAILABLE)
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    response = Response(checkpoint_json(found), content_type="application/json")
    response.headers["Cache-Control"] = kept
    response.headers["Access-Control-Allow-Origin"] = "*"  # signed and public: any page may hold a bundle against it
    return response


def _size(name: str) -> int:
    text = request.args.get(name, "")
    if not text.isascii() or not text.isdigit() or len(text) > _DIGITS_MAX:
        abort(HTTPStatus.BAD_REQUEST)
    return int(text)
