"""The write side on the real nodes: sent once, whatever the node says and whatever a reorganisation undoes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mint.adapters.keystore_signer import KeySigner
from mint.adapters.rpc_writer import RpcWriter
from mint.carry import carry_out, no_readback
from mint.confirm import await_final, await_mined
from mint.database import HouseDatabase
from mint.dispatch import Clock, Dispatch, Terms
from mint.errors import RefusedError
from mint.outbox import NewIntent, Outbox, State
from mint.ports import Transaction
from mint.submit import submit
from provenance_schemas.keccak import keccak256
from provenance_schemas.step_kinds import EntryKind
from tests.fakes.registry import GUARDIAN
from tests.fakes.world import WORKSHOP
from tests.real_nodes.mirrored import account_of, calldata
from verifier.adapters.registry_events import ENTRY_TOPICS
from verifier.adapters.rpc_logs import RpcLogs

pytestmark = pytest.mark.process


class Keys:
    """Two named keys that hold coins on every test chain."""

    def signer(self, name):
        return KeySigner(bytes(account_of({"house": WORKSHOP, "guardian": GUARDIAN}[name]).key))


class SealingTime:
    """A clock that moves when somebody waits; a block is sealed meanwhile, unless `instead` does something else."""

    def __init__(self, node):
        self.node = node
        self.s = 0.0
        self.instead = []

    def now_s(self):
        return self.s

    def pause(self, seconds):
        self.s += 16  # one more than after how long what a node has lost is sent again
        self.instead.pop(0)() if self.instead else self.node.mine()


@pytest.fixture
def time(node):
    return SealingTime(node)


@pytest.fixture
def dispatch(node, time, tmp_path):
    return Dispatch(
        Outbox(HouseDatabase(tmp_path / "house.sqlite3")),
        RpcWriter(node.url),
        Keys(),
        (),
        31337,
        terms=Terms(confirm_timeout_s=10_000),
        clock=Clock(time.now_s, time.pause),
    )


def some_step(world, name):
    """An intent that records one more step of the scarf."""
    document = keccak256(name.encode())
    data = calldata("ItemRegistry", "recordStep", world.scarf.token_id, int(EntryKind.SERVICED), document)
    return NewIntent(name, name, "step", "house", world.registry.contract, data)


def times_recorded(world, client, name):
    """Count the events on chain that carry a step's document."""
    logs = RpcLogs(client, world.brand.registry)
    found = logs.walk([list(ENTRY_TOPICS)], world.registry.deployed_block, world.registry.node.head, 1_000)
    return sum(keccak256(name.encode()).hex() in log["data"] for log in found)


def test_a_step_is_sent_mined_final_and_there_once(world, dispatch, client):
    """The way of every intent: estimated, signed, saved, sent, mined, and followed until its block is final."""
    dispatch.outbox.plan([some_step(world, "once")])
    (done,) = carry_out(dispatch, "once", no_readback)

    assert dispatch.ledger.final_number() >= done.block_number
    assert times_recorded(world, client, "once") == 1


def test_what_the_contract_refuses_is_named_before_anything_is_sent(world, dispatch):
    """Each node wraps the reason of a revert in its own way."""
    data = calldata("ItemRegistry", "recall", world.scarf.token_id, keccak256(b"why"))
    (intent,) = dispatch.outbox.plan([replace(some_step(world, "refused"), calldata=data)])
    with pytest.raises(RefusedError) as refusal:
        submit(dispatch, [intent])

    assert refusal.value.error == "AccessControlUnauthorizedAccount"
    assert dispatch.outbox.attempts(dispatch.outbox.get(intent.id)) == []


def test_the_same_bytes_handed_in_again_do_no_harm(world, dispatch, node):
    """While they wait, and after they were mined: the answer is that they are known, or that their nonce is used."""
    (intent,) = submit(dispatch, dispatch.outbox.plan([some_step(world, "again")]))
    raw = dispatch.outbox.attempts(intent)[-1].raw
    assert dispatch.ledger.send(raw) is False

    node.mine()
    assert dispatch.ledger.send(raw) is False
    assert await_mined(dispatch, [dispatch.outbox.get(intent.id)])[0].state is State.MINED


def test_a_replacement_that_offers_no_more_is_refused(world, dispatch, node):
    """Else a raised fee could be lost without a word."""
    (intent,) = submit(dispatch, dispatch.outbox.plan([some_step(world, "cheap")]))
    first = dispatch.outbox.attempts(intent)[-1]
    fields = (31337, first.nonce, intent.target, intent.calldata, 0, 500_000, first.fee_max_wei, first.tip_wei)
    with pytest.raises(RefusedError, match=r"(?i)underpriced"):
        dispatch.ledger.send(dispatch.keys.signer("house").sign_transaction(Transaction(*fields)).raw)
    node.mine()


def test_a_transaction_that_a_reorganisation_undoes_is_sent_again_once(world, dispatch, node, time, client):
    """Sent, mined, its block replaced, the pool empty: the same bytes are mined in another block, and only there."""
    if not node.undoes:
        pytest.skip("no block is ever replaced")
    (intent,) = submit(dispatch, dispatch.outbox.plan([some_step(world, "undone")]))
    (mined,) = await_mined(dispatch, [intent])
    before = mined.block_hash
    time.instead = [lambda: node.rewind(mined.block_number - 1)]
    (final,) = await_final(dispatch, [mined])

    assert final.block_hash != before
    assert times_recorded(world, client, "undone") == 1
    assert len(dispatch.outbox.attempts(final)) == 1


def test_a_mined_step_is_not_final_before_its_block_is(world, dispatch, node):
    """Final is behind latest: the intent stays open in between, and is settled after."""
    (intent,) = submit(dispatch, dispatch.outbox.plan([some_step(world, "waits")]))
    (mined,) = await_mined(dispatch, [intent])
    behind = mined.block_number - dispatch.ledger.final_number()
    assert behind == node.final_lag

    (final,) = await_final(dispatch, [mined])
    assert dispatch.ledger.final_number() >= final.block_number
