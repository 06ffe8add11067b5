"""Key files: private, never overwritten, and signatures anybody can check."""

import pytest
from coincurve import PublicKey
from eth_account import Account

from mint.adapters.keystore_signer import KeyFolder, KeySigner, draw_key, read_key, write_key
from mint.errors import KeyFileError
from mint.ports import Transaction
from provenance_schemas.claim_codes import claim_key_address
from provenance_schemas.keccak import keccak256
from tests.fakes.desk import CONTRACT


def test_a_key_is_made_once_and_read_by_its_owner_only(tmp_path):
    """Making it again gives the same key: setting a house up may be interrupted anywhere."""
    folder = tmp_path / "keys"

    first = KeyFolder(folder).make("admin").address
    again = KeyFolder(folder).make("admin").address

    assert first == again
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [path.stat().st_mode & 0o777 for path in folder.iterdir()] == [0o600]


def test_an_existing_key_file_is_never_overwritten(tmp_path):
    """A key lost is a piece lost."""
    path = tmp_path / "owner.key"
    key = draw_key()
    write_key(path, key)

    with pytest.raises(KeyFileError, match="already"):
        write_key(path, draw_key())

    assert key == read_key(path)
    assert [path] == list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("text", "mode", "words"),
    [
        ("11" * 32, 0o644, "others could read"),
        ("11" * 31, 0o600, "holds 31 bytes"),
        ("zz" * 32, 0o600, "not a key"),
        ("00" * 32, 0o600, "not a key"),
        ("ff" * 32, 0o600, "not a key"),
    ],
)
def test_a_key_file_that_cannot_be_trusted_is_refused(tmp_path, text, mode, words):
    """Open to others, too short, no hexadecimal, or no number of the curve."""
    path = tmp_path / "owner.key"
    path.write_text(text)
    path.chmod(mode)

    with pytest.raises(KeyFileError, match=words):
        read_key(path)


@pytest.mark.parametrize("name", ["../admin", "a/b", "", "A", ".hidden"])
def test_a_keys_name_leads_nowhere_else(tmp_path, name):
    """Actors are named by people."""
    with pytest.raises(KeyFileError, match="name"):
        KeyFolder(tmp_path).make(name)


def test_a_digest_is_signed_with_the_lower_s(tmp_path):
    """The contract refuses the other one."""
    signer = KeySigner(draw_key())
    data = bytes(range(66))
    digest = keccak256(data)

    signature = signer.sign_hashed(data)
    public = PublicKey.from_signature_and_message(signature[:64] + bytes([signature[64] - 27]), digest, hasher=None)

    assert int.from_bytes(signature[32:64]) < 2**255
    assert signature[64] in (27, 28)
    assert public.format()


def test_a_transaction_is_signed_by_the_keys_account():
    """Recovered from the raw bytes, as a node does; a deployment has no target."""
    key = draw_key()
    for to in (CONTRACT, None):
        signed = KeySigner(key).sign_transaction(Transaction(31337, 3, to, b"\x01\x02", 5, 60_000, 2, 1))

        assert claim_key_address(key) == Account.recover_transaction(signed.raw)
