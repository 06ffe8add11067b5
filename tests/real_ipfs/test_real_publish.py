"""Publishing to a real Kubo: read back elsewhere, lied to, and killed in the middle."""

from __future__ import annotations

import json
import warnings

import pytest

from mint.adapters.kubo_writer import KuboWriter, multiaddr_of
from mint.carry import carry_out, no_readback
from mint.content_audit import Auditor, audit_names
from mint.content_backup import back_up, restore
from mint.content_copies import CopySettings, close_copies, open_copies
from mint.dispatch import Store
from mint.errors import PublishError
from mint.outbox import State
from mint.publish import publish_blocks
from tests.engines import engine
from tests.fakes.content import some_content
from tests.fakes.desk import some_dispatch, some_intent
from tests.fakes.ledger import FakeLedger
from tests.fakes.store import MemoryStore
from tests.fakes.tampering_proxy import Tampering, tampering_proxy
from tests.real_ipfs.kubo_process import RealKubo
from verifier.adapters.block_http import Timeouts
from verifier.adapters.gateway_store import GatewayStore
from verifier.adapters.kubo_store import KuboStore
from verifier.errors import ContentUnavailableError

pytestmark = pytest.mark.process
CONTENT = some_content()
LIMIT = 2**21
LIES = [lie for lie in Tampering if lie is not Tampering.NONE]


@pytest.fixture
def copies(kubo, tmp_path):
    """The house's file, the node, and the node's gateway as a third, that is only read."""
    stores = open_copies(tmp_path / "blocks.sqlite3", CopySettings(nodes=(kubo.api,), gateways=(kubo.gateway,)))
    yield stores
    close_copies(stores)
    kubo.empty()


def test_a_batch_is_published_pinned_and_read_back_through_the_gateway(kubo, copies):
    """Every block in every copy; the node keeps the batch through a collection of its garbage."""
    publish_blocks(copies, list(CONTENT.blocks.items()), CONTENT.batch)
    kubo.ask("repo/gc")
    audit = audit_names(CONTENT.names[:1], Auditor(copies))

    assert str(CONTENT.batch) in json.loads(kubo.ask("pin/ls", type="recursive"))["Keys"]
    assert audit.lost == 0
    held = {cid for cid, _, _ in audit.faults}
    assert CONTENT.batch not in held


def test_steps_are_pinned_each_by_itself(kubo, copies, tmp_path):
    """Nothing stands above a step's document: unpinned, the next collection would take it."""
    dispatch = some_dispatch(tmp_path)
    dispatch.stores = copies
    dispatch.outbox.plan([some_intent(drafts=[(cid, CONTENT.blocks[cid]) for cid in CONTENT.steps])])
    carry_out(dispatch, "job", no_readback)
    kubo.ask("repo/gc")
    store = KuboStore(kubo.api)

    assert all(CONTENT.blocks[cid] == store.get(cid, size_max_bytes=LIMIT) for cid in CONTENT.steps)
    store.close()


@pytest.mark.parametrize("lie", LIES)
def test_a_lying_proxy_before_the_real_gateway_gives_no_block(kubo, copies, lie):
    """Cut, flipped, exchanged or swollen: unavailable, never other bytes."""
    publish_blocks(copies, list(CONTENT.blocks.items()))
    with tampering_proxy(kubo.gateway) as proxy:
        store = GatewayStore([proxy.url], Timeouts(1, 2, 4))
        proxy.tampering = lie
        for cid in CONTENT.blocks:
            with pytest.raises(ContentUnavailableError):
                store.get(cid, size_max_bytes=LIMIT)
        store.close()


@pytest.mark.parametrize("lie", LIES)
def test_a_lying_proxy_before_the_real_node_gives_no_block(kubo, copies, lie):
    """The same through the RPC."""
    publish_blocks(copies, list(CONTENT.blocks.items()))
    with tampering_proxy(kubo.api) as proxy:
        store = KuboStore(proxy.url, timeouts=Timeouts(1, 2, 4))
        proxy.tampering = lie
        for cid in list(CONTENT.blocks)[:3]:
            with pytest.raises(ContentUnavailableError):
                store.get(cid, size_max_bytes=LIMIT)
        store.close()


def test_nothing_is_recorded_before_every_copy_gives_it_back(kubo, tmp_path):
    """The gateway that must have the document serves other bytes: the intent stays planned, nothing is sent."""
    ledger = FakeLedger()
    dispatch = some_dispatch(tmp_path, ledger=ledger)
    with tampering_proxy(kubo.gateway) as proxy:
        dispatch.stores = open_copies(tmp_path / "b.sqlite3", CopySettings(nodes=(kubo.api,), gateways=(proxy.url,)))
        dispatch.outbox.plan([some_intent()])
        proxy.tampering = Tampering.FLIP
        with pytest.raises(PublishError, match="nothing was sent"):
            carry_out(dispatch, "job", no_readback)
        assert (ledger.sent, dispatch.outbox.of_job("job")[0].state) == ([], State.PLANNED)
        proxy.tampering = Tampering.NONE
        carry_out(dispatch, "job", no_readback)
        close_copies(dispatch.stores)

    assert (len(ledger.sent), dispatch.outbox.of_job("job")[0].state) == (1, State.CONFIRMED)
    kubo.empty()


class KilledAfter:
    """A writer whose node is killed once it has taken so many calls."""

    def __init__(self, kubo: RealKubo, calls: int) -> None:
        self._writer, self._kubo, self._left = KuboWriter(kubo.api), kubo, calls

    def put_many(self, blocks):
        self._burn()
        self._writer.put_many(blocks)

    def pin(self, root):
        self._burn()
        self._writer.pin(root)

    def _burn(self):
        self._left -= 1
        if self._left == 0:
            self._kubo.kill()


@pytest.fixture(scope="module")
def own_kubo(tmp_path_factory):
    """A node that may be killed."""
    node = RealKubo(engine("ipfs"), tmp_path_factory.mktemp("killed"))
    node.start()
    yield node
    node.stop()


@pytest.mark.parametrize("calls", [1, 2, 3, 5])
def test_a_node_killed_in_the_middle_of_publishing_is_gone_on_with(own_kubo, tmp_path, calls):
    """Killed before its first block, before a pin, between documents: three intents are published and sent once."""
    ledger = FakeLedger()
    dispatch = some_dispatch(tmp_path, ledger=ledger)
    address = own_kubo.multiaddr()
    memory = MemoryStore()
    house = Store(memory, memory, "house")
    names = [f"{calls}-{name}" for name in ("one", "two", "three")]
    dispatch.outbox.plan([some_intent(name) for name in names])
    dispatch.stores = (house, Store(KilledAfter(own_kubo, calls), KuboStore(own_kubo.api), "kubo"))
    with pytest.raises(PublishError):
        carry_out(dispatch, "job", no_readback)
    assert ledger.sent == []
    own_kubo.start(address)
    dispatch.stores = (house, Store(KuboWriter(own_kubo.api), KuboStore(own_kubo.api), "kubo"))
    intents = carry_out(dispatch, "job", no_readback)

    assert [intent.state for intent in intents] == [State.CONFIRMED] * 3
    assert len(ledger.sent) == len(set(ledger.sent)) == 3
    store = KuboStore(own_kubo.api)
    for name in names:
        for cid, document in some_intent(name).drafts:
            assert document == store.get(cid, size_max_bytes=LIMIT)
    store.close()
    close_copies(dispatch.stores[1:])


def test_a_node_as_it_is_installed_is_not_repaired_and_one_as_we_advise_is(tmp_path):
    """It remembers which blocks it has and writes none of them again; the audit does not take its word for it."""
    kubo = RealKubo(engine("ipfs"), tmp_path / "kubo", as_advised=False)
    kubo.start()
    copies = open_copies(tmp_path / "blocks.sqlite3", CopySettings(nodes=(kubo.api,)))
    publish_blocks(copies, list(CONTENT.blocks.items()), CONTENT.batch)
    file = kubo.block_file(CONTENT.steps[0])
    file.chmod(0o600)
    file.write_bytes(b"rot")
    stubborn = audit_names(CONTENT.names, Auditor(copies, repair=True))
    address = kubo.multiaddr()
    kubo.stop()
    kubo.run("config", "--json", "Datastore.BlockKeyCacheSize", "0")
    kubo.start(address)
    repaired = audit_names(CONTENT.names, Auditor(copies, repair=True))
    close_copies(copies)
    kubo.stop()

    assert (stubborn.copies_verified_min, stubborn.bad) == (1, 1)
    assert (repaired.copies_verified_min, repaired.bad, repaired.copies[1].repaired) == (2, 0, 1)


def test_a_backup_is_restored_into_an_empty_node(kubo, tmp_path):
    """And `ipfs dag import` of the same file gives the same root, pinned."""
    memory = MemoryStore(CONTENT.blocks.items())
    report = back_up(CONTENT.names, memory, tmp_path / "content.car")
    kubo.empty()
    (into,) = open_copies(tmp_path / "b.sqlite3", CopySettings(nodes=(kubo.api,)))[1:]
    restored = restore(tmp_path / "content.car", into)
    audit = audit_names(CONTENT.names, Auditor([into]))
    close_copies([into])
    kubo.empty()
    said = kubo.run("dag", "import", str(tmp_path / "content.car"))

    assert (report.blocks, report.root) == (restored.written, restored.root)
    assert (audit.bad, audit.is_away) == (0, False)
    assert str(report.root) in said
    kubo.empty()


def test_the_clients_own_connect_warns_of_every_node_of_today_and_ours_does_not(kubo):
    """`connect()` asks for the version and warns, as it knows none after 0.7; the adapter never asks."""
    import ipfshttpclient

    with pytest.warns(ipfshttpclient.exceptions.VersionMismatch):
        ipfshttpclient.connect(multiaddr_of(kubo.api)).close()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        writer = KuboWriter(kubo.api)
        writer.put_many(list(CONTENT.blocks.items()))
        writer.close()
    kubo.empty()
