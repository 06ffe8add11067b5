"""`assay custody find`: the way back to a piece when nothing but the key file and the ledger is left."""

import argparse
import json

import pytest

from mint.adapters.keystore_signer import KeySigner, read_key, write_key
from provenance_schemas.ids import BatchId
from tests.fakes.documents import CONTRACT
from tests.fakes.registry import some_address
from web.cli import custody
from web.custody.keys import load_custody_keys

BAG = BatchId(31337, CONTRACT, 77).item(0)


@pytest.fixture
def keys(tmp_path, monkeypatch):
    """The brand's folder, restored as far as its custody key."""
    for name in ("ASSAY_DATA", "ASSAY_TRUST", "ASSAY_DATABASE"):
        monkeypatch.delenv(name, raising=False)
    return load_custody_keys(tmp_path / "keys" / "custody.key", in_use=False)


@pytest.fixture
def find(tmp_path, capsys):
    """Run `assay custody find ...`; give its exit code, what it printed and what it said."""

    def run(*arguments):
        parser = argparse.ArgumentParser()
        custody.add_parser(parser.add_subparsers())
        args = parser.parse_args(["custody", "find", *map(str, arguments), "--data", str(tmp_path)])
        code = args.run(args)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def test_an_address_is_found_by_its_number_and_its_key_written_down(find, keys, tmp_path):
    """`assay transfer --key` takes the file; the key itself is on no screen."""
    _, address = keys.new_address(BAG, 2)
    file = tmp_path / "bag.key"
    code, out, _ = find(BAG, address, "--write", file, "--json")

    assert code == 0
    assert json.loads(out) == {"item": str(BAG), "address": address, "counter": 2, "key": str(file)}
    assert address == KeySigner(read_key(file)).address
    assert read_key(file).hex() not in out


def test_looking_writes_nothing(find, keys, tmp_path):
    """No key where none was asked for, no database."""
    before = sorted(tmp_path.rglob("*"))
    code, out, _ = find(BAG, keys.new_address(BAG, 0)[1])

    assert (code, before) == (0, sorted(tmp_path.rglob("*")))
    assert "address 0" in out


def test_an_address_that_is_not_ours_is_said_so(find, keys, tmp_path):
    """Exit code 1, how far it looked, and no key."""
    code, out, said = find(BAG, some_address("a stranger"), "--write", tmp_path / "bag.key", "--tries", 5)

    assert (code, out) == (1, "")
    assert "first 5 addresses" in said
    assert not (tmp_path / "bag.key").exists()


def test_a_file_that_stands_is_kept(find, keys, tmp_path):
    """It may be somebody's only key."""
    write_key(tmp_path / "bag.key", bytes([7]) * 32)
    code, _, said = find(BAG, keys.new_address(BAG, 0)[1], "--write", tmp_path / "bag.key")

    assert (code, read_key(tmp_path / "bag.key")) == (2, bytes([7]) * 32)
    assert "was kept" in said


@pytest.mark.parametrize(("item", "address"), [("BAG-1", "0x" + "1" * 40), (BAG, "0x12")])
def test_what_names_no_piece_or_account_is_refused(find, keys, item, address):
    """Exit code 2, before anything is looked for."""
    assert find(item, address)[0] == 2


def test_a_missing_custody_key_is_not_made_anew(find, tmp_path):
    """A new one would find nothing, and look as if all were well."""
    code, _, said = find(BAG, some_address("somebody"))

    assert (code, list(tmp_path.iterdir())) == (2, [])
    assert "restore it from its copy" in said


@pytest.mark.parametrize("tries", ["0", "-1", "1000001", "²", "9" * 5_000])
def test_how_far_to_look_has_a_limit(find, tries):
    """A number from one to a million."""
    with pytest.raises(SystemExit, match="2"):
        find(BAG, some_address("somebody"), "--tries", tries)
