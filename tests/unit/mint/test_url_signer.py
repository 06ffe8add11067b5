"""The signer behind a URL: what it gives is checked before anything is sent, and its absence is no refusal."""

import datetime as dt
import ipaddress

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from eth_account import Account

from mint.adapters.url_signer import UrlAccess, UrlSigners
from mint.carry import carry_out, no_readback
from mint.errors import InputError, KeyFileError, SignatureRefusedError, SignerUnavailableError
from mint.outbox import State
from mint.ports import Transaction
from provenance_schemas.claim_codes import claim_key_address
from provenance_schemas.keccak import keccak256
from tests.fakes.desk import CONTRACT, some_dispatch, some_intent
from tests.fakes.signer import FakeSigner
from tests.fakes.signing_service import Fault, running_service

KEY = bytes(range(1, 33))
DATA = b"\x19\x01" + bytes(range(64))


@pytest.fixture(scope="module")
def service():
    with running_service(KEY) as running:
        yield running


@pytest.fixture
def signer(service):
    service.fault, service.token = Fault.NONE, None
    service.asked.clear()
    signers = UrlSigners(UrlAccess(service.url), read_timeout_s=0.3, total_timeout_s=1.0)
    yield signers.signer(service.public_key)
    service.fault = Fault.NONE
    signers.close()


def test_a_request_is_signed_by_the_key_that_is_elsewhere(service, signer):
    """The service is given the data itself, hashes it with keccak256, and its signature is the key's."""
    signature = signer.sign_hashed(DATA)

    assert service.asked == [DATA]
    assert claim_key_address(KEY) == signer.address == Account._recover_hash(keccak256(DATA), signature=signature)


def test_a_transaction_is_put_together_from_its_signature(service, signer):
    """The same bytes as a wallet library makes of the same fields; a deployment has no target."""
    for to in (CONTRACT, None):
        raw = signer.sign_transaction(Transaction(31337, 3, to, b"\x01\x02", 5, 60_000, 2, 1)).raw

        assert claim_key_address(KEY) == Account.recover_transaction(raw)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault.OTHER_KEY, "not of"),
        (Fault.OTHER_DIGEST, "not of"),
        (Fault.HASHED_TWICE, "not of"),
        (Fault.HIGH_S, "upper half"),
        (Fault.SHORT, "65 bytes"),
        (Fault.NOT_HEX, "hexadecimal"),
    ],
)
def test_a_signature_that_is_not_what_was_asked_for_is_thrown_away(service, signer, fault, words):
    """Another key, another digest, the malleable twin, a cut one, a sign-in page."""
    service.fault = fault

    with pytest.raises(SignatureRefusedError, match=words) as raised:
        signer.sign_hashed(DATA)
    assert raised.value.exit_code == 3


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault.REFUSE, "answered 500"),
        (Fault.FORBID, "not sign with this key"),
        (Fault.HANG_UP, "no answer"),
        (Fault.SILENT, "no answer"),
        (Fault.TOO_LONG, "more than 256 bytes"),
        (Fault.REDIRECT, "answered 307"),
    ],
)
def test_a_service_that_does_not_sign_is_away_and_not_wrong(service, signer, fault, words):
    """Bounded in time and bytes, and never followed to another host."""
    service.fault = fault

    with pytest.raises(SignerUnavailableError, match=words):
        signer.sign_hashed(DATA)


def test_a_key_it_does_not_hold_is_named_as_that(service):
    """After a rotation on one side only."""
    stranger = UrlSigners(UrlAccess(service.url)).signer(
        bytes.fromhex(
            "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
            "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8"
        )
    )

    with pytest.raises(SignerUnavailableError, match="does not hold this key"):
        stranger.sign_hashed(DATA)


def test_it_lists_its_keys_and_says_that_it_is_up(service):
    """What an operator asks first."""
    signers = UrlSigners(UrlAccess(service.url))
    signers.check_up()

    assert [service.public_key] == signers.public_keys()


def test_a_token_is_sent_from_a_private_file_and_never_shown(service, signer, tmp_path):
    """Without it the service refuses; the error names the setting and not the token."""
    service.token = "a-very-secret-token"
    file = tmp_path / "token"
    file.write_text(service.token + "\n")
    file.chmod(0o644)

    with pytest.raises(SignerUnavailableError, match="token_file") as raised:
        signer.sign_hashed(DATA)
    assert service.token not in str(raised.value)
    with pytest.raises(KeyFileError, match="mode is 644"):
        UrlSigners(UrlAccess(service.url, token_file=file))
    file.chmod(0o600)
    assert len(UrlSigners(UrlAccess(service.url, token_file=file)).signer(service.public_key).sign_hashed(DATA)) == 65


@pytest.mark.parametrize(
    "url",
    ["http://signer.example:9000", "https://user:secret@signer.example", "https://signer.example/?key=1", "ftp://x"],
)
def test_a_url_that_would_tell_others_is_refused(url):
    """In the open beyond this machine, or with a secret in it; the error does not repeat the secret."""
    with pytest.raises(InputError) as raised:
        UrlSigners(UrlAccess(url))
    assert "secret" not in str(raised.value)


def test_over_tls_only_the_certificates_named_are_believed(tmp_path):
    """A service with a certificate of its own authority: refused without ca_file, used with it."""
    certificate, key = own_certificate(tmp_path)
    with running_service(KEY, (certificate, key)) as service:
        with pytest.raises(SignerUnavailableError, match="SSLError"):
            UrlSigners(UrlAccess(service.url)).signer(service.public_key).sign_hashed(DATA)
        believed = UrlSigners(UrlAccess(service.url, ca_file=certificate))

        assert len(believed.signer(service.public_key).sign_hashed(DATA)) == 65


@pytest.mark.parametrize("fault", [Fault.HANG_UP, Fault.OTHER_KEY])
def test_an_intent_waits_until_its_signer_is_well(service, signer, tmp_path, fault):
    """Nothing is sent, no nonce is used up, and the next try goes on as if nothing had been."""
    dispatch = some_dispatch(tmp_path)
    dispatch.keys.signers["house"] = signer
    dispatch.outbox.plan([some_intent()])
    service.fault = fault

    with pytest.raises((SignerUnavailableError, SignatureRefusedError)):
        carry_out(dispatch, "job", no_readback)
    (waiting,) = dispatch.outbox.of_job("job")
    assert State.PUBLISHED is waiting.state
    assert dispatch.outbox.attempts(waiting) == []

    service.fault = Fault.NONE
    dispatch.keys.signers["house"] = FakeSigner("house")  # the fake ledger reads only what its own kind signs
    carry_out(dispatch, "job", no_readback)

    assert State.CONFIRMED is dispatch.outbox.of_job("job")[0].state


def own_certificate(folder):
    """Make a certificate of 127.0.0.1 that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a signer")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "service.crt", folder / "service.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths
