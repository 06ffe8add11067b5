"""Every cookie of the site is made here, so that each has the same bars: this host alone, no script, no other site."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import Request, Response

_HOST_PREFIX = "__Host-"
"""A browser takes such a cookie only over https, for this very host, and for every path."""


@dataclass(frozen=True, slots=True)
class Cookie:
    """One cookie: `__Host-<name>` over https, `<name>` over http on this very machine."""

    name: str

    def read(self, request: Request) -> str:
        """Give its value; empty where the browser brings none."""
        return request.cookies.get(self._name(request), "")

    def keep(self, request: Request, response: Response, value: str, age_s: int) -> None:
        """Let the browser keep a value for so long."""
        response.set_cookie(
            self._name(request), value, age_s, secure=request.is_secure, httponly=True, samesite="Lax", path="/"
        )

    def forget(self, request: Request, response: Response) -> None:
        """Take it back."""
        response.delete_cookie(self._name(request), path="/", secure=request.is_secure, httponly=True, samesite="Lax")

    def in_header(self) -> re.Pattern[str]:
        """Find the cookie in a Cookie header, under either name, without reading anything else."""
        return re.compile(rf"(?:^|;\s*)(?:{_HOST_PREFIX})?{re.escape(self.name)}=")

    def _name(self, request: Request) -> str:
        return f"{_HOST_PREFIX}{self.name}" if request.is_secure else self.name
