"""The gateway as a Flask blueprint: `/ipfs/<cid>[/path]`."""

from __future__ import annotations

from collections.abc import Container

from flask import Blueprint, Response, request

from provenance_schemas.content_id import ContentId
from verifier.ports import ContentStore
from web.gateway.answers import GatewayRequest, answer


def make_gateway_blueprint(store: ContentStore, *, denied: Container[ContentId] = ()) -> Blueprint:
    """Serve `store`, which must be local: the gateway fetches nothing for strangers. `denied` ids get 410."""
    blueprint = Blueprint("gateway", __name__)

    @blueprint.route("/ipfs/<cid>", methods=["GET", "HEAD"])
    @blueprint.route("/ipfs/<cid>/", methods=["GET", "HEAD"])
    @blueprint.route("/ipfs/<cid>/<path:path>", methods=["GET", "HEAD"])
    def content(cid: str, path: str = "") -> Response:
        asked = GatewayRequest(cid, path, request.args.to_dict(), dict(request.headers), head=request.method == "HEAD")
        answered = answer(asked, store, denied)
        return Response(answered.body, answered.status, answered.headers)

    return blueprint
