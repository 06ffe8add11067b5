"""The key ring: every kind of signer a house can name, and none but the one it names."""

import json
import stat
import sys
from dataclasses import replace

import pytest
from coincurve import PrivateKey
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from eth_account import Account

from mint.adapters.command_key import CommandKey
from mint.adapters.encrypted_keystore import write_keystore
from mint.adapters.key_ring import FUNDER, HouseKeys
from mint.adapters.kms_signer import kms_signer
from mint.errors import InputError, KeyFileError, SignatureRefusedError, SignerMissingError, SignerUnavailableError
from mint.identity import Handover, Identity, identity_json, read_identity
from mint.key_files import draw_key, private_folder, write_key, write_secret
from mint.ports import Transaction
from mint.signatures import ORDER
from mint.signer_settings import CommandKeySetting, FileKey, KeystoreKey, UrlKey, read_setting, setting_json
from provenance_schemas.claim_codes import claim_key_address
from provenance_schemas.ids import Address
from provenance_schemas.keccak import keccak256
from tests.fakes.desk import CONTRACT, IDENTITY, STOCK

KEY = bytes(range(1, 33))
ACCOUNT = claim_key_address(KEY)
DATA = b"\x19\x01" + bytes(range(64))
PHRASE = "a long enough passphrase"
POINT = PrivateKey(KEY).public_key.format(compressed=False)[1:]
SPKI = (
    ec.derive_private_key(int.from_bytes(KEY), ec.SECP256K1())
    .public_key()
    .public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
)


class SoftwareVault:
    """DigestKey of a key in memory; gives s in the upper half, as a vault does every other time."""

    name = "a vault"

    def __init__(self, key=KEY, public_key=SPKI):
        self.key = PrivateKey(key)
        self.spki = public_key

    def public_key(self):
        return self.spki

    def sign_digest(self, digest):
        raw = self.key.sign_recoverable(digest, hasher=None)
        numbers = int.from_bytes(raw[:32]), ORDER - int.from_bytes(raw[32:64])
        parts = [number.to_bytes(number.bit_length() // 8 + 1) for number in numbers]
        body = b"".join(b"\x02" + bytes([len(part)]) + part for part in parts)
        return b"\x30" + bytes([len(body)]) + body


def some_ring(folder, settings=None, accounts=None, retired=None, **parts):
    ring = HouseKeys(folder, **parts)
    ring.hold(settings or {}, accounts or {}, retired or {})
    return ring


def signed_by(signature):
    return Account._recover_hash(keccak256(DATA), signature=signature)


def vault_command(folder, lines):
    """Write a command that stands before a vault."""
    script = folder / "vault.py"
    script.write_text("import sys\nfrom coincurve import PrivateKey\n" + lines)
    return (sys.executable, str(script))


def test_a_vault_signs_what_the_chain_takes():
    """Digest in, DER out with s in the upper half; recovered and brought down; a whole transaction too."""
    signer = kms_signer(SoftwareVault())

    assert signed_by(signer.sign_hashed(DATA)) == signer.address == ACCOUNT
    raw = signer.sign_transaction(Transaction(31337, 3, CONTRACT, b"\x01", 5, 60_000, 2, 1)).raw
    assert Account.recover_transaction(raw) == ACCOUNT


def test_a_vault_that_signs_with_another_key_is_refused():
    """As after a rotation inside the vault that nobody told the house of."""
    signer = kms_signer(SoftwareVault(key=draw_key()))

    with pytest.raises(SignatureRefusedError, match="not that of"):
        signer.sign_hashed(DATA)


def test_a_vaults_key_of_another_curve_is_refused_before_anything_is_signed():
    """P-256 cannot sign for any chain."""
    other = ec.generate_private_key(ec.SECP256R1()).public_key()
    spki = other.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    with pytest.raises(SignatureRefusedError, match="secp256k1"):
        kms_signer(SoftwareVault(public_key=spki))


def test_a_command_signs_for_the_house(tmp_path, monkeypatch):
    """It is given the digest alone, in an environment without the house's secrets."""
    (tmp_path / "key.der").write_bytes(SPKI)
    monkeypatch.setenv("ASSAY_SECRET", "not for it")
    lines = "import os\nassert 'ASSAY_SECRET' not in os.environ\n"
    lines += "digest = sys.stdin.buffer.read()\nassert len(digest) == 32\n"
    lines += f"sys.stdout.buffer.write(PrivateKey({KEY!r}).sign(digest, hasher=None))"
    setting = CommandKeySetting(vault_command(tmp_path, lines), "key.der")
    ring = some_ring(tmp_path, {"registrar": setting}, {"registrar": ACCOUNT})

    assert signed_by(ring.signer("registrar").sign_hashed(DATA)) == ACCOUNT


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("/bin/sh", "-c", "echo secret >&2; exit 3"), "ended with 3"),
        (("/bin/sleep", "60"), "no answer within"),
        (("/nowhere/sign",), "does not start"),
    ],
)
def test_a_command_that_does_not_sign_is_away(tmp_path, command, words):
    """Bounded in time; what it says on stderr is not repeated."""
    key = CommandKey(command, tmp_path / "key.der", timeout_s=0.2 if "sleep" in command[0] else 20)

    with pytest.raises(SignerUnavailableError, match=words) as raised:
        key.sign_digest(bytes(32))
    assert "secret" not in str(raised.value)


def test_an_encrypted_key_opens_with_its_file_or_by_asking(tmp_path):
    """Without either the role is denied, and the setting to change is named."""
    private_folder(tmp_path / "keys")
    write_keystore(tmp_path / "keys" / "r.json", KEY, PHRASE, cost=1 << 12)
    write_secret(tmp_path / "phrase", PHRASE + "\n")
    with_file, bare = KeystoreKey("keys/r.json", "phrase"), KeystoreKey("keys/r.json")

    assert some_ring(tmp_path, {"r": with_file}).signer("r").address == ACCOUNT
    assert some_ring(tmp_path, {"r": bare}, ask=lambda path: PHRASE).signer("r").address == ACCOUNT
    with pytest.raises(SignerMissingError, match=r"passphrase_file \(setting signers\.r of house\.json\)"):
        some_ring(tmp_path, {"r": bare}).signer("r")


def test_a_signer_of_another_account_is_refused(tmp_path):
    """A file that was swapped, or a setting copied from another role."""
    private_folder(tmp_path / "keys")
    write_key(tmp_path / "keys" / "registrar.key", draw_key())

    with pytest.raises(SignerMissingError, match=f"registrar is {ACCOUNT}"):
        some_ring(tmp_path, accounts={"registrar": ACCOUNT}).signer("registrar")


def test_a_role_without_a_key_is_denied_and_says_where_it_was_looked_for(tmp_path):
    """Nothing is made up, and no other key stands in."""
    with pytest.raises(SignerMissingError, match=r"registrar\.key.*signers\.registrar of house\.json"):
        some_ring(tmp_path).signer("registrar")


def test_a_replaced_key_keeps_its_account_and_signs_nothing(tmp_path):
    """Its open transactions are still looked up by it."""
    signer = some_ring(tmp_path, retired={"registrar.1": ACCOUNT}).signer("registrar.1")

    assert signer.address == ACCOUNT
    with pytest.raises(SignerMissingError, match="was replaced"):
        signer.sign_hashed(DATA)
    with pytest.raises(SignerMissingError, match="was replaced"):
        signer.sign_transaction(Transaction(31337, 3, CONTRACT, b"\x01", 5, 60_000, 2, 1))


def test_the_funder_is_the_embedded_ledgers_and_is_nobody_elsewhere(tmp_path):
    """On a real chain no key of that name fills accounts."""
    assert some_ring(tmp_path, funder=lambda: KEY).signer(FUNDER).address == ACCOUNT
    with pytest.raises(SignerMissingError):
        some_ring(tmp_path).signer(FUNDER)


@pytest.mark.parametrize("name", ["../admin", "a/b", "A"])
def test_a_keys_name_leads_nowhere_else(tmp_path, name):
    """Actors are named by people."""
    with pytest.raises(KeyFileError, match="name"):
        HouseKeys(tmp_path).folder.make(name)


def test_a_signer_shows_no_key(tmp_path):
    """In a traceback or a log."""
    private_folder(tmp_path / "keys")
    write_key(tmp_path / "keys" / "r.key", KEY)
    ring = some_ring(tmp_path)

    assert KEY.hex() not in repr(ring.signer("r")) + repr(vars(ring))
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700


SETTINGS = [
    FileKey("keys/a.key"),
    KeystoreKey("keys/a.json", "/run/secrets/a"),
    UrlKey("https://signer.example", "0x" + POINT.hex(), token_file="/run/secrets/t"),
    CommandKeySetting(("aws-sign", "alias/assay"), "keys/a.der"),
]


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_setting_is_read_as_it_was_written(setting):
    """Through JSON, as it stands in house.json."""
    assert read_setting("a", json.loads(json.dumps(setting_json(setting)))) == setting


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({}, "kind is one of"),
        ("keys/a.key", "kind is one of"),
        ({"kind": "file"}, r"signers\.a\.file: missing"),
        ({"kind": "file", "file": ""}, r"signers\.a\.file"),
        ({"kind": "file", "file": "x", "passphrase": "secret"}, "no such field"),
        ({"kind": "command", "command": "sh -c x", "public_key_file": "k"}, "a list of 1 to 64 words"),
        ({"kind": "url", "url": "https://s", "public_key": "0x12"}, "128 hexadecimal digits"),
        ({"kind": "url", "url": "https://s", "public_key": "0x" + "zz" * 64}, "128 hexadecimal digits"),
        ({"kind": "url", "url": "https://s", "public_key": "0x" + "11" * 64, "client_key_file": "k"}, "together"),
    ],
)
def test_a_setting_that_is_odd_is_refused_with_its_field(value, words):
    """A word that is not understood could have been meant to protect something."""
    with pytest.raises(InputError, match=words):
        read_setting("a", value)


def test_checkpoints_of_a_replaced_key_stay_good_unless_it_was_stolen():
    """The trust file names the key in force first, then those that were replaced by habit."""
    retired = {"checkpoint.1": Address(CONTRACT), "checkpoint.2": Address(STOCK), "registrar.1": Address(CONTRACT)}
    identity = replace(IDENTITY, roles={"checkpoint": ACCOUNT}, retired=retired, stolen=frozenset({"checkpoint.2"}))
    (brand,) = identity.trust(None).brands

    assert brand.checkpoint_keys == (ACCOUNT, Address(CONTRACT))


def test_a_house_remembers_where_its_keys_are_and_were(tmp_path):
    """house.json holds settings, replaced accounts and handovers; one of before has none of them, and opens."""
    path = tmp_path / "house.json"
    whole = Identity(
        IDENTITY.maker,
        IDENTITY.registry,
        STOCK,
        {"registrar": ACCOUNT},
        (),
        {"registrar": SETTINGS[2]},
        {"registrar.1": Address(CONTRACT)},
        {
            "admin": Handover(ACCOUNT, SETTINGS[0], Address(STOCK)),
            "checkpoint": Handover(ACCOUNT, SETTINGS[1], stolen=True),
        },
        frozenset({"registrar.1"}),
    )
    path.write_text(identity_json(whole))
    assert read_identity(path) == whole
    older = json.loads(identity_json(whole))
    for field in ("signers", "retired", "handovers", "stolen"):
        del older[field]
    path.write_text(json.dumps(older))
    found = read_identity(path)

    assert (found.signers, found.retired, found.handovers, found.actor_admin) == ({}, {}, {}, "admin")
