"""Encrypted key files: everyone's format, bounded work, and a wrong passphrase opens nothing."""

import copy
import json

import pytest

from mint.adapters.encrypted_keystore import (
    check_passphrase,
    decrypt_keystore,
    keystore_account,
    read_keystore,
    read_passphrase,
    write_keystore,
)
from mint.errors import KeyFileError
from mint.key_files import draw_key, erase_secret, read_secret, write_key, write_secret
from provenance_schemas.claim_codes import claim_key_address

COST = 1 << 12
PHRASE = "correct horse battery"
# The test vectors of the Web3 Secret Storage definition.
VECTOR_KEY = "7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d"
PBKDF2 = {
    "crypto": {
        "cipher": "aes-128-ctr",
        "cipherparams": {"iv": "6087dab2f9fdbbfaddc31a909735c1e6"},
        "ciphertext": "5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46",
        "kdf": "pbkdf2",
        "kdfparams": {
            "c": 262144,
            "dklen": 32,
            "prf": "hmac-sha256",
            "salt": "ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd",
        },
        "mac": "517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2",
    },
    "id": "3198bc9c-6672-5ab3-d995-4942343ae5b6",
    "version": 3,
}
SCRYPT = {
    "crypto": {
        "cipher": "aes-128-ctr",
        "cipherparams": {"iv": "83dbcc02d8ccb40e466191a123791e0e"},
        "ciphertext": "d172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c",
        "kdf": "scrypt",
        "kdfparams": {
            "dklen": 32,
            "n": 262144,
            "r": 1,
            "p": 8,
            "salt": "ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19",
        },
        "mac": "2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097",
    },
    "id": "3198bc9c-6672-5ab3-d995-4942343ae5b6",
    "version": 3,
}


@pytest.mark.parametrize("vector", [PBKDF2, SCRYPT])
def test_the_formats_own_vectors_open(tmp_path, vector):
    """So that a keystore from any wallet can be brought in."""
    content = json.dumps(vector).encode()

    assert decrypt_keystore(tmp_path / "k", content, "testpassword").hex() == VECTOR_KEY


def test_a_key_is_encrypted_whole_and_private(tmp_path):
    """It opens with its passphrase, names its account, and the key's bytes are nowhere in it."""
    path, key = tmp_path / "registrar.json", draw_key()

    account = write_keystore(path, key, PHRASE, cost=COST)

    assert claim_key_address(key) == account == keystore_account(path)
    assert key == read_keystore(path, PHRASE)
    assert path.stat().st_mode & 0o777 == 0o600
    assert key.hex() not in path.read_text()
    assert [path] == list(tmp_path.iterdir())


def test_a_wrong_passphrase_opens_nothing_and_is_not_repeated(tmp_path):
    """Nor is the right one."""
    path = tmp_path / "k.json"
    write_keystore(path, draw_key(), PHRASE, cost=COST)

    with pytest.raises(KeyFileError, match="passphrase is wrong") as raised:
        read_keystore(path, "wrong horse battery")
    assert "horse" not in str(raised.value)


def test_a_standing_file_is_replaced_only_when_that_is_meant(tmp_path):
    """Changing a passphrase replaces; everything else keeps."""
    path, key = tmp_path / "k.json", draw_key()
    write_keystore(path, key, PHRASE, cost=COST)

    with pytest.raises(KeyFileError, match="already"):
        write_keystore(path, draw_key(), PHRASE, cost=COST)
    write_keystore(path, key, "another long one", cost=COST, replace=True)

    assert key == read_keystore(path, "another long one")


@pytest.mark.parametrize(
    ("pointer", "value", "words"),
    [
        (("version",), 4, "version 3"),
        (("crypto", "cipher"), "aes-128-cbc", "aes-128-ctr"),
        (("crypto", "kdf"), "argon2", "beyond all measure"),
        (("crypto", "kdfparams", "n"), 2**40, "beyond all measure"),
        (("crypto", "kdfparams", "n"), 1000, "beyond all measure"),
        (("crypto", "kdfparams", "r"), 2**20, "beyond all measure"),
        (("crypto", "kdfparams", "dklen"), 16, "version 3"),
        (("crypto", "kdfparams", "salt"), 7, "damaged"),
        (("crypto", "ciphertext"), "zz", "damaged|wrong"),
        (("crypto",), [], "damaged"),
        (("address",), "00" * 20, "account"),
    ],
)
def test_a_keystore_that_is_odd_is_refused_before_any_work(tmp_path, pointer, value, words):
    """A file from outside could ask for a terabyte of memory, or name an account that it does not hold."""
    path = tmp_path / "k.json"
    write_keystore(path, draw_key(), PHRASE, cost=COST)
    odd = copy.deepcopy(json.loads(path.read_text()))
    where = odd
    for key in pointer[:-1]:
        where = where[key]
    where[pointer[-1]] = value

    with pytest.raises(KeyFileError, match=words):
        decrypt_keystore(path, json.dumps(odd).encode(), PHRASE)


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"{}", b"\xff", b"[" * 5000])
def test_what_is_no_keystore_is_named_as_that(tmp_path, content):
    """A key file of another kind, an empty one, one that nests without end."""
    with pytest.raises(KeyFileError, match="not a version 3 keystore"):
        decrypt_keystore(tmp_path / "k", content, PHRASE)


def test_a_passphrase_is_read_from_a_private_file(tmp_path):
    """Its first line; an open file is refused, as is an empty line."""
    file = tmp_path / "phrase"
    file.write_text(PHRASE + "\nand a note\n")
    file.chmod(0o640)
    with pytest.raises(KeyFileError, match="mode is 640"):
        read_passphrase(file)
    file.chmod(0o600)

    assert read_passphrase(file) == PHRASE
    file.write_text("\n")
    with pytest.raises(KeyFileError, match="empty"):
        read_passphrase(file)


def test_a_short_passphrase_is_refused(tmp_path):
    """Eleven characters; the file is not written."""
    with pytest.raises(KeyFileError, match="at least 12"):
        check_passphrase(tmp_path / "k.json", "elevenchars")


def test_an_erased_key_is_gone(tmp_path):
    """Overwritten and removed; erasing again does nothing."""
    path = tmp_path / "k.key"
    write_key(path, draw_key())
    erase_secret(path)
    erase_secret(path)

    assert list(tmp_path.iterdir()) == []


def test_a_secret_file_has_an_end(tmp_path):
    """A wrong path may lead to anything."""
    path = tmp_path / "long"
    write_secret(path, "x" * 100)

    with pytest.raises(KeyFileError, match="longer than 99"):
        read_secret(path, size_max_bytes=99)
