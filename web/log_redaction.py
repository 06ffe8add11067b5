"""What a log may say of a request: enough to count and to find faults, never a label."""

from __future__ import annotations

from typing import Final

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
_KNOWN: Final = frozenset({"01", "scan", "ipfs", "pictures", "static", "health", "ready"})


def redact_method(method: str) -> str:
    """Give a method if it is one: whatever a client writes first on its line arrives as the method."""
    return method if method in _METHODS else "-"


def redact_target(target: str) -> str:
    """Give the shape of a request target: its first part if it is one of ours, never more.

    A serial may stand anywhere in what somebody typed, so whatever is not known is left out.
    """
    path = target.partition("?")[0].partition("#")[0]
    if not path.startswith("/"):
        return "(not a path)"
    first, _, rest = path[1:].partition("/")
    if not first:
        return "/..." if rest else "/"
    if first not in _KNOWN:
        return "/..."
    return f"/{first}/..." if rest else f"/{first}"
