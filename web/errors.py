"""What can go wrong in the site's own house. What is true of an item is a finding, never an error."""

from __future__ import annotations

from collections.abc import Sequence


class WebError(Exception):
    """Base of every error this package raises."""


class SettingsError(WebError):
    """A setting cannot be used. Nothing was started; correct the variable."""

    def __init__(self, name: str, value: str, reason: str) -> None:
        super().__init__(f"{name}={value!r}: {reason}")
        self.name = name
        self.value = value
        self.reason = reason


class RawTargetError(WebError):
    """The server does not hand on the request's own target, so no label can be read from it."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(f"the WSGI server sets none of {', '.join(names)}; use one that does")


class UnmarkedRouteError(WebError):
    """Somebody marked an endpoint that the site does not have."""

    def __init__(self, endpoint: str) -> None:
        super().__init__(f"no view is called {endpoint!r}")
        self.endpoint = endpoint
