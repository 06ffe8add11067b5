"""The real engines that suites run on: found, or skipped; with CI=true a missing one is a failure."""

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

from tools.get_engines import ENGINES, engine_path

POSTGRES_FOLDERS = ("/usr/lib/postgresql",)


def engine(name: str) -> Path:
    """Give the path of a program: $ASSAY_<NAME>, one built by `make engines`, or one on the PATH.

    Skips the test where there is none; fails it when CI=true.
    """
    named = os.environ.get(f"ASSAY_{name.upper().replace('-', '_')}")
    if named:
        return Path(named)
    if name in ENGINES and engine_path(name).exists():
        return engine_path(name)
    if found := shutil.which(name):
        return Path(found)
    for folder in POSTGRES_FOLDERS:  # Debian keeps a server's programs off the PATH
        for path in sorted(Path(folder).glob(f"*/bin/{name}"), reverse=True):
            return path
    return missing(name)


def missing(name: str) -> NoReturn:
    """Skip, or under CI fail, because a program is not there."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{name} is needed, and CI=true allows no skip: see .ci/run")
    pytest.skip(f"{name} is not installed")
