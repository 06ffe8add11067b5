"""The gateway as a Flask blueprint: `/ipfs/<cid>[/path]`."""

from __future__ import annotations

from collections.abc import Container

from flask import Blueprint, Response, request

from provenance_schemas.content_id import ContentId
from verifier.ports import ContentStore
from web.gateway.answers import answer
from web.gateway.requests import GatewayRequest


def make_gateway_blueprint(store: ContentStore, *, denied: Container[ContentId] = ()) -> Blueprint:
    """Serve `store`, which must be local: the gateway fetches nothing for strangers. `denied` ids get 410."""
    blueprint = Blueprint("gateway", __name__)

    @blueprint.route("/ipfs/<cid>", methods=["GET", "HEAD"])
    @blueprint.route("/ipfs/<cid>/", methods=["GET", "HEAD"])
    @blueprint.route("/ipfs/<cid>/<path:path>", methods=["GET", "HEAD"])
    def content(cid: str, path: str = "") -> Response:
        asked = GatewayRequest(cid, path, request.args.to_dict(), dict(request.headers), head=request.method == "HEAD")
        answered = answer(asked, store, denied)
        # An iterator, so that nobody counts its bytes: a HEAD has the length of the body it leaves out, or none.
        body = iter(()) if asked.head else answered.body
        return Response(body, answered.status, answered.headers)

    return blueprint
