"""One real Kubo node for the tests of this folder that do not harm it."""

import pytest

from tests.engines import engine
from tests.real_ipfs.kubo_process import running


@pytest.fixture(scope="session")
def kubo(tmp_path_factory):
    with running(engine("ipfs"), tmp_path_factory.mktemp("kubo")) as node:
        yield node
