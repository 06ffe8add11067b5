"""Fraud: somebody plants a cookie in a customer's browser, waits until they sign in, and is signed in with them.

The weaker rule marks the session that is there as signed in. Ours starts another one.
"""

import pytest

from tests.fakes.site import some_site
from tests.fakes.visitor import Visitor


class MarkedSessions:
    """The weaker rule: one cookie before and after, with a person from the sign-in on."""

    def __init__(self):
        self._people = {}

    def sign_in(self, cookie, person):
        self._people[cookie] = person

    def person_of(self, cookie):
        return self._people.get(cookie)


@pytest.fixture(scope="module")
def site():
    return some_site()


@pytest.mark.parametrize("way", ["sign up", "sign in", "recovery code", "confirm"])
def test_a_planted_cookie_is_worth_nothing_once_its_victim_is_in(site, way):
    """Every way in ends the session that was there and starts another, also for who copied the cookie."""
    camille, thief = Visitor(site), Visitor(site)
    camille.sign_up()
    codes = camille.make_codes()
    victim = camille if way == "confirm" else Visitor(site)
    victim.authenticator = camille.authenticator
    victim.send("/sign-in/options")
    thief.steal(victim.cookie())
    planted = victim.cookie()
    weaker = MarkedSessions()
    weaker.sign_in(victim.cookie(), "Camille")
    assert weaker.person_of(planted) == "Camille", "the thief is signed in"
    {
        "sign up": victim.sign_up,
        "sign in": victim.sign_in,
        "recovery code": lambda: victim.post("/sign-in/code", {"code": codes[0]}),
        "confirm": victim.confirm,
    }[way]()

    assert victim.get("/account").status_code == 200
    assert planted != victim.cookie()
    assert thief.get("/account").status_code == 303


def test_a_cookie_that_we_never_gave_starts_nothing(site):
    """A token of the attacker's choice is not adopted: the first question gives a new one."""
    victim = Visitor(site)
    victim.steal("A" * 43)
    victim.send("/sign-in/options")

    assert victim.cookie() != "A" * 43
