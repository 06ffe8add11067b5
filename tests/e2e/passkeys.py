"""A virtual authenticator in the browser, and the ways in that every test of a signed-in page needs.

    page = visit(f"{base}/")
    authenticator = add_authenticator(page)
    sign_up(page, base, "Camille")

`base` is `http://localhost:<port>`: WebAuthn makes no passkeys for an address in numbers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Authenticator:
    """What a phone's fingerprint reader does, driven over the browser's debugging protocol."""

    page: Any
    cdp: Any
    id: str

    def verify_user(self, *, verified: bool) -> None:
        """Let the finger be the right one, or a stranger's."""
        self.cdp.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": verified})

    def credentials(self) -> list[dict[str, Any]]:
        """Give the passkeys it keeps."""
        return self.cdp.send("WebAuthn.getCredentials", {"authenticatorId": self.id})["credentials"]

    def clear(self) -> None:
        """Lose them all."""
        self.cdp.send("WebAuthn.clearCredentials", {"authenticatorId": self.id})

    def restore(self, credential: dict[str, Any]) -> None:
        """Put one back, as it was when it was read."""
        self.cdp.send("WebAuthn.addCredential", {"authenticatorId": self.id, "credential": credential})


def add_authenticator(page: Any, *, autofill: bool = False) -> Authenticator:
    """Give a page's browser a fingerprint reader that says yes.

    It says yes to autofill too, before anybody has chosen anything: so there is none, unless a test is about it.
    """
    if not autofill:
        page.add_init_script("PublicKeyCredential.isConditionalMediationAvailable = async () => false")
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable", {"enableUI": False})
    options = {
        "protocol": "ctap2",
        "ctap2Version": "ctap2_1",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
        "defaultBackupEligibility": True,
        "defaultBackupState": True,
    }
    made = cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return Authenticator(page, cdp, made["authenticatorId"])


def sign_up(page: Any, base: str, name: str = "Camille", *, lang: str = "en") -> list[str]:
    """Make an account with a passkey; ends at its overview, signed in. Gives the recovery codes."""
    page.goto(f"{base}/sign-up?lang={lang}")
    page.locator("#name").fill(name)
    page.locator('[data-behaviour="passkey-make"] button').click()
    page.wait_for_selector(".recovery-codes")
    codes = page.locator(".recovery-codes code").all_inner_texts()
    page.locator("main a.button").click()
    page.wait_for_url(re.compile(r"/account(\?|$)"))
    return codes


def sign_in(page: Any, base: str, *, lang: str = "en") -> None:
    """Show the passkey; ends at the overview, signed in."""
    page.goto(f"{base}/sign-in?lang={lang}")
    page.locator('[data-behaviour="passkey-show"] button').click()
    page.wait_for_url(re.compile(r"/account(\?|$)"))


def sign_out(page: Any, base: str) -> None:
    """Sign out by the button on the overview."""
    page.goto(f"{base}/account")
    page.locator('form[action^="/sign-out"] button').click()
    page.wait_for_url(f"{base}/")
