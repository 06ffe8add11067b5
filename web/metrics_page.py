"""`/metrics`, for whoever is on this machine or has the token; for everybody else it is not there."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, Response, abort, request
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector, CollectorRegistry

from verifier.service import Verification
from verifier.verdict import Policy
from web.access import public
from web.limits import LimitName, limited
from web.metrics import Metrics
from web.metrics_readings import Readings
from web.parts import LabelVerifier, Parts

PATH: Final = "/metrics"
_FORWARDED: Final = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")
"""Any of them: somebody stands in front, and the address is not the asker's."""
_BEFORE_PROXY: Final = "werkzeug.proxy_fix.orig"


class CountedVerifier:
    """A verifier that counts what it says."""

    def __init__(self, verifier: LabelVerifier, metrics: Metrics) -> None:
        self._verifier = verifier
        self._metrics = metrics

    def verify_label(self, text: str, policy: Policy) -> Verification:
        """Verify, and count."""
        began_s = self._metrics.now_s()
        found = self._verifier.verify_label(text, policy)
        self._metrics.verification(found, self._metrics.now_s() - began_s)
        return found

    def verify_item(self, item: Any, policy: Policy) -> Verification:
        """Verify, and count."""
        began_s = self._metrics.now_s()
        found = self._verifier.verify_item(item, policy)
        self._metrics.verification(found, self._metrics.now_s() - began_s)
        return found


class _All(Collector):
    """What was counted and what is read, as one collector."""

    def __init__(self, metrics: Metrics, readings: Readings) -> None:
        self._metrics, self._readings = metrics, readings

    def collect(self) -> Iterator[Metric]:
        """Give everything."""
        yield from self._metrics.collect()
        yield from self._readings.collect()

    def describe(self) -> Iterator[Metric]:
        """Give no names beforehand: registering would ask every part."""
        yield from ()


def make_metrics_blueprint(parts: Parts) -> Blueprint:
    """Serve `/metrics`. A site that counts nothing has none."""
    blueprint = Blueprint("metrics", __name__)
    registry = CollectorRegistry(auto_describe=False)
    if parts.metrics is not None:
        registry.register(_All(parts.metrics, Readings(parts)))

    @blueprint.get(PATH)
    @public  # of the two ways in, neither is a person's session
    @limited(LimitName.HEALTH)
    def figures() -> Response:
        if parts.metrics is None or not may_read(request.environ, parts.metrics_token):
            abort(HTTPStatus.NOT_FOUND)
        response = Response(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)
        response.headers["Cache-Control"] = "no-store"
        return response

    return blueprint


def may_read(environ: Mapping[str, Any], token: str) -> bool:
    """Say whether a request may see the figures.

    With the token, from anywhere. Without it, only from this machine itself: its address is a loopback one, so is the
    host it names, and no proxy says that it passes somebody else on.
    """
    scheme, _, given = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if token and scheme.lower() == "bearer":
        return hmac.compare_digest(given.strip().encode("utf-8", "replace"), token.encode())
    before = environ.get(_BEFORE_PROXY) or environ
    is_direct = not any(name in environ for name in _FORWARDED)
    host = environ.get("HTTP_HOST", "").rpartition(":")[0] or environ.get("HTTP_HOST", "")
    return is_direct and _is_loopback(before.get("REMOTE_ADDR") or "") and _is_loopback(host.strip("[]"))


def _is_loopback(address: str) -> bool:
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
