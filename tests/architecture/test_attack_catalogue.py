"""The catalogue of frauds is whole: each has its file, its weaker rule and its line in the security model."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.attacks.catalogue import FRAUDS

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "tests" / "attacks"
FILES = {path.stem.removeprefix("test_"): path for path in FOLDER.glob("test_*.py")}


def test_every_file_mounts_a_fraud_of_the_catalogue_and_every_fraud_has_a_file():
    named = [name for names in FRAUDS.values() for name in names]

    assert sorted(FILES) == sorted(set(named))
    assert len(named) == len(set(named))


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_weaker_rule_stands_beside_ours(name):
    """In words, and as something that the file runs and asserts."""
    source = FILES[name].read_text("utf-8")

    assert "weaker rule" in source.lower()
    assert re.search(r"^\s+assert ", source, re.MULTILINE)


@pytest.mark.parametrize("name", sorted(FILES))
def test_the_security_model_names_each_file(name):
    """With what remains; the name is written as the file's."""
    model = (ROOT / "docs" / "security-model.md").read_text("utf-8")

    assert f"`{name}`" in model
