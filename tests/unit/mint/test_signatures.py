"""Signatures in every form they come in, and nobody else's."""

import pytest
from coincurve import PrivateKey
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from mint.key_files import draw_key
from mint.signatures import (
    ORDER,
    SignatureError,
    account_of,
    account_of_spki,
    check_signature,
    signature_of_der,
)
from provenance_schemas.claim_codes import claim_key_address

KEY = bytes(range(1, 33))
ACCOUNT = claim_key_address(KEY)
DIGEST = bytes(range(32))


def some_signature() -> bytes:
    raw = PrivateKey(KEY).sign_recoverable(DIGEST, hasher=None)
    return raw[:64] + bytes([27 + raw[64]])


def twin(signature: bytes) -> bytes:
    s = ORDER - int.from_bytes(signature[32:64])
    return signature[:32] + s.to_bytes(32) + bytes([55 - signature[64]])


def der(r: int, s: int) -> bytes:
    def integer(number: int) -> bytes:
        content = number.to_bytes(number.bit_length() // 8 + 1)
        return b"\x02" + bytes([len(content)]) + content

    body = integer(r) + integer(s)
    return b"\x30" + bytes([len(body)]) + body


@pytest.mark.parametrize("v", [0, 27])
def test_a_signature_passes_with_either_way_to_write_v(v):
    """Wallets write 27 and 28, some vaults 0 and 1; the contract takes the first."""
    signature = some_signature()

    assert signature == check_signature(signature[:64] + bytes([signature[64] - 27 + v]), DIGEST, ACCOUNT)


@pytest.mark.parametrize(
    ("signature", "words"),
    [
        (some_signature()[:64], "65 bytes, got 64"),
        (some_signature() + b"\0", "65 bytes, got 66"),
        (twin(some_signature()), "upper half"),
        (some_signature()[:64] + bytes([55 - some_signature()[64]]), "not of"),
        (some_signature()[:64] + b"\x1d", "out of range"),
        (bytes(65), "out of range"),
        (b"\xff" * 64 + b"\x1b", "out of range"),
        (bytes(31) + b"\x05" + some_signature()[32:], "no account|not of"),
    ],
)
def test_a_signature_that_is_not_exactly_the_accounts_is_refused(signature, words):
    """Cut, padded, malleable, of the other key of the pair, with numbers no curve has."""
    with pytest.raises(SignatureError, match=words):
        check_signature(signature, DIGEST, ACCOUNT)


def test_the_twin_of_a_signature_is_valid_mathematics():
    """What the upper-half rule keeps out is a second signature that recovers to the very same account."""
    other = twin(some_signature())

    from coincurve import PublicKey

    public = PublicKey.from_signature_and_message(other[:64] + bytes([other[64] - 27]), DIGEST, hasher=None)
    assert account_of(public.format(compressed=False)) == ACCOUNT


@settings(max_examples=40, deadline=None)
@given(st.binary(min_size=32, max_size=32))
def test_a_vaults_signature_comes_out_in_the_chains_form(digest):
    """An independent library signs, with s in either half; r, s and v come out as the contract checks them."""
    key = ec.derive_private_key(int.from_bytes(KEY), ec.SECP256K1())

    given_der = key.sign(digest, ec.ECDSA(Prehashed(hashes.SHA256())))
    signature = signature_of_der(given_der, digest, ACCOUNT)

    assert signature == check_signature(signature, digest, ACCOUNT)


@pytest.mark.parametrize("upper", [False, True])
def test_both_halves_of_s_become_the_lower_one(upper):
    """KMS gives either, by chance."""
    signature = some_signature()
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:64])

    found = signature_of_der(der(r, ORDER - s if upper else s), DIGEST, ACCOUNT)

    assert signature == found


def test_a_public_key_in_der_names_the_account():
    """As AWS, Google and PKCS #11 modules export it."""
    key = ec.derive_private_key(int.from_bytes(KEY), ec.SECP256K1())
    spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    assert account_of_spki(spki) == ACCOUNT


def test_a_public_key_of_another_curve_is_refused():
    """P-256 is what every vault makes unless told otherwise."""
    key = ec.generate_private_key(ec.SECP256R1())
    spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    with pytest.raises(SignatureError, match="secp256k1"):
        account_of_spki(spki)


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"\x30\x06\x02\x01\x01\x02\x01",
        der(1, 1) + b"\0",
        b"\x30\x08\x02\x02\x00\x01\x02\x02\x00\x01",  # not the shortest form
        b"\x30\x06\x02\x01\x81\x02\x01\x01",  # negative
        b"\x30\x07\x02\x01\x01\x02\x02\x01",  # a length beyond the end
        b"\x31\x06\x02\x01\x01\x02\x01\x01",
        der(0, 1),
        der(ORDER, 1),
        der(1, ORDER),
    ],
)
def test_a_malformed_der_signature_is_refused(bad):
    """BER's many spellings of one number have no place here."""
    with pytest.raises(SignatureError):
        signature_of_der(bad, DIGEST, ACCOUNT)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=80))
def test_no_bytes_crash_the_der_reader(content):
    """A vault's answer is from outside."""
    with pytest.raises(SignatureError):
        signature_of_der(content, DIGEST, ACCOUNT)


def test_a_der_signature_of_another_key_is_refused():
    """Recovered under both v."""
    signature = PrivateKey(draw_key()).sign(DIGEST, hasher=None)

    with pytest.raises(SignatureError, match="not that of"):
        signature_of_der(signature, DIGEST, ACCOUNT)


@pytest.mark.parametrize("point", [bytes(64), bytes(63), b"\x02" + bytes(32), b""])
def test_a_point_off_the_curve_names_nobody(point):
    """An account nobody can sign for would hold what it is given for ever."""
    with pytest.raises(SignatureError):
        account_of(point)
