"""What people type: names, recovery codes, where they want to go."""

import pytest

from provenance_schemas.crockford import ALPHABET
from web.accounts.names import parse_name
from web.accounts.recovery import CODES, draw_codes, hash_of, parse_code
from web.accounts.refusals import STATUSES, Refusal, RefusedError
from web.accounts.relying_party import RelyingParty, relying_party


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Camille", "Camille"),
        ("  Marie   Claire \t", "Marie Claire"),
        ("e\u0301lodie", "\u00e9lodie"),
        ("\u5c71\u7530 \u82b1\u5b50", "\u5c71\u7530 \u82b1\u5b50"),
        ("<script>", "<script>"),
        ("x" * 40, "x" * 40),
    ],
)
def test_a_name_is_what_somebody_calls_themselves(typed, name):
    """In any script; spaces are made single; templates escape, so no sign is forbidden for their sake."""
    assert name == parse_name(typed)


@pytest.mark.parametrize(
    "typed",
    ["", "   ", "x" * 41, "x" * 10_000, "a\x00b", "a\x1bb", "\u202eevil", "zero\u200bwidth", "\ue000", "\ud800"],
)
def test_a_name_that_cannot_be_seen_is_refused(typed):
    """Nothing empty, endless, hidden, or turning the text around it."""
    with pytest.raises(RefusedError) as refused:
        parse_name(typed)

    assert Refusal.NAME_UNUSABLE is refused.value.refusal


def test_recovery_codes_are_ten_of_80_bits():
    """16 of 32 symbols each, no two alike."""
    codes = draw_codes()

    assert len(set(codes)) == CODES == 10
    assert all(len(code.replace("-", "")) == 16 and set(code) <= {*ALPHABET, "-"} for code in codes)


@pytest.mark.parametrize(
    "typed", ["7K2M-QX9D-R4TV-0HNB", "7k2mqx9dr4tvOhnb", " 7K2M QX9D R4TV 0HNB ", "7K2M–QX9D–R4TV–ohnb"]
)
def test_a_code_is_read_as_people_type_it(typed):
    """Lower case, no dashes, other dashes, O for 0: one code, one hash."""
    assert parse_code(typed) == "7K2M-QX9D-R4TV-0HNB"


@pytest.mark.parametrize("typed", ["", "7K2M", "7K2M-QX9D-R4TV-0HN!", "7K2M-QX9D-R4TV-0HNBB", "0" * 65, "U" * 16])
def test_what_cannot_be_a_code_is_none(typed):
    """Of any length, without looking anything up."""
    assert parse_code(typed) is None


def test_the_hash_of_a_code_is_not_the_code():
    """32 bytes that no code is read from."""
    assert len(hash_of("7K2M-QX9D-R4TV-0HNB")) == 32
    assert hash_of("7K2M-QX9D-R4TV-0HNB") != hash_of("7K2M-QX9D-R4TV-0HNC")


@pytest.mark.parametrize(
    ("host", "party"),
    [
        ("id.maison.example", RelyingParty("id.maison.example", "https://id.maison.example", "Maison")),
        ("id.maison.example:8443", RelyingParty("id.maison.example", "https://id.maison.example:8443", "Maison")),
        ("localhost:8017", RelyingParty("localhost", "http://localhost:8017", "Maison")),
        ("127.0.0.1:8017", None),
        ("192.0.2.7", None),
        ("[::1]:8017", None),
    ],
)
def test_passkeys_are_for_names_and_not_for_numbers(host, party):
    """WebAuthn's own rule: a browser makes none for an IP address."""
    assert party == relying_party(host, "Maison")


def test_every_refusal_has_a_status():
    """A 4xx: each is the visitor's to mend."""
    assert set(Refusal) == set(STATUSES)
    assert all(400 <= status < 500 for status in STATUSES.values())
