"""Signs of life for whoever runs the site. They name no address and no folder."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Final

from flask import Blueprint, Response, jsonify

from verifier.errors import UnavailableError
from web.access import public
from web.limits import LimitName, limited
from web.parts import Parts

_OK: Final = "ok"
_DEGRADED: Final = "degraded"
_UNAVAILABLE: Final = "unavailable"
_DRAINING: Final = "draining"
ASIDE: Final = frozenset({"worker"})
"""Without it labels are verified all the same, and what visitors ask for waits: no reason to send them elsewhere."""
_LOG: Final = logging.getLogger("assay.health")


def make_health_blueprint(parts: Parts) -> Blueprint:
    """Serve `/health` (this process runs) and `/ready`, alias `/health/ready` (it can verify, and goes on)."""
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/health")
    @public
    @limited(LimitName.HEALTH)
    def live() -> Response:
        return jsonify(status="ok")

    @blueprint.get("/ready")
    @blueprint.get("/health/ready")
    @public
    @limited(LimitName.HEALTH)
    def ready() -> Response:
        found = {name: _state(name, parts) for name in parts.probes}
        away = {name for name, state in found.items() if state != _OK}
        status = _UNAVAILABLE if away - ASIDE else _DEGRADED if away else _OK
        if parts.is_draining():
            status = _DRAINING
        response = jsonify(status=status, parts=found)
        if status in {_UNAVAILABLE, _DRAINING}:
            response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
            response.headers["Retry-After"] = "10"
        return response

    return blueprint


def _state(name: str, parts: Parts) -> str:
    try:
        parts.probes[name]()
    except UnavailableError as error:
        _LOG.warning("%s is not ready: %s", name, type(error).__name__)  # its words may hold a node's URL and key
        return _UNAVAILABLE
    return _OK
