"""The site's secret: made once, for its owner alone, and never shown."""

from __future__ import annotations

import stat
import threading

import pytest

from web.secret import SecretFileError, load_secret


def test_the_secret_is_made_once_and_read_ever_after(tmp_path):
    """Every process of the site signs with the same keys."""
    file = tmp_path / "keys" / "site.secret"
    found = []
    threads = [threading.Thread(target=lambda: found.append(load_secret(file).key("scan"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert set(found) == {load_secret(file).key("scan")}
    assert [entry.name for entry in file.parent.iterdir()] == ["site.secret"]


def test_each_purpose_has_a_key_of_its_own(tmp_path):
    """A token for one thing is worth nothing for another."""
    secret = load_secret(tmp_path / "site.secret")

    assert secret.key("scan") != secret.key("device")


def test_the_file_is_for_its_owner_alone(tmp_path):
    """And a file that others can read is not used any more."""
    file = tmp_path / "site.secret"
    load_secret(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o640)

    with pytest.raises(SecretFileError, match="chmod 600"):
        load_secret(file)


def test_a_damaged_file_is_named_and_not_replaced(tmp_path):
    """A new secret in its place would void every token without a word."""
    file = tmp_path / "site.secret"
    file.touch(0o600)
    file.write_bytes(b"short")

    with pytest.raises(SecretFileError, match="5 bytes"):
        load_secret(file)
    assert file.read_bytes() == b"short"


def test_the_secret_does_not_show_itself(tmp_path):
    """A log line with the object in it gives nothing away."""
    secret = load_secret(tmp_path / "site.secret")

    assert repr(secret) == "Secret(...)"
