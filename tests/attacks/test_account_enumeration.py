"""Fraud: asking the site who has an account, which passkeys exist, or which codes are near.

The weaker rule is helpful: "no such account" to one, "wrong password" to another. Ours says the same to everybody.
"""

import pytest

from tests.fakes.passkeys import SoftPasskey
from tests.fakes.site import some_site
from tests.fakes.visitor import Visitor


@pytest.fixture(scope="module")
def site():
    return some_site()


@pytest.fixture(scope="module")
def camille(site):
    visitor = Visitor(site)
    visitor.sign_up("Camille")
    return visitor


def helpful(accounts, name):
    """The weaker rule: each visitor hears what is wrong."""
    return "wrong password" if name in accounts else "no such account"


def said(answer):
    return answer.status_code, answer.mimetype, answer.json


def test_the_question_of_the_sign_in_page_is_the_same_for_everybody(site, camille):
    """No list of passkeys, no name: with an account and without."""
    asked = [visitor.send("/sign-in/options").json for visitor in (camille, Visitor(site))]

    assert [{**each, "challenge": ""} for each in asked] == [
        {**asked[0], "challenge": "", "allowCredentials": []},
    ] * 2


def test_an_unknown_passkey_and_a_wrong_one_hear_the_same(site, camille):
    """To the letter."""
    assert helpful({"Camille"}, "Camille") != helpful({"Camille"}, "Jean")
    stranger = Visitor(site)
    unknown = SoftPasskey("id.maison.example", bytes(16))
    wrong = SoftPasskey("id.maison.example", bytes(16), id=camille.authenticator.passkeys[0].id)

    assert said(stranger.sign_in(unknown)) == said(stranger.sign_in(wrong))


def test_a_name_that_is_taken_is_no_news(site, camille):
    """Two customers may both be called Camille."""
    assert Visitor(site).sign_up("Camille").status_code == 200


def test_a_used_code_an_unknown_code_and_no_code_hear_the_same(site, camille):
    """Only what the visitor typed differs, and it is not repeated."""
    codes = camille.make_codes()
    Visitor(site).post("/sign-in/code", {"code": codes[0]})
    answers = [Visitor(site).post("/sign-in/code", {"code": typed}) for typed in (codes[0], "A" * 16, "", "<b>")]

    assert {answer.status_code for answer in answers} == {403}
    assert len({answer.text for answer in answers}) == 1


def test_a_signed_out_visitor_hears_the_same_of_every_passkey(site, camille):
    """Of an account page one learns that one must sign in."""
    handle = camille.get("/account/passkeys").text.split('name="passkey" value="')[1][:32]
    stranger = Visitor(site)
    answers = [stranger.post(f"/account/passkeys/{each}/remove") for each in (handle, "0" * 32)]

    # The way back repeats what the visitor asked for, and says nothing of its own.
    told = [
        (a.status_code, a.headers["Location"].replace(each, "HANDLE"))
        for a, each in zip(answers, (handle, "0" * 32), strict=True)
    ]
    assert told == [(303, "/sign-in?next=/account/passkeys/HANDLE/remove")] * 2
