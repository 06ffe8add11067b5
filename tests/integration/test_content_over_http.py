"""Nodes and gateways that fail, lie, stall and send elsewhere: never a wrong block, a hang or a lost write."""

from __future__ import annotations

import random

import pytest

from mint.adapters.kubo_writer import KuboWriter, multiaddr_of
from mint.content_ports import StoreWriteError
from provenance_schemas.content_id import DAG_PB, ContentId
from tests.fakes.kubo import Fault, running_kubo
from verifier.adapters.block_http import Timeouts
from verifier.adapters.gateway_store import GATEWAYS_MAX, GatewayStore, http_base
from verifier.adapters.kubo_store import KuboStore
from verifier.errors import ContentUnavailableError

HASTY = Timeouts(connect_s=1, read_s=0.2, total_s=10)
BUSY = Timeouts(connect_s=1, read_s=0.5, total_s=0.5)
READ_FAULTS = [fault for fault in Fault if fault not in {Fault.NONE, Fault.LOSE, Fault.TRICKLE}]
WRITE_FAULTS = [Fault.REFUSE, Fault.FORBID, Fault.HANG_UP, Fault.CUT, Fault.CUT_LENGTH, Fault.CORRUPT, Fault.REDIRECT]


def blocks_of(*sizes: int) -> list[tuple[ContentId, bytes]]:
    blocks = [random.Random(size).randbytes(size) for size in sizes]
    return [(ContentId.of(block), block) for block in blocks]


@pytest.fixture
def node():
    with running_kubo() as node:
        yield node


@pytest.fixture
def writer(node):
    writer = KuboWriter(node.url)
    yield writer
    writer.close()


@pytest.mark.parametrize("fault", READ_FAULTS)
def test_a_failing_node_gives_no_block(node, writer, fault):
    """Each way to fail is unavailability, a read cut short under status 200 included."""
    [(cid, block)] = blocks_of(9000)
    writer.put_many([(cid, block)])
    node.fault = fault
    store = KuboStore(node.url, timeouts=HASTY)

    with pytest.raises(ContentUnavailableError):
        store.get(cid, size_max_bytes=10_000)
    store.close()


@pytest.mark.parametrize("fault", READ_FAULTS)
def test_a_failing_gateway_gives_no_block_and_the_next_is_asked(node, writer, fault):
    """Alone it is unavailability; with a good gateway behind it, nobody notices."""
    [(cid, block)] = blocks_of(9000)
    node.fault = fault
    node.blocks[cid.digest] = block
    alone = GatewayStore([node.url], HASTY)
    with running_kubo() as good:
        good.blocks[cid.digest] = block
        node.elsewhere = good.url
        both = GatewayStore([node.url, good.url], HASTY)

        with pytest.raises(ContentUnavailableError):
            alone.get(cid, size_max_bytes=10_000)
        assert block == both.get(cid, size_max_bytes=10_000)
        alone.close()
        both.close()


def test_a_body_that_trickles_is_given_up_in_the_end(node):
    """Each part comes in time; the whole does not, though it would be right."""
    [(cid, block)] = blocks_of(9000)
    node.blocks[cid.digest] = block
    node.fault = Fault.TRICKLE
    store = GatewayStore([node.url], BUSY)

    with pytest.raises(ContentUnavailableError, match="not whole"):
        store.get(cid, size_max_bytes=10_000)
    store.close()


def test_a_node_that_is_down_is_unavailable():
    """Nothing listens at that address."""
    with running_kubo() as node:
        url = node.url
    [(cid, block)] = blocks_of(10)

    with pytest.raises(ContentUnavailableError):
        KuboStore(url).get(cid, size_max_bytes=100)
    with pytest.raises(StoreWriteError):
        KuboWriter(url).put_many([(cid, block)])


def test_a_connection_is_used_again_after_a_whole_answer_and_not_after_a_broken_one(node, writer):
    """What is left unread of one answer must not be read as the next."""
    pairs = blocks_of(2000, 3000)
    writer.put_many(pairs)
    before = node.connections
    store = KuboStore(node.url)
    for cid, _ in pairs * 3:
        store.get(cid, size_max_bytes=5000)
    kept_alive = node.connections - before
    with pytest.raises(ContentUnavailableError):
        store.get(pairs[1][0], size_max_bytes=10)

    assert pairs[0][1] == store.get(pairs[0][0], size_max_bytes=5000)
    assert (kept_alive, node.connections - before) == (1, 2)
    store.close()


@pytest.mark.parametrize("fault", WRITE_FAULTS)
@pytest.mark.parametrize("count", [1, 3])
def test_a_failing_node_never_acknowledges_a_write(node, writer, fault, count):
    """One block goes by block/put, several by dag/import: both notice."""
    node.fault = fault

    with pytest.raises(StoreWriteError):
        writer.put_many(blocks_of(100, 200, 300)[:count])


def test_a_node_that_keeps_half_an_import_is_caught_by_its_own_count(node, writer):
    """The answer is well formed, its number is not ours."""
    node.fault = Fault.LOSE

    with pytest.raises(StoreWriteError, match="kept 2 of 4"):
        writer.put_many(blocks_of(1, 2, 3, 4))


@pytest.mark.parametrize("fault", [Fault.REFUSE, Fault.HANG_UP, Fault.CUT])
def test_a_failing_node_never_acknowledges_a_pin(node, writer, fault):
    """A pin that was not confirmed is not a pin."""
    [(cid, block)] = blocks_of(10)
    writer.put_many([(cid, block)])
    node.fault = fault

    with pytest.raises(StoreWriteError):
        writer.pin(cid)


def test_large_batches_are_split_and_add_is_never_called(node, writer):
    """Twenty mebibytes go up in CARs of eight; `add` would build other ids."""
    pairs = blocks_of(*(1024 * 1024 - index for index in range(20)))
    writer.put_many(pairs)
    commands = [call.partition("?")[0] for call in node.calls]

    assert {cid.digest for cid, _ in pairs} == set(node.blocks)
    assert commands == ["/api/v0/dag/import"] * 3


def test_a_single_block_keeps_its_codec(node, writer):
    """Kubo names a block by the codec it is told; the default would be another id."""
    block = bytes.fromhex("0a020801")
    writer.put_many([(ContentId.of(block, DAG_PB), block)])

    assert "cid-codec=dag-pb" in node.calls[0]


def test_a_token_is_sent_as_a_bearer(node):
    """Kubo's `API.Authorizations` ask for it."""
    store = KuboStore(node.url, token="t0ken")

    assert store._headers == {"Authorization": "Bearer t0ken"}


@pytest.mark.parametrize(
    ("url", "multiaddr"),
    [
        ("http://127.0.0.1:5001", "/ip4/127.0.0.1/tcp/5001/http"),
        ("http://[::1]:5001/", "/ip6/::1/tcp/5001/http"),
        ("https://kubo.example", "/dns/kubo.example/tcp/443/https"),
    ],
)
def test_a_node_is_named_by_its_url(url, multiaddr):
    """Settings hold URLs; the client wants multiaddresses."""
    assert multiaddr == multiaddr_of(url)


@pytest.mark.parametrize("url", ["127.0.0.1:5001", "ftp://x", "http://", "http://x/?a=b", "file:///etc/passwd"])
def test_what_is_not_a_base_url_is_refused_when_built(url):
    """A mistyped setting is found at the start, not at the first scan."""
    with pytest.raises(ValueError, match="base URL"):
        http_base(url)
    with pytest.raises(ValueError, match="base URL"):
        multiaddr_of(url)


@pytest.mark.parametrize("count", [0, GATEWAYS_MAX + 1])
def test_the_number_of_gateways_is_bounded(count):
    """Each one may cost its whole timeout."""
    with pytest.raises(ValueError, match="gateways"):
        GatewayStore(["http://127.0.0.1"] * count)
