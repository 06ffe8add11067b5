"""Keys of held pieces: one file, an address for each holding, and nothing without the file."""

from __future__ import annotations

import pytest

from mint.adapters.keystore_signer import draw_key, write_key
from provenance_schemas.ids import BatchId
from tests.fakes.documents import CONTRACT
from web.custody.errors import CustodyKeyError
from web.custody.keys import CustodyKeys, custody_key, custody_salt, load_custody_keys

BAG, SCARF = (BatchId(31337, CONTRACT, 77).item(index) for index in (0, 1))
MASTER = bytes(range(32))
SALT = bytes(range(32, 64))


def test_a_key_is_derived_as_written_down():
    """HKDF-SHA256 and the fold into the curve, held to one known answer: a changed byte loses every piece held."""
    expected = "8a88555cd67b37c7b98d689de51cdd6d0f76217d8cfd3fc27b4f5c3504b0a2b9"

    assert expected == custody_key(MASTER, BAG, SALT).hex()


def test_a_salt_is_derived_as_written_down():
    """HMAC-SHA256, held to one known answer: with a changed byte the file alone would find no piece again."""
    expected = "444d999d11d33bd96c4926a9213ea5657c53c1fe99a2007970ace759a5a961ea"

    assert expected == custody_salt(MASTER, BAG, 1).hex()


def test_the_file_alone_finds_the_key_of_every_holding(tmp_path):
    """The row is lost, as to a power cut or with an older backup: the ledger's address is enough."""
    keys = CustodyKeys(MASTER, tmp_path)
    held = [keys.new_address(BAG, counter) for counter in range(3)]
    found = [keys.find_holding_key(BAG, address, tries=3) for _, address in held]

    assert [each.counter for each in found] == [0, 1, 2]
    assert [custody_key(MASTER, BAG, salt) for salt, _ in held] == [each.key for each in found]
    assert found[0].key.hex() not in repr(found[0])


def test_what_is_not_ours_is_not_found(tmp_path):
    """Another piece's address, or one further away than was looked."""
    keys = CustodyKeys(MASTER, tmp_path)

    assert keys.find_holding_key(BAG, keys.new_address(SCARF, 0)[1]) is None
    assert keys.find_holding_key(BAG, keys.new_address(BAG, 3)[1], tries=3) is None


def test_neither_two_pieces_nor_two_holdings_have_one_address():
    """Whoever looks at the ledger cannot tell which pieces one person has."""
    keys = {custody_key(MASTER, item, salt) for item in (BAG, SCARF) for salt in (SALT, bytes(32))}

    assert len(keys) == 4


def test_the_file_is_made_once_for_its_owner_alone(tmp_path):
    """A second process opens the same; the key is the one thing that must not be lost."""
    path = tmp_path / "keys" / "custody.key"
    salt, address = load_custody_keys(path, in_use=False).new_address(BAG, 0)

    assert address == load_custody_keys(path, in_use=True).signer(BAG, salt, address).address
    assert path.stat().st_mode & 0o077 == 0


def test_a_lost_file_is_not_replaced_while_pieces_are_held(tmp_path):
    """A new key in its place would look well until the first piece is to be moved."""
    with pytest.raises(CustodyKeyError, match="restore"):
        load_custody_keys(tmp_path / "custody.key", in_use=True)

    assert not (tmp_path / "custody.key").exists()


def test_another_file_signs_nothing(tmp_path):
    """The address in the table says which key it was made with."""
    ours = load_custody_keys(tmp_path / "custody.key", in_use=False)
    salt, address = ours.new_address(BAG, 0)
    write_key(tmp_path / "other.key", draw_key())

    with pytest.raises(CustodyKeyError, match="not the key"):
        load_custody_keys(tmp_path / "other.key", in_use=True).signer(BAG, salt, address)


@pytest.mark.parametrize("harm", ["open", "short", "binary"])
def test_a_file_that_others_can_read_or_that_is_damaged_is_refused(tmp_path, harm):
    """Before anything is served."""
    path = tmp_path / "custody.key"
    load_custody_keys(path, in_use=False)
    if harm == "open":
        path.chmod(0o644)
    else:
        path.write_bytes(b"abcd" if harm == "short" else b"\xff" * 32)

    with pytest.raises(CustodyKeyError):
        load_custody_keys(path, in_use=True)


def test_keys_are_not_shown(tmp_path):
    """Neither in a log nor in a traceback."""
    keys = load_custody_keys(tmp_path / "custody.key", in_use=False)

    assert (tmp_path / "custody.key").read_text().strip() not in repr(keys)
