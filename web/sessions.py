"""The visitor's session in a request: one cookie, one read, only when somebody asks."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

from flask import Flask, Response, g, request

from web.cookies import Cookie
from web.store.people import Person
from web.store.sessions import Session, SessionStore

Clock = Callable[[], float]
"""Gives unix seconds."""

_COOKIE: Final = Cookie("assay")
_IN_HEADER: Final = _COOKIE.in_header()
_FAMILIES: Final = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)


class Sessions:
    """Sessions as the views see them."""

    def __init__(self, store: SessionStore, clock: Clock = time.time) -> None:
        self.store = store
        self.clock = clock

    def now_s(self) -> int:
        """Give the moment, in unix seconds."""
        return int(self.clock())

    def install(self, app: Flask) -> None:
        """Let `current_session()` find this object in every request of an application."""

        def attach() -> None:
            g.assay_sessions = self

        app.before_request(attach)

    def load(self) -> Session | None:
        """Find the session of this request; None when it has none. Raises DatabaseUnavailableError."""
        token = _COOKIE.read(request)
        return self.store.find(token, self.now_s()) if token else None

    def start(self, response: Response, person: Person | None) -> Session:
        """Start a session in place of the present one, and give its cookie to the browser."""
        present = current_session()
        device = device_of(request.user_agent.string)
        started = self.store.start(person, self.now_s(), device=device, instead_of=present)
        age_s = started.session.expires_at - started.session.created_at
        _COOKIE.keep(request, response, started.token, age_s)
        g.assay_session = started.session
        return started.session

    def end(self, response: Response) -> None:
        """End the present session, and take its cookie back."""
        present = current_session()
        if present is not None:
            self.store.end(present.id)
        _COOKIE.forget(request, response)
        g.assay_session = None


def current_session() -> Session | None:
    """Give the session of this request, read at the first call."""
    if "assay_session" not in g:
        sessions: Sessions | None = g.get("assay_sessions")
        g.assay_session = sessions.load() if sessions is not None else None
    session: Session | None = g.assay_session
    return session


def current_person() -> Person | None:
    """Give who is signed in; None when nobody is."""
    session = current_session()
    return session.person if session is not None else None


def has_cookie(environ: dict[str, Any]) -> bool:
    """Say whether a request brings a session cookie at all, without reading anything."""
    return _IN_HEADER.search(environ.get("HTTP_COOKIE", "")) is not None


def device_of(user_agent: str) -> str:
    """Name a browser as its owner would, for their list of sessions: `Safari, iPhone`. Never more than that."""
    family = next((name for mark, name in _FAMILIES if mark in user_agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    return ", ".join(part for part in (family, system) if part)
