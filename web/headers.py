"""The headers of every answer. A view that sets one of them itself keeps its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from flask import Flask, Response, request

HSTS: Final = "max-age=63072000; includeSubDomains"
_FIXED: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",  # the label's URL is a secret of whoever holds the piece
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}


def content_security_policy(style_hash: str, form_hosts: Iterable[str]) -> str:
    """Write the policy: our one inline stylesheet, our own pictures, no script at all.

    `form_hosts` are origins a form's answer may lead to: a brand may print labels with more than one host.
    """
    targets = " ".join(["'self'", *sorted(form_hosts)])
    return (
        f"default-src 'none'; style-src '{style_hash}'; img-src 'self'; form-action {targets}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )


def add_headers(app: Flask, policy: str) -> None:
    """Send the headers with every answer, errors too. HSTS only over https: elsewhere it is void."""

    def complete(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", policy)
        for name, value in _FIXED.items():
            response.headers.setdefault(name, value)
        if request.is_secure:
            response.headers.setdefault("Strict-Transport-Security", HSTS)
        return response

    app.after_request(complete)
