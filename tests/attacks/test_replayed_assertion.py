"""Fraud: a passkey's answer, overheard or kept, is sent again; or a copied key signs beside the real one.

The weaker rule checks the signature, which stays true for ever. Ours asks each question once, and of one session.
"""

import copy
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from tests.fakes.passkeys import unb64
from tests.fakes.site import some_site
from tests.fakes.visitor import Visitor


def is_signed(passkey, answer):
    """The weaker rule: the signature over what the answer holds is the passkey's."""
    shown = {name: unb64(answer["response"][name]) for name in ("clientDataJSON", "authenticatorData", "signature")}
    words = shown["authenticatorData"] + sha256(shown["clientDataJSON"]).digest()
    passkey.key.public_key().verify(shown["signature"], words, ec.ECDSA(hashes.SHA256()))
    return True


@pytest.fixture(scope="module")
def site():
    return some_site()


@pytest.fixture
def camille(site):
    visitor = Visitor(site)
    visitor.sign_up()
    return visitor


def test_an_answer_opens_one_session_once(site, camille):
    """Neither in the same browser again, nor in the thief's own."""
    thief, same = Visitor(site), Visitor(site)
    same.authenticator = camille.authenticator
    options = same.send("/sign-in/options").json
    answer = same.authenticator.show(options)
    assert same.answer("/sign-in/passkey", answer).status_code == 200
    thief.send("/sign-in/options")
    assert is_signed(same.authenticator.passkeys[-1], answer), "and it will be tomorrow"

    assert same.send("/sign-in/passkey", {"credential": answer}).json["code"] == "question_expired"
    assert thief.send("/sign-in/passkey", {"credential": answer}).json["code"] == "passkey_refused"


def test_a_wrong_answer_uses_the_question_up(site, camille):
    """One question, one try: nobody searches for an answer."""
    visitor = Visitor(site)
    options = visitor.send("/sign-in/options").json
    visitor.authenticator.make({"rp": {"id": "id.maison.example"}, "user": {"id": "AA"}, "challenge": "AA"})
    wrong = visitor.authenticator.show(options)
    right = camille.authenticator.show(options)

    assert visitor.send("/sign-in/passkey", {"credential": wrong}).json["code"] == "passkey_refused"
    assert visitor.send("/sign-in/passkey", {"credential": right}).json["code"] == "question_expired"


def test_an_answer_to_one_question_is_none_to_another(camille):
    """What somebody signed to come in confirms nothing, and the other way round."""
    options = camille.send("/sign-in/options").json
    answer = camille.authenticator.show(options)
    confirmed = camille.send("/account/confirm/passkey", {"credential": answer})

    assert confirmed.json["code"] == "question_expired"
    options = camille.send("/account/confirm/options").json
    answer = camille.authenticator.show(options)
    assert camille.send("/sign-in/passkey", {"credential": answer}).json["code"] == "question_expired"


def test_an_answer_after_five_minutes_comes_too_late(site):
    """Both edges."""

    class Clock:
        now = 1_800_000_000.0

        def __call__(self):
            return self.now

    clock = Clock()
    visitor = Visitor(site, site.app(clock=clock))
    visitor.sign_up()
    for late_s, status in ((299, 200), (300, 409)):
        options = visitor.send("/sign-in/options").json
        clock.now += late_s
        assert visitor.answer("/sign-in/passkey", visitor.authenticator.show(options)).status_code == status


def test_a_copied_key_is_noticed_where_the_authenticator_counts(site):
    """The copy stands at a count that was seen already; the refusal is told only to who has the key."""
    camille, thief = Visitor(site), Visitor(site)
    camille.authenticator.counts = True
    camille.sign_up()
    thief.authenticator = copy.deepcopy(camille.authenticator)
    camille.sign_in()

    assert thief.sign_in().json["code"] == "passkey_copied"
    assert camille.sign_in().status_code == 200


def test_a_forged_count_without_the_key_learns_nothing(site):
    """The count is looked at after the signature: a stranger hears what every stranger hears."""
    camille, stranger = Visitor(site), Visitor(site)
    camille.authenticator.counts = True
    camille.sign_up()
    camille.sign_in()
    camille.authenticator.passkeys[0].count = 0
    answer = camille.authenticator.show(stranger.send("/sign-in/options").json)
    answer["response"]["signature"] = answer["response"]["signature"][:-4] + "AAAA"

    assert stranger.send("/sign-in/passkey", {"credential": answer}).json["code"] == "passkey_refused"


def test_a_passkey_of_a_look_alike_page_opens_nothing(site, camille):
    """The browser signs the page's own address; ours is the only one that counts."""
    visitor = Visitor(site)
    options = visitor.send("/sign-in/options").json
    answer = camille.authenticator.show(options, origin="https://id.maison-example.evil")

    assert visitor.send("/sign-in/passkey", {"credential": answer}).json["code"] == "passkey_refused"


def test_a_finger_that_was_not_checked_opens_nothing(site, camille):
    """A phone that lies unlocked on a table is not its owner."""
    visitor = Visitor(site)
    visitor.authenticator = camille.authenticator
    visitor.authenticator.verified = False

    assert visitor.sign_in().json["code"] == "passkey_refused"
