"""The content store suite on a real Kubo: through its RPC, and read through its gateway."""

from __future__ import annotations

import pytest

from mint.adapters.kubo_writer import KuboWriter
from tests.suites.content_store import ContentStoreSuite, World
from verifier.adapters.gateway_store import GatewayStore
from verifier.adapters.kubo_store import KuboStore

pytestmark = pytest.mark.process


def real_world(kubo, store):
    writer = KuboWriter(kubo.api)

    def damage(cid):
        file = kubo.block_file(cid)
        block = bytearray(file.read_bytes())
        block[0] ^= 1
        file.chmod(0o600)
        file.write_bytes(bytes(block))

    yield World(store, writer, damage, lambda cid: kubo.ask("block/rm", arg=str(cid), force="true"))
    store.close()
    writer.close()
    kubo.empty()


class TestRealKubo(ContentStoreSuite):
    @pytest.fixture
    def world(self, kubo):
        yield from real_world(kubo, KuboStore(kubo.api))


class TestRealGateway(ContentStoreSuite):
    @pytest.fixture
    def world(self, kubo):
        yield from real_world(kubo, GatewayStore([kubo.gateway]))
