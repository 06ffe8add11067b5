"""A name for a browser that asks for points: random, kept by the browser, known to the ledger only as a keyed hash.

It is made at the first collect, never by a GET, and serves one purpose: a day's limit for each device.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from typing import Final

from flask import Request, Response

from web.cookies import Cookie
from web.secret import Secret

_COOKIE: Final = Cookie("device")
_AGE_S: Final = 400 * 86_400
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{43}")


class Devices:
    """Names browsers."""

    def __init__(self, secret: Secret) -> None:
        self._key = secret.key("points device")

    def of(self, request: Request) -> tuple[str, str]:
        """Give the ledger's key of this browser, 64 hex digits, and the name the browser is to keep."""
        name = _COOKIE.read(request)
        if not _NAME.fullmatch(name):
            name = secrets.token_urlsafe(32)
        return hmac.digest(self._key, name.encode(), hashlib.sha256).hex(), name

    def remember(self, request: Request, response: Response, name: str) -> None:
        """Let the browser keep its name."""
        _COOKIE.keep(request, response, name, _AGE_S)
