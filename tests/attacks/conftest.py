"""Every node and gateway of an attack ends with its test."""

from collections.abc import Iterator

import pytest

from tests.attacks.mount import closing_worlds


@pytest.fixture(autouse=True)
def _worlds_are_closed() -> Iterator[None]:
    with closing_worlds():
        yield
