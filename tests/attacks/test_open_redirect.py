"""Fraud: a link to our own sign-in page that leads on to somebody else's, who then asks for more.

The weaker rule goes wherever the link says, or wherever it says after a slash. Ours goes to pages of its own.
"""

import pytest

from tests.fakes.site import some_site
from tests.fakes.visitor import Visitor

ELSEWHERE = [
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/%0d%0aLocation:%20https://evil.example\r\n",
    "javascript:alert(1)",
    "evil.example",
    " /evil",
    "/" + "x" * 300,
    "/é",
]


def goes_to(wanted):
    """The weaker rule: what the link names is where the visitor is sent."""
    return wanted


@pytest.fixture(scope="module")
def site():
    return some_site()


@pytest.fixture(scope="module")
def camille(site):
    visitor = Visitor(site)
    visitor.sign_up()
    return visitor


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_nobody_is_led_away(site, camille, wanted):
    """On every way that goes on somewhere: before, after, and beside the ceremony."""
    signed_in = camille.client.get("/sign-in", query_string={"next": wanted}, base_url=camille.base)
    stranger = Visitor(site).client.get("/sign-in", query_string={"next": wanted}, base_url=camille.base)
    confirm = camille.client.get("/account/confirm", query_string={"next": wanted}, base_url=camille.base)
    codes = camille.post("/account/codes", {"next": wanted}).text
    assert goes_to(wanted) not in {"/account", "/points"}
    by_code = Visitor(site).post("/sign-in/code", {"code": codes.split("<code>")[1][:19], "next": wanted})

    assert signed_in.headers["Location"] == "/account"
    assert by_code.headers["Location"] == "/account/passkeys/new?next=%2Faccount&after=code"
    for page in (stranger.text, confirm.text, codes):
        assert "evil" not in page
        assert "alert(1)" not in page


@pytest.mark.parametrize("wanted", ["/points", "/claim?step=2", "/account/data"])
def test_whoever_wanted_a_page_of_ours_arrives(camille, wanted):
    """The guard is no wall."""
    answered = camille.client.get("/sign-in", query_string={"next": wanted}, base_url=camille.base)

    assert wanted == answered.headers["Location"]
