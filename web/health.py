"""Signs of life for whoever runs the site. They name no address and no folder."""

from __future__ import annotations

import logging
from http import HTTPStatus

from flask import Blueprint, Response, jsonify

from verifier.errors import UnavailableError
from web.access import public
from web.parts import Parts

_LOG = logging.getLogger(__name__)


def make_health_blueprint(parts: Parts) -> Blueprint:
    """Serve `/health` (this process runs) and `/ready` (it can verify)."""
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/health")
    @public
    def live() -> Response:
        return jsonify(status="ok")

    @blueprint.get("/ready")
    @public
    def ready() -> Response:
        found = {name: _state(name, parts) for name in parts.probes}
        is_ready = set(found.values()) <= {"ok"}
        response = jsonify(status="ok" if is_ready else "unavailable", parts=found)
        if not is_ready:
            response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
            response.headers["Retry-After"] = "10"
        return response

    return blueprint


def _state(name: str, parts: Parts) -> str:
    try:
        parts.probes[name]()
    except UnavailableError as error:
        _LOG.warning("%s is not ready: %s", name, error)
        return "unavailable"
    return "ok"
