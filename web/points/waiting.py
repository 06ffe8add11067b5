"""A check that waits while its visitor signs in: its token, in a cookie that lasts as long as the token is good."""

from __future__ import annotations

from typing import Final

from flask import Request, Response

from web.cookies import Cookie
from web.scan.scan_tokens import AGE_MAX_S

_COOKIE: Final = Cookie("check")
_MAX: Final = 1_024


def keep(request: Request, response: Response, token: str) -> None:
    """Let the browser keep a token until its owner has signed in."""
    if 0 < len(token) <= _MAX and token.isascii() and token.isprintable():
        _COOKIE.keep(request, response, token, AGE_MAX_S)


def kept(request: Request) -> str:
    """Give the token that waits; empty when none does."""
    token = _COOKIE.read(request)
    return token if len(token) <= _MAX else ""


def forget(request: Request, response: Response) -> None:
    """Take it back: it was collected, or cannot be."""
    _COOKIE.forget(request, response)
