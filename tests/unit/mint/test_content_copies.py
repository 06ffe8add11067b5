"""Which copies a house has, read from its settings."""

from __future__ import annotations

import pytest

from mint.content_copies import CopySettings, close_copies, open_copies, open_house_copies
from mint.errors import InputError


def names(stores):
    found = [store.name for store in stores]
    close_copies(stores)
    return found


def test_a_house_has_its_own_copy_and_what_the_settings_name(tmp_path):
    """In the order in which they are asked; a gateway is only read, and no name holds a password."""
    environ = {
        "ASSAY_BLOCKS_COPY": str(tmp_path / "second.sqlite3"),
        "ASSAY_IPFS_API": "http://127.0.0.1:5001 https://kubo.example",
        "ASSAY_IPFS_GATEWAYS": "https://gateway.example/",
    }
    stores = open_house_copies(tmp_path, environ)

    assert [store.writer is None for store in stores] == [False, False, False, False, True]
    assert names(stores) == [
        "house", "file second.sqlite3", "kubo 127.0.0.1:5001", "kubo kubo.example", "gateway gateway.example",
    ]  # fmt: skip


def test_without_settings_there_is_one(tmp_path):
    """As `assay mint init` leaves it."""
    assert names(open_house_copies(tmp_path, {})) == ["house"]


def test_a_token_comes_from_a_file_that_nobody_else_reads(tmp_path):
    """And goes to both sides of every node."""
    file = tmp_path / "token"
    file.write_text("t0ken\n")
    file.chmod(0o600)
    settings = CopySettings.read({"ASSAY_IPFS_TOKEN_FILE": str(file), "ASSAY_IPFS_API": "http://127.0.0.1:5001"})
    own, node = open_copies(tmp_path / "blocks.sqlite3", settings)

    assert node.reader._headers == {"Authorization": "Bearer t0ken"}
    close_copies([own, node])


@pytest.mark.parametrize(("content", "mode"), [("t", 0o644), ("", 0o600), ("a b", 0o600), ("é", 0o600)])
def test_a_token_file_that_cannot_be_used_is_named(tmp_path, content, mode):
    """Open to others, empty, two words, no ASCII: the variable is named, the token is not."""
    file = tmp_path / "token"
    file.write_text(content)
    file.chmod(mode)

    with pytest.raises(InputError, match="ASSAY_IPFS_TOKEN_FILE"):
        CopySettings.read({"ASSAY_IPFS_TOKEN_FILE": str(file)})


def test_the_houses_own_file_is_no_second_copy(tmp_path):
    """It would be counted twice."""
    own = tmp_path / "blocks.sqlite3"

    with pytest.raises(InputError, match="not a second one"):
        open_copies(own, CopySettings(file=own))


@pytest.mark.parametrize("urls", ["http://a http://a/", " ".join(f"http://{n}" for n in range(9)), "http://u:p@a"])
def test_urls_are_few_different_and_without_passwords(urls):
    """Each of them is a copy, and each may cost its whole timeout."""
    with pytest.raises(InputError, match="ASSAY_IPFS_GATEWAYS") as refused:
        CopySettings.read({"ASSAY_IPFS_GATEWAYS": urls})
    assert "u:p" not in str(refused.value)
