"""Signed trust files: whose signatures count, and what may follow what."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from provenance_schemas.keccak import keccak256
from tests.fakes.trust import ANA, BEN, CLEO, DAN, NOW, some_brand, some_trust
from verifier.errors import TrustError, TrustRefusedError
from verifier.trust import TrustRegistry, instant_text, trust_json
from verifier.trust_drafts import changes, draft_toml, read_draft
from verifier.trust_signed import (
    LIFE_MAX,
    check_first,
    check_next,
    check_threshold,
    check_time,
    parse_signed_trust,
    read_root,
    root_fingerprint,
    signed_content,
    signed_trust_json,
    signers,
    trust_request,
    with_signature,
)

VECTOR = json.loads((Path(__file__).parents[2] / "vectors" / "checkpoints.json").read_text("utf-8"))["trust"]


def text_of(file) -> bytes:
    return json.dumps(signed_trust_json(file)).encode()


def test_the_vector_holds():
    """Made with another implementation of EIP-712; JavaScript reads the same file."""
    file = parse_signed_trust(json.dumps(VECTOR["file"]).encode())

    assert signed_content(file).decode() == VECTOR["signed_canonical"]
    assert trust_request(file).hex() == VECTOR["request"][2:]
    assert keccak256(trust_request(file)).hex() == VECTOR["digest"][2:]
    assert root_fingerprint(file) == VECTOR["root_fingerprint"]
    assert sorted(signers(file)) == VECTOR["signers"]


def test_a_file_comes_back_however_it_is_spelled():
    """What is signed is its meaning: white space and the order of keys say nothing."""
    file = some_trust(3)
    spelled = json.dumps(signed_trust_json(file), indent=4, sort_keys=True).encode()

    assert parse_signed_trust(spelled) == file
    assert file.trust().expires_at == file.expires_at


@pytest.mark.parametrize(
    ("signed", "threshold", "enough"),
    [
        ((), 1, False),
        ((ANA,), 1, True),
        ((ANA,), 2, False),
        ((ANA, BEN), 2, True),
        ((ANA, DAN), 2, False),
        ((DAN, ANA, CLEO), 2, True),
        ((ANA, BEN), 3, False),
        ((ANA, BEN, CLEO), 3, True),
    ],
)
def test_enough_of_its_own_keys_must_sign(signed, threshold, enough):
    """Strangers' signatures are neither counted nor in the way."""
    file = some_trust(threshold=threshold, signed=signed)
    if enough:
        check_threshold(file, file.root)
        return
    with pytest.raises(TrustRefusedError, match=f"{threshold} are needed"):
        check_threshold(file, file.root)


def test_one_key_counts_once():
    """Its signature twice, under its own name and under another's."""
    file = some_trust(signed=(ANA,))
    (one,) = file.signatures
    twice = replace(file, signatures=(one, one, (BEN.address, one[1])))

    assert signers(twice) == {ANA.address}
    with pytest.raises(TrustRefusedError):
        check_threshold(twice, twice.root)


CHANGES = {
    "name": {"name": "another"},
    "version": {"version": 9},
    "issued_at": {"issued_at": NOW},
    "expires_at": {"expires_at": NOW + timedelta(days=400)},
    "root keys": {"root": read_root([ANA.address, BEN.address, DAN.address], 2)},
    "threshold": {"root": read_root([ANA.address, BEN.address, CLEO.address], 1)},
    "a brand": {"entries": TrustRegistry((some_brand(gtin_prefixes=("0952133",)),), (), ("https://gateway.example/",))},
    "a gateway": {"entries": TrustRegistry((some_brand(),), (), ())},
}


@pytest.mark.parametrize("name", CHANGES)
def test_every_field_is_under_the_signatures(name):
    """Changed after signing, each of them leaves no signature standing."""
    assert signers(some_trust()) == {ANA.address, BEN.address}

    assert not signers(replace(some_trust(), **CHANGES[name])) & {ANA.address, BEN.address}


def test_a_signature_of_the_same_key_is_replaced():
    """Signing twice does no harm."""
    file = with_signature(some_trust(), ANA.address, b"\1" * 65)

    assert len(file.signatures) == 2
    assert signers(file) == {BEN.address}


def test_the_first_version_is_taken_by_its_roots_fingerprint():
    """Compared by a person; name, keys and threshold are in it, and the brands are not."""
    file = some_trust()
    check_first(file, root_fingerprint(file))
    check_first(file, f"sha256:{root_fingerprint(file).upper()}")

    assert root_fingerprint(some_trust(4, entries=TrustRegistry((some_brand(name="Other"),)))) == root_fingerprint(file)
    for other in (some_trust(keys=(ANA, BEN)), some_trust(threshold=3), some_trust(name="another")):
        with pytest.raises(TrustRefusedError, match="root keys"):
            check_first(other, root_fingerprint(file))
    with pytest.raises(TrustRefusedError, match="are needed"):
        check_first(some_trust(signed=(ANA,)), root_fingerprint(file))


@pytest.mark.parametrize(
    ("following", "why"),
    [
        (some_trust(1), "rollback"),
        (some_trust(2, signed=(ANA, CLEO)), None),
        (some_trust(2, issued_at=NOW), "two different files"),
        (some_trust(3), None),
        (some_trust(3, name="another"), "another federation"),
        (some_trust(3, signed=(ANA,)), "2 are needed"),
        (some_trust(9, keys=(ANA, BEN, DAN), signed=(ANA, BEN)), None),
        (some_trust(3, keys=(ANA, DAN), signed=(ANA, DAN)), "trusted so far"),
        (some_trust(3, keys=(ANA, DAN), signed=(ANA, BEN)), "its own keys"),
        (some_trust(3, keys=(ANA, DAN), signed=(ANA, BEN, DAN)), None),
        (some_trust(3, keys=(DAN,), threshold=1, signed=(DAN,)), "trusted so far"),
        (some_trust(3, keys=(DAN,), threshold=1, signed=(ANA, BEN)), "its own keys"),
        (some_trust(3, keys=(DAN,), threshold=1, signed=(ANA, BEN, DAN)), None),
    ],
)
def test_what_may_take_the_place_of_version_2(following, why):
    """Not older, one file a version, and signed by enough keys of the root before and of its own."""
    if why is None:
        check_next(some_trust(2), following)
        return
    with pytest.raises(TrustRefusedError, match=why):
        check_next(some_trust(2), following)


def test_a_file_is_good_between_its_times():
    """Both edges; clocks may differ by a day before it, and not after it."""
    file = some_trust()
    check_time(file, file.expires_at - timedelta(seconds=1))
    check_time(file, file.issued_at - timedelta(days=1))

    with pytest.raises(TrustRefusedError, match="expired"):
        check_time(file, file.expires_at)
    with pytest.raises(TrustRefusedError, match="yet to come"):
        check_time(file, file.issued_at - timedelta(days=1, seconds=1))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("/signed/type", "assay/trust-3"),
        ("/signed/name", "A name"),
        ("/signed/version", 0),
        ("/signed/version", 2**31),
        ("/signed/version", True),
        ("/signed/issued_at", "yesterday"),
        ("/signed/expires_at", "2020-01-01T00:00:00Z"),
        ("/signed/expires_at", "2046-01-01T00:00:00Z"),
        ("/signed/root", []),
        ("/signed/root/keys", [ANA.address, ANA.address]),
        ("/signed/root/keys", []),
        ("/signed/root/keys", ["0x12"]),
        ("/signed/root/threshold", 4),
        ("/signed/root/threshold", 0),
        ("/signed/brands", []),
        ("/signed/extra", 1),
        ("/signatures", {}),
        ("/signatures/0", "0x12"),
        ("/signatures/0/sig", "0x12"),
        ("/signatures/0/keyid", "0x12"),
    ],
)
def test_a_malformed_field_is_named(field, value):
    """One fault at a time."""
    file = signed_trust_json(some_trust())
    *path, last = field[1:].split("/")
    target = file
    for name in path:
        target = target[int(name) if name.isdigit() else name]
    target[int(last) if last.isdigit() else last] = value

    # Whether keys and threshold go together is said of the root; entries are read as those of any trust file.
    named = "/signed/root" if "/root/" in field else field.replace("/signed/brands", "/signed: /brands")
    with pytest.raises(TrustError, match=named):
        parse_signed_trust(json.dumps(file).encode())


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"signed":{}}', b"[" * 9_000, b"x" * (1 << 19), b'{"signed":1,"signed":1}']
)
def test_what_is_no_signed_trust_file_is_refused(content):
    """No crash, whatever a server sends."""
    with pytest.raises(TrustError):
        parse_signed_trust(content)


def test_a_file_that_is_pinned_by_hand_says_so():
    """It cannot be updated, only replaced by its owner."""
    with pytest.raises(TrustError, match="pinned by hand"):
        parse_signed_trust(trust_json(TrustRegistry((some_brand(),))).encode())


# ---- drafts


def test_a_draft_left_as_it_is_makes_the_same_entries():
    """What a person does not touch stays."""
    file = some_trust(4, entries=TrustRegistry((some_brand(valid_from=NOW),), ("https://node.example/",), ()))
    made = read_draft(draft_toml(file, 30).encode(), 5, NOW)

    assert made == replace(file, version=5, issued_at=NOW, expires_at=NOW + timedelta(days=30), signatures=())
    assert changes(file, made) == (f"expires {instant_text(made.expires_at)}, was {instant_text(file.expires_at)}",)


def test_a_draft_may_say_times_as_toml_does():
    """Without quotes they are times of TOML's own."""
    text = draft_toml(some_trust()).replace(
        "[brands.registry]", "valid_until = 2027-01-01T00:00:00Z\n[brands.registry]"
    )

    assert read_draft(text.encode(), 2, NOW).entries.brands[0].valid_until.year == 2027


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("threshold = 2", "threshold = 4", "root_keys"),
        ("threshold = 2", "", "threshold is missing"),
        ("days = 90", "days = 0", "days"),
        ("days = 90", f"days = {LIFE_MAX.days + 1}", "days"),
        ("nodes = []", "nodes = 5", "/nodes"),
        ('name = "Maison"', "name = 5", "/brands/0/name"),
        ("days = 90", "days = 90\nextra = 1", "extra is not a field"),
        ("days = 90", "days = ", "not TOML"),
    ],
)
def test_a_fault_in_a_draft_is_named(old, new, why):
    """Before anybody signs it."""
    with pytest.raises(TrustError, match=why):
        read_draft(draft_toml(some_trust()).replace(old, new).encode(), 2, NOW)


def test_changes_are_told_in_words():
    """Whoever signs reads what he signs."""
    before = some_trust()
    brands = (some_brand(gtin_prefixes=("0952133",)),)
    after = some_trust(2, keys=(ANA, DAN), threshold=1, entries=TrustRegistry(brands, ("https://node.example/",), ()))
    told = "\n".join(changes(before, after))

    for part in (
        f"- root key {BEN.address}",
        f"+ root key {DAN.address}",
        "threshold is 1, was 2",
        '~ Maison: gtin_prefixes is ["0952133"], was ["0952132"]',
        "+ node https://node.example/",
        "- gateway https://gateway.example/",
    ):
        assert part in told
