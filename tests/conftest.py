"""What many tests share: each of them on both engines that the house can run on."""

from __future__ import annotations

import os

import pytest

from tests.fakes.database import ENGINES, databases_on


@pytest.fixture(params=ENGINES)
def each_engine(request):
    """Run a test on SQLite and on a real PostgreSQL: every database that it makes is of that engine."""
    with databases_on(request.param):
        yield request.param


@pytest.fixture(scope="session", autouse=True)
def remember_nothing():
    """Commands of the tests remember no chain in the tester's own folders, nor one test's for the next."""
    os.environ.setdefault("ASSAY_STATE", "off")
