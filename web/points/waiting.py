"""A check that waits while its visitor signs in: its token, in a cookie that lasts as long as the token is good."""

from __future__ import annotations

from typing import Final

from flask import Request, Response

from web.scan.scan_tokens import AGE_MAX_S

_SECURE_NAME: Final = "__Host-check"
_LOOPBACK_NAME: Final = "check"
_MAX: Final = 1_024


def keep(request: Request, response: Response, token: str) -> None:
    """Let the browser keep a token until its owner has signed in."""
    if 0 < len(token) <= _MAX and token.isascii() and token.isprintable():
        response.set_cookie(
            _name(request), token, AGE_MAX_S, secure=request.is_secure, httponly=True, samesite="Lax", path="/"
        )


def kept(request: Request) -> str:
    """Give the token that waits; empty when none does."""
    token = request.cookies.get(_name(request), "")
    return token if len(token) <= _MAX else ""


def forget(request: Request, response: Response) -> None:
    """Take it back: it was collected, or cannot be."""
    response.delete_cookie(_name(request), path="/", secure=request.is_secure, httponly=True, samesite="Lax")


def _name(request: Request) -> str:
    return _SECURE_NAME if request.is_secure else _LOOPBACK_NAME
