"""The headers of every answer. A view that sets one of them itself keeps its own."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum, unique
from typing import Final

from flask import Flask, Response, g, request

HSTS: Final = "max-age=63072000; includeSubDomains"
TRUSTED_TYPES_POLICY: Final = "assay"
"""The one policy that our scripts may make, and once a page."""
_FIXED: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin",  # no path: labels are secret. no-referrer would make `Origin` null
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Origin-Agent-Cluster": "?1",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}
_NEVER: Final = ("geolocation", "microphone", "payment", "usb", "browsing-topics")


@unique
class Feature(StrEnum):
    """What a browser does for a page only where the page asks for it, by its name in Permissions-Policy."""

    CAMERA = "camera"
    PASSKEY_SIGN_IN = "publickey-credentials-get"
    PASSKEY_MAKE = "publickey-credentials-create"


def allow(*features: Feature) -> None:
    """Open features to the answer of this request, whatever it turns out to be. Everything else stays closed."""
    g.assay_features = frozenset(features) | g.get("assay_features", frozenset())


def permissions_policy(features: Iterable[Feature] = ()) -> str:
    """Write the policy: the features given for our own pages, nothing for anybody else."""
    opened = frozenset(features)
    ours = [f"{feature}={'(self)' if feature in opened else '()'}" for feature in Feature]
    return ", ".join([*ours, *(f"{name}=()" for name in _NEVER)])


def content_security_policy(style_hashes: Iterable[str], form_hosts: Iterable[str]) -> str:
    """Write the policy: our inline stylesheets by their hashes, scripts and pictures of our own, no inline script.

    `form_hosts` are origins a form's answer may lead to: a brand may print labels with more than one host.
    Workers obey the policy of their own answer, so this one goes with static files too.
    """
    styles = " ".join(f"'{style_hash}'" for style_hash in style_hashes)
    targets = " ".join(["'self'", *sorted(form_hosts)])
    return (
        f"default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; style-src {styles}; "
        f"img-src 'self'; font-src 'self'; form-action {targets}; base-uri 'none'; frame-ancestors 'none'; "
        f"require-trusted-types-for 'script'; trusted-types {TRUSTED_TYPES_POLICY}"
    )


def wasm_worker_policy() -> str:
    """Write the policy of the one worker that compiles WebAssembly, for its own answer and no other.

    A worker obeys this, never the page's policy: the page itself may compile nothing. The worker loads modules and
    bytes of ours, and makes no page, no frame, no worker and no Trusted Types policy.
    """
    return (
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )


def add_headers(app: Flask, policy: str) -> None:
    """Send the headers with every answer, errors too. HSTS only over https: elsewhere it is void."""
    closed = permissions_policy()

    def complete(response: Response) -> Response:
        features = g.get("assay_features")
        headers = response.headers
        headers.setdefault("Content-Security-Policy", policy)
        headers.setdefault("Permissions-Policy", permissions_policy(features) if features else closed)
        for name, value in _FIXED.items():
            headers.setdefault(name, value)
        if request.is_secure:
            headers.setdefault("Strict-Transport-Security", HSTS)
        return response

    app.after_request(complete)
