"""Nobody else's page may act in our visitor's name.

Two rules for every unsafe method. It must come from our own origin, as the browser itself says (`Sec-Fetch-Site`,
else `Origin`). And where somebody is signed in, it carries the token of their session, as form field or as header.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Callable
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

from flask import Flask, abort, request
from markupsafe import Markup

from web.sessions import current_session

FIELD: Final = "csrf_token"
HEADER: Final = "X-CSRF-Token"
_MARK: Final = "assay_csrf_exempt"
_TOKEN_BYTES: Final = 32
_SENT: Final = re.compile(rf"[0-9a-f]{{{2 * _TOKEN_BYTES}}}|[0-9a-f]{{{4 * _TOKEN_BYTES}}}")
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
View = TypeVar("View", bound=Callable[..., Any])


def csrf_exempt(view: View) -> View:
    """Let a view do without the session's token: it changes nothing, or asks for a proof of its own."""
    setattr(view, _MARK, True)
    return view


def is_exempt(app: Flask, endpoint: str) -> bool:
    """Say whether an endpoint does without the token."""
    return getattr(app.view_functions.get(endpoint), _MARK, False)


def protect(app: Flask) -> None:
    """Refuse what breaks either rule with 403, before its view runs."""

    def refuse_foreign() -> None:
        if request.method in _SAFE or request.endpoint is None:
            return
        if not _is_own_origin():
            abort(403)
        if not is_exempt(app, request.endpoint) and not _has_token():
            abort(403)

    app.before_request(refuse_foreign)
    app.jinja_env.globals["csrf"] = csrf_field
    app.jinja_env.globals["csrf_value"] = csrf_value


def csrf_value() -> str:
    """Give the token of the present session, written anew each time; empty without one.

    A constant secret in compressed pages can be guessed letter by letter from their sizes (BREACH).
    """
    session = current_session()
    return _masked(bytes.fromhex(session.csrf)) if session is not None else ""


def csrf_field() -> Markup:
    """Write the hidden field that every form of a signed-in person carries."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, csrf_value())


def _is_own_origin() -> bool:
    """Read what the browser says of where a request comes from.

    A client that is no browser sends neither header, and has no cookie that somebody else could use.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    try:
        return urlsplit(origin).netloc.lower() == request.host.lower()
    except ValueError:
        return False


def _has_token() -> bool:
    session = current_session()
    if session is None:
        return True
    sent = request.headers.get(HEADER) or request.form.get(FIELD, "")
    return hmac.compare_digest(_unmasked(sent), bytes.fromhex(session.csrf))


def _masked(token: bytes) -> str:
    pad = secrets.token_bytes(len(token))
    return (pad + _xor(pad, token)).hex()


def _unmasked(sent: str) -> bytes:
    """Take the pad off, where there is one; empty for whatever is no token of ours."""
    if not _SENT.fullmatch(sent):
        return b""
    both = bytes.fromhex(sent)
    if len(both) == _TOKEN_BYTES:
        return both
    return _xor(both[: len(both) // 2], both[len(both) // 2 :])


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
