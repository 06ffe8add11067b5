"""The content store suite on every adapter and on the fake."""

from __future__ import annotations

import threading

import pytest
from flask import Flask
from werkzeug.serving import make_server

from mint.adapters.kubo_writer import KuboWriter
from mint.adapters.sql_blocks import SqlBlocks
from tests.fakes.database import raw_connection, some_place
from tests.fakes.kubo import running_kubo
from tests.fakes.store import MemoryStore
from tests.suites.content_store import ContentStoreSuite, World
from verifier.adapters.cached_store import CachedStore, FirstOfStores
from verifier.adapters.gateway_store import GatewayStore
from verifier.adapters.kubo_store import KuboStore
from verifier.adapters.sql_store import SqlStore
from web.gateway.blueprint import make_gateway_blueprint


def flipped(block: bytes) -> bytes:
    return bytes([block[0] ^ 1]) + block[1:]


def memory_world() -> World:
    memory = MemoryStore()

    def damage(cid):
        memory.blocks[cid.digest] = flipped(memory.blocks[cid.digest])

    return World(memory, memory, damage, lambda cid: memory.blocks.pop(cid.digest))


class TestMemory(ContentStoreSuite):
    @pytest.fixture
    def world(self):
        return memory_world()


class TestCachedAndFirstOf(ContentStoreSuite):
    """Behind a cache too small for one block, and behind a store that has nothing."""

    @pytest.fixture
    def world(self):
        world = memory_world()
        return World(
            FirstOfStores([MemoryStore(), CachedStore(world.store, size_max_bytes=250)]),
            world.writer,
            world.damage,
            world.lose,
        )


class TestSql(ContentStoreSuite):
    """A SQLite file, and a schema of a real PostgreSQL."""

    @pytest.fixture
    def world(self, tmp_path, each_engine):
        place = some_place(tmp_path / "blocks" / "blocks.db")
        writer, store = SqlBlocks(place), SqlStore(place)

        def run(statement, *values):
            with raw_connection(place) as connection:
                connection.execute(statement, values)

        def damage(cid):
            block = flipped(store.get(cid, size_max_bytes=2**21))
            run("UPDATE block SET content = ? WHERE digest = ?", block, cid.digest)

        yield World(store, writer, damage, lambda cid: run("DELETE FROM block WHERE digest = ?", cid.digest))
        store.close()
        writer.close()


class TestKubo(ContentStoreSuite):
    @pytest.fixture
    def world(self):
        with running_kubo() as node:
            writer, store = KuboWriter(node.url), KuboStore(node.url)

            def damage(cid):
                node.blocks[cid.digest] = flipped(node.blocks[cid.digest])

            yield World(store, writer, damage, lambda cid: node.blocks.pop(cid.digest))
            store.close()
            writer.close()


class TestGateway(ContentStoreSuite):
    """Our reader of gateways, over real HTTP, on our own gateway."""

    @pytest.fixture
    def world(self):
        world = memory_world()
        app = Flask(__name__)
        app.register_blueprint(make_gateway_blueprint(world.store))
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        store = GatewayStore([f"http://127.0.0.1:{server.server_port}"])
        yield World(store, world.writer, world.damage, world.lose)
        store.close()
        server.shutdown()
        server.server_close()
        thread.join()
