"""The layers, held by import-linter and by what it cannot see."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import verifier
from verifier.verdict import Code

REPO = Path(verifier.__file__).parents[1]
PACKAGES = ("provenance_schemas", "verifier", "mint", "loyalty", "web")
LOW = {"provenance_schemas": {"provenance_schemas"}, "verifier": {"provenance_schemas", "verifier"}}


def sources(package):
    return sorted((REPO / package).rglob("*.py"))


def imported(path):
    """Name every module that a file imports, wherever the import stands."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import hides its layer"
            yield node.module


def test_the_import_contracts_hold():
    """Web -> loyalty | mint -> verifier -> provenance_schemas, and who may touch the network."""
    program = Path(sys.executable).with_name("lint-imports")
    found = subprocess.run([program], cwd=REPO, capture_output=True, text=True, timeout=120)

    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.parametrize("package", LOW)
def test_the_lower_packages_import_only_downwards(package):
    """Also inside functions, where an import linter is told to look away most easily."""
    for path in sources(package):
        ours = {name.split(".")[0] for name in imported(path)} & set(PACKAGES)
        assert ours <= LOW[package], path


def test_judging_is_pure():
    """No clock, no network, no disk and no randomness in what draws a verdict."""
    impure = {"time", "random", "secrets", "socket", "os", "pathlib", "sqlite3", "urllib3", "threading", "requests"}
    judging = [
        REPO / "verifier" / name for name in ("judge.py", "verdict.py", "policies.py", "history.py", "proofs.py")
    ]
    for path in judging + sources("verifier/checks"):
        assert not {name.split(".")[0] for name in imported(path)} & impure, path


@pytest.mark.parametrize("package", PACKAGES)
def test_no_import_is_hidden_from_the_interpreter(package):
    """A TYPE_CHECKING block is a circle that nobody sees."""
    for path in sources(package):
        assert "TYPE_CHECKING" not in path.read_text("utf-8"), path


@pytest.mark.parametrize("code", [code for code in Code if code not in {Code.SCAN_PATTERN_PLAUSIBLE}])
def test_every_code_that_is_checked_stands_in_an_attack(code):
    """A code without a fraud against it is a promise that nobody tried to break."""
    attacks = "".join(path.read_text("utf-8") for path in sorted((REPO / "tests" / "attacks").glob("test_*.py")))
    assert f"Code.{code.name}" in attacks


@pytest.mark.parametrize("package", ["verifier", "provenance_schemas"])
def test_files_stay_readable(package):
    """At most 320 lines: one reason to change."""
    for path in sources(package):
        assert len(path.read_text("utf-8").splitlines()) <= 320, path
