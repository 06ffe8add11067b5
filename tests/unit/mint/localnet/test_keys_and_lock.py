"""The folder: its keys and who holds it."""

from __future__ import annotations

import fcntl
import os
import stat
from pathlib import Path

import pytest

from mint.localnet.errors import FolderInUseError, KeyFileError, LocalnetError, WrongChainError
from mint.localnet.keys import address_of_key, funder_key, make_funder_key
from mint.localnet.lock import FolderLock, holder
from mint.localnet.node import Node
from tests.unit.mint.localnet.support import Chain, Sender


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_key_is_made_once_and_readable_by_its_owner_alone(tmp_path):
    """Also under a permissive umask, and in a folder that was open before."""
    (tmp_path / "keys").mkdir(mode=0o755)
    before = os.umask(0)
    try:
        key = make_funder_key(tmp_path)
    finally:
        os.umask(before)

    assert mode(tmp_path / "keys" / "funder.key") == 0o600
    assert mode(tmp_path / "keys") == 0o700
    assert key == make_funder_key(tmp_path) == funder_key(tmp_path)
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["funder.key"]


def test_two_folders_have_different_keys(tmp_path):
    """No key is known beforehand."""
    assert make_funder_key(tmp_path / "a") != make_funder_key(tmp_path / "b")


def test_an_address_is_the_one_other_libraries_compute():
    """Against eth-account."""
    sender = Sender()

    assert sender.raw == address_of_key(bytes(sender.account.key))


@pytest.mark.parametrize("text", ["", "00" * 32, "ff" * 32, "11" * 31, "11" * 33, "key", "é"])
def test_a_malformed_key_file_is_an_error_and_stays(tmp_path, text):
    """Overwriting it would lose the account behind it."""
    make_funder_key(tmp_path)
    path = tmp_path / "keys" / "funder.key"
    path.write_text(text)

    with pytest.raises(KeyFileError):
        make_funder_key(tmp_path)
    assert text == path.read_text()


def test_a_key_file_others_can_read_is_refused(tmp_path):
    """Somebody may already have copied it; the operator must know."""
    make_funder_key(tmp_path)
    (tmp_path / "keys" / "funder.key").chmod(0o640)

    with pytest.raises(KeyFileError, match="mode is 640"):
        funder_key(tmp_path)


def test_a_folder_without_a_key_says_so(tmp_path):
    """No node ever started there."""
    with pytest.raises(KeyFileError, match="no funder key"):
        funder_key(tmp_path)


def test_a_held_folder_names_its_holder(tmp_path):
    """Flock is per open file, so a second lock in this process is refused like another process's."""
    assert None is holder(tmp_path)
    with FolderLock(tmp_path):
        assert os.getpid() == holder(tmp_path)
        with pytest.raises(FolderInUseError, match=f"in use by process {os.getpid()}") as refused:
            FolderLock(tmp_path).acquire()
    assert os.getpid() == refused.value.pid

    assert None is holder(tmp_path)
    with FolderLock(tmp_path):
        pass


def test_a_holder_that_has_not_said_its_name_is_still_a_holder(tmp_path):
    """Between taking the lock and writing the pid."""
    descriptor = os.open(tmp_path / "lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(descriptor, fcntl.LOCK_EX)

    assert holder(tmp_path) == 0
    os.close(descriptor)


def test_another_chain_id_is_refused_and_releases_the_folder(tmp_path):
    """The id is part of every signature; it cannot change under an existing ledger."""
    Chain(tmp_path).close()

    with pytest.raises(WrongChainError, match="holds chain 31337, asked for chain 5"):
        Node(tmp_path, chain_id=5, port=0, block_time_s=1)
    assert None is holder(tmp_path)


@pytest.mark.parametrize("block_time_s", [0, 0.5, 61])
def test_a_block_time_that_timestamps_cannot_follow_is_refused(tmp_path, block_time_s):
    """Timestamps are whole seconds and must rise."""
    with pytest.raises(LocalnetError, match="block time"):
        Node(tmp_path, chain_id=1, port=0, block_time_s=block_time_s)
