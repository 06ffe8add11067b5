"""Making and showing a passkey: what is insisted on, one lie after the other."""

import base64
import dataclasses
import json
import os
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.passkeys import SoftAuthenticator, b64, unb64
from web.accounts.ceremonies import ask_to_make, ask_to_show, check_made, check_shown, draw_challenge, read_shown
from web.accounts.refusals import Refusal, RefusedError
from web.accounts.relying_party import RelyingParty
from web.store.passkeys import Passkey

ORIGIN = "https://id.maison.example"
PARTY = RelyingParty("id.maison.example", ORIGIN, "Maison Éclat")
OTHER = RelyingParty("id.other.example", "https://id.other.example", "Other")
PERSON, SOMEBODY_ELSE = "a" * 32, "b" * 32


def made_by(authenticator, challenge, party=PARTY, person=PERSON, **lies):
    options = ask_to_make(party, challenge, person, "Camille")
    return authenticator.make(options, **lies)


def kept(authenticator, party=PARTY, person=PERSON):
    """Make a passkey honestly, as the table would keep it."""
    challenge = draw_challenge()
    verified, authenticator.verified = authenticator.verified, True
    made = check_made(made_by(authenticator, challenge, party, person, origin=party.origin), challenge, party)
    authenticator.verified = verified
    return Passkey(made.id, person, party.id, made.public_key, made.sign_count, "Phone", made.backed_up, 0, None)


def refusal_of(work):
    with pytest.raises(RefusedError) as refused:
        work()
    return refused.value.refusal


def test_a_passkey_is_made_and_shown():
    """The honest way, with everything the library checks."""
    authenticator = SoftAuthenticator(ORIGIN)
    passkey, challenge = kept(authenticator), draw_challenge()
    shown = check_shown(
        read_shown(authenticator.show(ask_to_show(PARTY, challenge))), passkey, challenge, PARTY
    )  # fmt: skip

    assert (shown.sign_count, shown.backed_up) == (0, True)


def test_the_wishes_ask_for_what_we_insist_on():
    """Discoverable, user verified, no attestation; and the wish to sign in is the same for everybody."""
    make = ask_to_make(PARTY, b"c" * 32, PERSON, "Camille", known=[kept(SoftAuthenticator(ORIGIN))])
    show = ask_to_show(PARTY, b"c" * 32)

    assert {"residentKey": "required", "userVerification": "required"}.items() <= make["authenticatorSelection"].items()
    assert make["attestation"] == "none"
    assert len(make["excludeCredentials"]) == 1
    assert make["user"]["id"] == b64(bytes.fromhex(PERSON))
    assert show == {
        "challenge": b64(b"c" * 32),
        "timeout": 300_000,
        "rpId": "id.maison.example",
        "allowCredentials": [],
        "userVerification": "required",
    }


@pytest.mark.parametrize("lie", ["another question", "another page", "another host", "nobody verified", "of a sign-in"])
def test_a_passkey_made_otherwise_is_refused(lie):
    """Each of the properties, alone."""
    authenticator, challenge = SoftAuthenticator(ORIGIN, verified=lie != "nobody verified"), draw_challenge()
    party = OTHER if lie == "another host" else PARTY
    origin = "https://id.maison.example.evil" if lie == "another page" else ORIGIN
    answer = made_by(authenticator, challenge, party, origin=origin)
    if lie == "of a sign-in":
        told = json.loads(unb64(answer["response"]["clientDataJSON"])) | {"type": "webauthn.get"}
        answer["response"]["clientDataJSON"] = b64(json.dumps(told).encode())
    asked = draw_challenge() if lie == "another question" else challenge

    assert Refusal.PASSKEY_REFUSED is refusal_of(lambda: check_made(answer, asked, PARTY))


@pytest.mark.parametrize(
    "lie", ["another question", "another page", "another host", "nobody verified", "another person", "another key"]
)
def test_a_passkey_shown_otherwise_is_refused(lie):
    """Each of the properties, alone."""
    authenticator, challenge = SoftAuthenticator(ORIGIN), draw_challenge()
    party = OTHER if lie == "another host" else PARTY
    passkey = kept(authenticator, party, SOMEBODY_ELSE if lie == "another person" else PERSON)
    if lie == "another person":
        passkey = Passkey(passkey.id, PERSON, *list(fields_of(passkey))[2:])
    if lie == "another key":
        stranger = kept(SoftAuthenticator(ORIGIN))
        passkey = Passkey(passkey.id, PERSON, PARTY.id, stranger.public_key, *list(fields_of(passkey))[4:])
    authenticator.verified = lie != "nobody verified"
    origin = "https://evil.example" if lie == "another page" else ORIGIN
    answer = authenticator.show(ask_to_show(party, challenge), origin=origin)
    asked = draw_challenge() if lie == "another question" else challenge

    assert Refusal.PASSKEY_REFUSED is refusal_of(lambda: check_shown(read_shown(answer), passkey, asked, PARTY))


def fields_of(passkey):
    return (getattr(passkey, name) for name in Passkey.__slots__)


def test_a_passkey_kept_for_another_host_is_refused_however_well_it_signs():
    """What the table says of it counts, not only what the authenticator hashed."""
    authenticator, challenge = SoftAuthenticator(ORIGIN), draw_challenge()
    passkey = dataclasses.replace(kept(authenticator), rp_id=OTHER.id)
    answer = authenticator.show(ask_to_show(PARTY, challenge))

    assert Refusal.PASSKEY_REFUSED is refusal_of(lambda: check_shown(read_shown(answer), passkey, challenge, PARTY))


def test_an_answer_without_its_owner_is_refused():
    """A discoverable passkey always says whose it is; one that does not was not asked for."""
    authenticator, challenge = SoftAuthenticator(ORIGIN), draw_challenge()
    passkey = kept(authenticator)
    answer = authenticator.show(ask_to_show(PARTY, challenge))
    del answer["response"]["userHandle"]

    assert Refusal.PASSKEY_REFUSED is refusal_of(lambda: check_shown(read_shown(answer), passkey, challenge, PARTY))


@pytest.mark.parametrize("depth", [5, 3_000])
def test_client_data_that_nests_is_never_parsed(depth):
    """Chain libraries raise the recursion limit: brackets could end the process inside the library's parser."""
    answer = made_by(SoftAuthenticator(ORIGIN), b"c" * 32)
    answer["response"]["clientDataJSON"] = b64(b"[" * depth)
    with pytest.raises(RefusedError) as refused:
        check_made(answer, b"c" * 32, PARTY)

    assert str(refused.value.__cause__) == "no browser writes such client data"


def test_client_data_of_no_browser_s_size_is_refused():
    """Real ones have 150 to 300 bytes."""
    answer = made_by(SoftAuthenticator(ORIGIN), b"c" * 32)
    told = json.loads(unb64(answer["response"]["clientDataJSON"])) | {"more": "x" * 5_000}
    answer["response"]["clientDataJSON"] = b64(json.dumps(told).encode())

    assert Refusal.PASSKEY_REFUSED is refusal_of(lambda: check_made(answer, b"c" * 32, PARTY))


CHALLENGE = os.urandom(32)
HONEST = SoftAuthenticator(ORIGIN)
KEPT = kept(HONEST)
MADE, SHOWN = made_by(SoftAuthenticator(ORIGIN), CHALLENGE), HONEST.show(ask_to_show(PARTY, CHALLENGE))


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_whatever_is_sent_is_taken_or_refused(data):
    """One byte changed anywhere, or a field that is something else: never an error of ours."""
    original = data.draw(st.sampled_from([MADE, SHOWN]))
    name = data.draw(st.sampled_from(sorted(original["response"])))
    content = bytearray(unb64(original["response"][name]))
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    junk = st.one_of(st.none(), st.integers(), st.text(max_size=20), st.binary(max_size=60).map(b64), st.just([]))
    value = data.draw(st.one_of(st.just(b64(bytes(content))), junk))
    answer = original | {"response": original["response"] | {name: value}}

    with suppress(RefusedError):
        if original is MADE:
            check_made(answer, CHALLENGE, PARTY)
        else:
            check_shown(read_shown(answer), KEPT, CHALLENGE, PARTY)


@pytest.mark.parametrize("answer", [{}, {"id": 1}, {"response": []}, {"id": "x", "rawId": "y", "response": {}}])
def test_an_answer_that_is_none_is_refused(answer):
    """Of any shape."""
    assert Refusal.PASSKEY_REFUSED is refusal_of(lambda: check_made(answer, b"c" * 32, PARTY))
    assert Refusal.PASSKEY_REFUSED is refusal_of(lambda: read_shown(answer))


def test_the_software_authenticator_speaks_base64url():
    """The tests' own tool: no padding, and the two signs of an address."""
    assert b64(b"\xfb\xff") == "-_8"
    assert unb64("-_8") == base64.urlsafe_b64decode("-_8=")
