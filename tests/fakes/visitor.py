"""A visitor of a fake site: one browser's cookies, one authenticator, the forms and scripts of the account pages."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.fakes.passkeys import SoftAuthenticator, SoftPasskey
from tests.fakes.site import FakeSite

_TOKEN = re.compile(r'name="csrf_token" value="([0-9a-f]+)"')
_CODE = re.compile(r"<code>([0-9A-Z-]+)</code>")


class Visitor:
    """Whoever visits, with a browser of their own."""

    def __init__(self, site: FakeSite, app: Flask | None = None) -> None:
        self.base = f"https://{site.host}"
        self.app = app or site.app()
        self.client: FlaskClient = self.app.test_client()
        self.authenticator = SoftAuthenticator(self.base)
        self.csrf = ""

    # ---- plain requests

    def get(self, path: str, **headers: str) -> TestResponse:
        """Open a page."""
        return self.client.get(path, base_url=self.base, headers=_names(headers))

    def post(self, path: str, form: dict[str, str] | None = None, **headers: str) -> TestResponse:
        """Send a form of a page that was just opened: it carries the session's token."""
        fields = {"csrf_token": self.csrf} | (form or {})
        return self.client.post(path, base_url=self.base, data=fields, headers=_names(headers))

    def send(self, path: str, value: Any = None, **headers: str) -> TestResponse:
        """Send JSON as the page's script does."""
        said = {"Accept": "application/json", "X-CSRF-Token": self.csrf} | _names(headers)
        return self.client.post(path, base_url=self.base, json={} if value is None else value, headers=said)

    def look(self) -> None:
        """Open the overview and take the token from its forms, as every page of a signed-in person has it."""
        found = _TOKEN.search(self.get("/account").text)
        assert found, "nobody is signed in"
        self.csrf = found[1]

    # ---- ceremonies

    def sign_up(self, name: str = "Camille", **headers: str) -> TestResponse:
        """Make an account with a passkey."""
        options = self.send("/sign-up/options", {"name": name}, **headers)
        assert options.status_code == 200, options.text
        return self.answer("/sign-up/passkey", self.authenticator.make(options.json), **headers)

    def sign_in(self, passkey: SoftPasskey | None = None, **headers: str) -> TestResponse:
        """Show a passkey."""
        options = self.send("/sign-in/options", **headers)
        return self.answer("/sign-in/passkey", self.authenticator.show(options.json, passkey), **headers)

    def confirm(self, passkey: SoftPasskey | None = None) -> TestResponse:
        """Show a passkey once more."""
        options = self.send("/account/confirm/options")
        assert options.status_code == 200, options.text
        return self.answer("/account/confirm/passkey", self.authenticator.show(options.json, passkey))

    def add_passkey(self, name: str = "Second phone") -> TestResponse:
        """Make one more passkey."""
        options = self.send("/account/passkeys/options", {"name": name})
        if options.status_code != 200:
            return options
        return self.answer("/account/passkeys/answer", self.authenticator.make(options.json))

    def answer(self, path: str, credential: dict[str, Any], **headers: str) -> TestResponse:
        """Send an authenticator's answer, and keep the token of the session that follows."""
        answered = self.send(path, {"credential": credential}, **headers)
        if answered.status_code == 200:
            self.csrf = answered.json["csrf"]
        return answered

    def make_codes(self) -> list[str]:
        """Have recovery codes made."""
        return _CODE.findall(self.post("/account/codes").text)

    # ---- what the browser holds

    def cookie(self) -> str:
        """Give the session's cookie, as a thief would want it."""
        found = self.client.get_cookie("__Host-assay", self.base.removeprefix("https://"))
        return found.value if found else ""

    def steal(self, cookie: str) -> None:
        """Put another browser's cookie into this one."""
        self.client.set_cookie(
            "__Host-assay", cookie, domain=self.base.removeprefix("https://"), secure=True, path="/"
        )  # fmt: skip


def _names(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
