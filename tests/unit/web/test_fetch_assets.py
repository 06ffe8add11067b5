"""Third-party modules come from the lock, or not at all."""

import json
import os
import sys

import pytest

from tools import fetch_assets
from tools.fetch_assets import ASSETS, PACKAGES, FetchError, fetch, is_fresh

MAKES = """
import pathlib, sys
assert sys.argv[1:] == ["ci", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund", "--silent"], sys.argv
for package, names in %r.items():
    folder = pathlib.Path("node_modules", package)
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("made by " + name)
"""


def npm_that(script):
    """A program in the place of npm."""
    return (sys.executable, "-c", script)


def test_the_served_files_are_copied(tmp_path):
    """Code and licences, and nothing else of the package."""
    fetch(npm_that(MAKES % (PACKAGES,)), tmp_path, tmp_path / "vendor")

    assert sorted(PACKAGES["qr"]) == sorted(path.name for path in (tmp_path / "vendor" / "qr").iterdir())
    assert (tmp_path / "vendor" / "qr" / "decode.js").read_text() == "made by decode.js"


@pytest.mark.parametrize(
    ("npm", "reason"),
    [
        (npm_that("import sys; sys.exit('the digest does not fit')"), "the digest does not fit"),
        (npm_that("pass"), "cannot be copied"),
        (("/there/is/no/npm",), "did not finish"),
    ],
)
def test_a_failure_is_said(tmp_path, npm, reason):
    """With npm's own last words."""
    with pytest.raises(FetchError, match=reason):
        fetch(npm, tmp_path, tmp_path / "vendor")


def test_files_are_fresh_until_the_lock_changes(tmp_path):
    """`make setup` asks npm only when there is something to ask."""
    lock = tmp_path / "package-lock.json"
    lock.touch()
    assert not is_fresh(tmp_path, tmp_path / "vendor")

    fetch(npm_that(MAKES % (PACKAGES,)), tmp_path, tmp_path / "vendor")
    os.utime(lock, (1, 1))
    assert is_fresh(tmp_path, tmp_path / "vendor")

    os.utime(lock, (2**32, 2**32))
    assert not is_fresh(tmp_path, tmp_path / "vendor")


@pytest.mark.parametrize(("ci", "status"), [("true", 1), ("", 0)])
def test_a_missing_tool_is_a_failure_only_in_ci(monkeypatch, capsys, ci, status):
    """On a desk the site does with less, and says so. The environment is what `main` asks."""
    monkeypatch.setenv("CI", ci)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(fetch_assets, "find_spec", lambda name: None)
    monkeypatch.setattr(fetch_assets, "is_fresh", lambda: False)

    assert status == fetch_assets.main()
    assert "there is no npm" in "".join(capsys.readouterr())


def test_the_lock_pins_every_package_by_its_digest_and_names_no_address():
    """Which registry answers is the machine's own affair; what it answers is not."""
    packages = json.loads((ASSETS / "package-lock.json").read_text("utf-8"))["packages"]
    pinned = {name: entry for name, entry in packages.items() if name}

    assert {f"node_modules/{name}" for name in PACKAGES} <= set(pinned)
    assert all(entry["integrity"].startswith("sha512-") for entry in pinned.values())
    assert not any("resolved" in entry for entry in pinned.values())
