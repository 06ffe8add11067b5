"""Addresses inside the account pages: they keep the language asked for, and where the visitor wants to go next."""

from __future__ import annotations

from urllib.parse import urlencode

from web.presenters.frame import Visit

HOME = "/account"
CONSOLE = "/console"
"""Where somebody of the house begins."""


def link(visit: Visit, path: str, **query: str) -> str:
    """Write an address of ours; empty values are left out."""
    asked = {name: value for name, value in query.items() if value}
    if visit.asked:
        asked["lang"] = visit.language.value
    return f"{path}?{urlencode(asked)}" if asked else path


def onward(visit: Visit, path: str) -> str:
    """Write the address that a visitor wanted before we asked them something; `path` may have a query of its own."""
    return path if "?" in path else link(visit, path)
