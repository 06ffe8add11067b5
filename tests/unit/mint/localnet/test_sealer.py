"""When blocks are sealed, and what they take."""

from __future__ import annotations

import sqlite3

import pytest

from mint.localnet.block_builder import BlockBuilder
from mint.localnet.limits import BLOCK_GAS, TX_GAS_MAX
from mint.localnet.sealer import Pace
from tests.unit.mint.localnet.contracts import STORE_INIT, store_call
from tests.unit.mint.localnet.support import GWEI, START_S, Chain

# parent's timestamp, when it was sealed, now, work -> seconds to wait
WAITS = [
    (100, 100.0, 100.0, True, 1.0),
    (100, 100.7, 101.2, True, 0.5),
    (100, 100.7, 101.7, True, 0.0),
    (100, 100.0, 500.0, True, 0.0),
    (100, 100.0, 159.5, False, 0.5),
    (100, 100.0, 160.0, False, 0.0),
    (100, 98.0, 98.5, True, 1.5),  # the clock was set back: the next timestamp is 101, and 100 is soon enough
    (100, 50.0, 99.9, True, 0.1),
]


@pytest.mark.parametrize(("parent", "sealed_at", "now", "work", "wait"), WAITS)
def test_a_block_is_due_a_second_after_the_last_or_a_minute_when_idle(parent, sealed_at, now, work, wait):
    """Both edges of both rules, and a clock that was set back."""
    found = Pace(1.0).wait_s(parent_timestamp_s=parent, sealed_at_s=sealed_at, now_s=now, work=work)

    assert wait == pytest.approx(found)


def test_timestamps_never_run_ahead_of_the_clock_by_more_than_a_block_time(chain, alice):
    """An hour of work in steps of 0.3 s: strictly rising, never ahead, never two in a second."""
    previous = chain.ledger.head.timestamp
    for _ in range(60):
        chain.send(alice.sign(maxFeePerGas=9 * GWEI))
        block = chain.seal(after_s=0.3)
        if block is not None:
            assert previous < block.header.timestamp <= chain.clock.now_s + 1
            previous = block.header.timestamp
    sealed = int(chain.ledger.head.block_number)

    assert sealed <= 60 * 0.3 + 1
    assert sealed >= 60 * 0.3 / 1.2 - 1


def test_an_idle_chain_takes_a_transaction_at_once_and_the_next_a_second_later(chain, alice):
    """No one waits for a block when the last one is old."""
    chain.clock.now_s += 30
    chain.send(alice.sign())
    assert len(chain.seal(after_s=0).transactions) == 1
    chain.send(alice.sign())

    assert None is chain.seal(after_s=0.9)
    assert len(chain.seal(after_s=0.1).transactions) == 1


def test_an_idle_chain_seals_an_empty_block_a_minute(chain):
    """Its head stays fresh for those who check its age."""
    assert None is chain.seal(after_s=59)
    block = chain.seal(after_s=1)

    assert block.transactions == ()
    assert block.header.timestamp == START_S + 60


def test_a_clock_set_back_stops_the_chain_rather_than_running_ahead(chain, alice):
    """Timestamps must rise, so the only honest answer is to wait for the clock."""
    chain.send(alice.sign())
    chain.seal(after_s=100)
    chain.clock.now_s -= 50
    chain.send(alice.sign())

    assert None is chain.seal(after_s=0)
    assert 50 - 1 <= chain.sealer.wait_s() <= 51


def test_two_senders_are_sealed_by_arrival_and_each_in_nonce_order(chain, alice, bob):
    """Nobody's queue starves another's."""
    order = [(alice, 1), (bob, 0), (alice, 0), (bob, 1)]
    for sender, nonce in order:
        chain.send(sender.sign(nonce=nonce))

    block = chain.seal()

    assert [(bob.raw, 0), (alice.raw, 0), (alice.raw, 1), (bob.raw, 1)] == [
        (one.transaction.sender, one.transaction.nonce) for one in block.transactions
    ]


def test_what_does_not_fit_a_block_goes_into_the_next(chain, alice, bob):
    """Gas limits count, not gas used; a small one of another sender still fits."""
    full = BLOCK_GAS // TX_GAS_MAX
    for _ in range(full + 1):
        chain.send(alice.sign(gas=TX_GAS_MAX))
    block = chain.seal()
    assert full <= len(block.transactions) <= full + 1  # what was used frees room for what follows

    assert full + 1 == len(block.transactions) + len(getattr(chain.seal(), "transactions", ()))


def test_a_builder_says_when_the_gas_is_used_up(chain, alice):
    """The limit is the header's: a transaction that could pass it does not fit."""
    header = chain.evm.child(chain.ledger.head, START_S + 1).copy(gas_limit=41_999)
    builder = BlockBuilder(chain.evm, header, ())
    chain.send(alice.sign())
    chain.send(alice.sign())
    first, second = chain.pool.executable(lambda _: 0, 1)
    builder.add(first)

    assert not builder.fits(second)


def test_a_block_stops_taking_when_its_time_is_used_up(chain, alice):
    """The clock here jumps 3 s with each look: one transaction a block, none lost."""
    for _ in range(3):
        chain.send(alice.sign())
    slow = iter(range(10**6))
    chain.sealer._clock = lambda: START_S + 3.0 * next(slow)

    blocks = [chain.sealer.seal_if_due() for _ in range(6)]

    assert sum(len(block.transactions) for block in blocks if block) == 3
    assert all(len(block.transactions) < 3 for block in blocks if block)


def test_a_transaction_that_fails_has_a_receipt_with_status_0(chain, alice):
    """It pays its gas, its nonce is used, and it leaves no log."""
    deployed = chain.send(alice.sign(to=None, gas=1_000_000, value=0, data=STORE_INIT))
    chain.seal()
    contract = chain.ask("eth_getTransactionReceipt", deployed)["contractAddress"]
    failed = chain.send(alice.sign(to=contract, gas=100_000, value=0, data=b"\0"))
    chain.seal()

    receipt = chain.ask("eth_getTransactionReceipt", failed)

    assert (receipt["status"], receipt["logs"]) == ("0x0", [])
    assert chain.ask("eth_getTransactionCount", alice.address, "latest") == "0x2"


def test_a_transaction_under_the_base_fee_waits_until_the_fee_falls(chain, alice):
    """Empty blocks lower the base fee by an eighth each."""
    chain.send(alice.sign(maxFeePerGas=GWEI // 2, maxPriorityFeePerGas=1))

    blocks = [chain.seal(after_s=60) for _ in range(8)]

    counts = [len(block.transactions) for block in blocks]
    assert counts[0] == 0
    assert sum(counts) == 1


def test_a_transaction_that_became_invalid_is_dropped_with_its_reason(chain, alice, bob):
    """The account was emptied behind the pool's back: the others are sealed, and the reason is kept."""
    poor = chain.send(alice.sign())
    fine = chain.send(bob.sign())
    run = chain.evm.run

    def emptied(state, transaction):
        state.set_balance(alice.raw, 0)
        return run(state, transaction)

    chain.evm.run = emptied
    block = chain.seal()

    assert [fine] == ["0x" + one.transaction.hash.hex() for one in block.transactions]
    assert "afford" in chain.ask("localnet_dropReason", poor)
    assert len(chain.pool) == 0


def test_a_fault_of_the_evm_on_one_transaction_does_not_stop_the_chain(chain, alice, bob):
    """A transaction that crashes the library is dropped; the rest is sealed."""
    crashing = chain.send(alice.sign(value=7))
    fine = chain.send(bob.sign())
    run = chain.evm.run

    def crash(state, transaction):
        outcome = run(state, transaction)
        if transaction.value == 7:
            raise ZeroDivisionError("a bug")
        return outcome

    chain.evm.run = crash
    block = chain.seal()

    assert [fine] == ["0x" + one.transaction.hash.hex() for one in block.transactions]
    assert chain.ask("localnet_dropReason", crashing) == "a bug"
    assert chain.ask("eth_getTransactionCount", alice.address, "latest") == "0x0"
    assert chain.ask("eth_getBalance", "0x" + "11" * 20, "latest") == "0x1"


def test_a_block_the_disk_refuses_is_undone_and_sealed_later(chain, alice):
    """Reads keep working meanwhile, and nothing of the block is visible."""
    deployed = chain.send(alice.sign(to=None, gas=1_000_000, value=0, data=STORE_INIT))
    chain.seal()
    contract = chain.ask("eth_getTransactionReceipt", deployed)["contractAddress"]
    hashes = [
        chain.send(alice.sign(to=contract, gas=100_000, value=0, data=store_call(slot, 5))) for slot in range(100)
    ]
    head = chain.ledger.head
    chain.database._writer.execute("PRAGMA max_page_count=1")

    with pytest.raises(sqlite3.OperationalError, match="full"):
        chain.seal()
    word = "0x" + (7).to_bytes(32).hex()
    assert head is chain.ledger.head
    assert chain.ask("eth_call", {"to": contract, "data": word}, "latest") == "0x" + "00" * 32
    assert None is chain.ask("eth_getTransactionReceipt", hashes[7])
    assert len(chain.pool) == 100
    chain.database._writer.execute("PRAGMA max_page_count=1000000")

    assert len(chain.seal().transactions) == 100
    assert "0x" + (5).to_bytes(32).hex() == chain.ask("eth_call", {"to": contract, "data": word}, "latest")


def test_a_dropped_list_is_bounded(chain, alice, monkeypatch):
    """The table forgets its oldest entries; the limit is lowered here to see it."""
    monkeypatch.setattr("mint.localnet.pool.DROPPED_KEPT_MAX", 2)
    hashes = [
        chain.send(alice.sign(nonce=0, maxFeePerGas=fee * GWEI, maxPriorityFeePerGas=fee * GWEI))
        for fee in (2, 4, 8, 16)
    ]

    kept = [chain.ask("localnet_dropReason", tx_hash) is not None for tx_hash in hashes]

    assert kept == [False, True, True, False]


def test_restarting_gives_the_same_head(tmp_path, alice):
    """Block 0 is made once."""
    chain = Chain(tmp_path, alice)
    chain.send(alice.sign())
    chain.seal()
    head = chain.ledger.head.hash
    chain.close()

    again = Chain(tmp_path)

    assert head == again.ledger.head.hash
    again.close()
