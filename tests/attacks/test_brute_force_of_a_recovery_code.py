"""Somebody has the cookie of a customer's phone, and guesses at recovery codes to rise above what a cookie may do.

The weaker rule counts by network: whoever has a thousand networks has a thousand times the tries. Ours counts the
wrong ones by account too, and takes no try from whoever has the code.
"""

from __future__ import annotations

import pytest

from tests.fakes.site import FakeSite, some_site
from tests.fakes.visitor import Visitor
from web.limits import RATES, LimitName, Limits

TRIES = RATES[LimitName.RECOVERY_ACCOUNT].count


@pytest.fixture
def site() -> FakeSite:
    return some_site()


def guess(thief: Visitor, code: str, number: int) -> int:
    """Try one code, each time from another network."""
    said = {"REMOTE_ADDR": f"203.0.{number}.1"}
    form = {"csrf_token": thief.csrf, "code": code}
    answer = thief.client.post("/account/confirm/code", base_url=thief.base, data=form, environ_overrides=said)
    return answer.status_code


def test_guessing_from_many_networks_is_stopped_for_the_account(site):
    """Ten wrong codes a day; the code itself still works."""
    app = site.app(limits=Limits())
    camille, thief = Visitor(site, app), Visitor(site, app)
    camille.sign_up()
    codes = camille.make_codes()
    thief.steal(camille.cookie())
    thief.csrf = camille.csrf
    answers = [guess(thief, "0000-0000-0000-0000", number) for number in range(TRIES + 1)]

    assert answers == [403] * TRIES + [429]
    assert camille.post("/account/confirm/code", {"code": codes[0]}).status_code == 303


def test_one_network_has_ten_tries_in_a_quarter_of_an_hour(site):
    """Signing in, where nobody says whose code it is."""
    stranger = Visitor(site, site.app(limits=Limits()))
    count = RATES[LimitName.RECOVERY].count
    answers = [stranger.post("/sign-in/code", {"code": "0000"}).status_code for _ in range(count + 1)]

    assert answers == [403] * count + [429]
