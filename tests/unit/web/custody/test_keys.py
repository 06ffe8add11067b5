"""Keys of held pieces: one file, an address for each holding, and nothing without the file."""

from __future__ import annotations

import pytest

from mint.adapters.keystore_signer import draw_key, write_key
from provenance_schemas.ids import BatchId
from tests.fakes.documents import CONTRACT
from web.custody.errors import CustodyKeyError
from web.custody.keys import custody_key, load_custody_keys

BAG, SCARF = (BatchId(31337, CONTRACT, 77).item(index) for index in (0, 1))
MASTER = bytes(range(32))
SALT = bytes(range(32, 64))


def test_a_key_is_derived_as_written_down():
    """HKDF-SHA256 and the fold into the curve, held to one known answer: a changed byte loses every piece held."""
    expected = "8a88555cd67b37c7b98d689de51cdd6d0f76217d8cfd3fc27b4f5c3504b0a2b9"

    assert expected == custody_key(MASTER, BAG, SALT).hex()


def test_neither_two_pieces_nor_two_holdings_have_one_address():
    """Whoever looks at the ledger cannot tell which pieces one person has."""
    keys = {custody_key(MASTER, item, salt) for item in (BAG, SCARF) for salt in (SALT, bytes(32))}

    assert len(keys) == 4


def test_the_file_is_made_once_for_its_owner_alone(tmp_path):
    """A second process opens the same; the key is the one thing that must not be lost."""
    path = tmp_path / "keys" / "custody.key"
    salt, address = load_custody_keys(path, in_use=False).new_address(BAG)

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
    salt, address = ours.new_address(BAG)
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
