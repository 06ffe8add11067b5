"""What the node accepts, and what it keeps."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from pathlib import Path

import pytest

from mint.localnet.errors import RefusedError
from mint.localnet.limits import NONCE_AHEAD_MAX, TX_GAS_MAX, TX_SIZE_MAX_BYTES
from mint.localnet.pool import Pool
from mint.localnet.state import Account
from mint.localnet.transactions import decode_transaction
from tests.unit.mint.localnet.contracts import STORE_INIT
from tests.unit.mint.localnet.support import CHAIN_ID, ETHER, GWEI, START_S, Chain, RpcAnswerError, Sender


def pending(chain: Chain) -> int:
    with chain.database.reading() as connection:
        return connection.execute("SELECT count(*) FROM pending").fetchone()[0]


REFUSED = {
    "wrong chain": ({"chainId": 1}, "invalid chain id for signer: have 1 want 31337"),
    "unprotected": ({"chainId": None, "gasPrice": GWEI}, "only replay-protected"),
    "no gas": ({"gas": 20_999}, "intrinsic gas too low: gas 20999, minimum needed 21000"),
    "data floor": ({"gas": 30_000, "data": b"\1" * 300}, "minimum needed 33000"),
    "over the gas cap": ({"gas": TX_GAS_MAX + 1}, "transaction gas limit too high"),
    "tip over fee": ({"maxPriorityFeePerGas": 5 * GWEI}, "max priority fee per gas higher"),
    "too much init code": ({"to": None, "gas": 9_000_000, "data": b"\0" * 49_153}, "max initcode size exceeded"),
    "oversized": ({"gas": 9_000_000, "data": b"\0" * TX_SIZE_MAX_BYTES}, "oversized data"),
    "poor": ({"value": 1_000 * ETHER}, "insufficient funds for gas * price + value"),
    "far nonce": ({"nonce": NONCE_AHEAD_MAX}, "nonce too high"),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_a_transaction_that_breaks_one_rule_is_refused_and_not_kept(chain, alice, fault):
    """Each rule on its own, with an otherwise good transaction."""
    fields, message = REFUSED[fault]

    with pytest.raises(RpcAnswerError, match=re.escape(message)) as refused:
        chain.send(alice.sign(**fields))

    assert refused.value.code == -32000
    assert 0 == pending(chain) == len(chain.pool)


@pytest.mark.parametrize(
    "edge", [{"gas": TX_GAS_MAX}, {"nonce": NONCE_AHEAD_MAX - 1}, {"gas": 33_000, "data": b"\1" * 300}]
)
def test_the_last_allowed_value_is_accepted(chain, alice, edge):
    """The other side of three edges above."""
    chain.send(alice.sign(**edge))

    assert pending(chain) == 1


@pytest.mark.parametrize("raw", [b"", b"\x02", b"\x03\xc0", b"\x04\xc0", b"\x7f", b"\xc0", b"\xff" * 40])
def test_bytes_that_are_no_transaction_we_take_are_refused(chain, raw):
    """Noise, and the blob and delegation types, get an error and no crash."""
    with pytest.raises(RpcAnswerError) as refused:
        chain.send(raw)

    assert refused.value.code == -32000


def test_every_flipped_byte_of_a_signed_transaction_is_refused_or_from_somebody_else(chain, alice):
    """A signature covers all of it: no change leaves alice the sender."""
    raw = alice.sign()

    for position in range(len(raw)):
        changed = raw[:position] + bytes([raw[position] ^ 1]) + raw[position + 1 :]
        with contextlib.suppress(RefusedError):
            assert decode_transaction(changed, CHAIN_ID).sender != alice.raw


def test_a_high_signature_is_refused(alice):
    """The mirrored signature would give one transaction two hashes."""
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    signed = decode_transaction(alice.sign(gasPrice=GWEI), CHAIN_ID)
    other_v = 2 * (35 + 2 * CHAIN_ID) + 1 - signed.body.v
    high = signed.body.copy(s=order - signed.body.s, v=other_v)

    with pytest.raises(RefusedError, match="lower half"):
        decode_transaction(high.encode(), CHAIN_ID)


@pytest.mark.parametrize("fields", [{"gasPrice": 2 * GWEI}, {"type": 1, "gasPrice": 2 * GWEI, "accessList": []}, {}])
def test_each_type_is_sealed_and_shown(chain, alice, fields):
    """Legacy, access-list and dynamic-fee transactions."""
    tx_hash = chain.send(alice.sign(**fields))
    chain.seal()

    assert chain.ask("eth_getTransactionReceipt", tx_hash)["status"] == "0x1"
    assert hex(fields.get("type", 0 if fields else 2)) == chain.ask("eth_getTransactionByHash", tx_hash)["type"]


def test_a_known_transaction_is_refused_as_already_known(chain, alice):
    """Waiting or sealed: who sends again after a lost answer learns that it is safe."""
    raw = alice.sign()
    chain.send(raw)
    with pytest.raises(RpcAnswerError, match=r"^already known$"):
        chain.send(raw)
    chain.seal()

    with pytest.raises(RpcAnswerError, match=r"^already known$"):
        chain.send(raw)


def test_a_used_nonce_is_too_low(chain, alice):
    """Another transaction with a sealed nonce can never be sealed."""
    chain.send(alice.sign())
    chain.seal()

    with pytest.raises(RpcAnswerError, match="nonce too low: next nonce 1, tx nonce 0"):
        chain.send(alice.sign(nonce=0, value=2))


def test_a_gap_waits_and_is_not_counted_as_pending(chain, alice):
    """Only what can be sealed in a row moves the pending nonce."""
    chain.send(alice.sign(nonce=0))
    chain.send(alice.sign(nonce=2))
    assert chain.ask("eth_getTransactionCount", alice.address, "pending") == "0x1"
    assert chain.ask("eth_getTransactionCount", alice.address, "latest") == "0x0"

    assert len(chain.seal().transactions) == 1
    chain.send(alice.sign(nonce=1))
    assert chain.ask("eth_getTransactionCount", alice.address, "pending") == "0x3"
    assert [one.transaction.nonce for one in chain.seal().transactions] == [1, 2]


def test_a_block_between_account_and_queue_does_not_move_the_pending_nonce_back(chain, alice):
    """The block is sealed at the worst moment: the count never falls, or a nonce would be used twice."""
    for _ in range(3):
        chain.send(alice.sign())
    next_nonce = chain.pool.next_nonce

    def sealed_before(sender, account_nonce):
        chain.seal()
        return next_nonce(sender, account_nonce)

    chain.pool.next_nonce = sealed_before

    assert chain.ask("eth_getTransactionCount", alice.address, "pending") == "0x3"


@pytest.mark.parametrize(("fee", "tip"), [(4.4, 1.09), (4.39, 1.1), (4, 1)])
def test_a_replacement_under_ten_percent_is_underpriced(chain, alice, fee, tip):
    """Both fee and tip must rise by a tenth, as on other nodes."""
    chain.send(alice.sign(nonce=0))
    raw = alice.sign(nonce=0, value=2, maxFeePerGas=int(fee * GWEI), maxPriorityFeePerGas=int(tip * GWEI))

    with pytest.raises(RpcAnswerError, match=r"^replacement transaction underpriced"):
        chain.send(raw)
    assert pending(chain) == 1


def test_a_replacement_takes_the_place_and_the_reason_is_kept(chain, alice):
    """Ten percent more is enough; the first one is never sealed."""
    first = chain.send(alice.sign(nonce=0))
    second = chain.send(alice.sign(nonce=0, maxFeePerGas=4_400_000_000, maxPriorityFeePerGas=1_100_000_000))

    block = chain.seal()

    assert [second] == ["0x" + one.transaction.hash.hex() for one in block.transactions]
    assert None is chain.ask("eth_getTransactionByHash", first)
    assert f"replaced by {second}" == chain.ask("localnet_dropReason", first)
    assert None is chain.ask("localnet_dropReason", second)


def test_a_transaction_being_sealed_cannot_be_replaced(chain, alice):
    """Otherwise both could be acknowledged, and one of them lost."""
    chain.send(alice.sign(nonce=0))
    with chain.database.lock:
        offered = list(chain.pool.executable(lambda _: 0, 1))
    chain.pool.begin_block(offered)

    with pytest.raises(RpcAnswerError, match="nonce too low: nonce 0 is being sealed"):
        chain.send(alice.sign(nonce=0, maxFeePerGas=9 * GWEI, maxPriorityFeePerGas=9 * GWEI))


def test_queued_transactions_must_be_affordable_together(chain, alice):
    """Two that each could be paid, but not both, do not both get a promise."""
    chain.send(alice.sign(value=600 * ETHER))

    with pytest.raises(RpcAnswerError, match="insufficient funds"):
        chain.send(alice.sign(value=600 * ETHER))


def test_a_contract_cannot_be_a_sender(alice, tmp_path):
    """EIP-3607: a key that collides with a contract's address gets nothing."""
    chain = Chain(tmp_path)
    account = Account(balance=ETHER, code_hash=b"\1" * 32)

    with pytest.raises(RefusedError, match="sender not an eoa"):
        chain.pool.accept(decode_transaction(alice.sign(), CHAIN_ID), account, START_S)
    chain.close()


@pytest.mark.parametrize("limits", [{"txs_max": 1}, {"size_max_bytes": 150}])
def test_a_full_pool_refuses_new_ones_but_allows_replacing(tmp_path, limits):
    """The pool is bounded in number and in bytes."""
    chain, alice = Chain(tmp_path), Sender()
    pool, rich = Pool(chain.database, **limits), Account(balance=ETHER)
    pool.accept(decode_transaction(alice.sign(), CHAIN_ID), rich, START_S)

    with pytest.raises(RefusedError, match="txpool is full: 1 transactions"):
        pool.accept(decode_transaction(alice.sign(), CHAIN_ID), rich, START_S)
    dearer = alice.sign(nonce=0, maxFeePerGas=5 * GWEI, maxPriorityFeePerGas=2 * GWEI)
    pool.accept(decode_transaction(dearer, CHAIN_ID), rich, START_S)
    assert len(pool) == 1
    chain.close()


def test_accepted_transactions_are_there_after_reopening(tmp_path: Path, alice):
    """Memory is only a mirror: a new process finds the same pool in the same order."""
    chain = Chain(tmp_path, alice)
    hashes = [chain.send(alice.sign()) for _ in range(3)]
    chain.database.close()

    again = Chain(tmp_path)
    block = again.seal()

    assert hashes == ["0x" + one.transaction.hash.hex() for one in block.transactions]
    assert 0 == len(again.pool) == pending(again)
    again.close()


def send_many(chain: Chain, sender: Sender) -> None:
    for _ in range(20):
        chain.send(sender.sign(to=None, gas=1_000_000, data=STORE_INIT + b"\0" * 20_000))


def test_a_full_disk_acknowledges_nothing(chain, alice):
    """SQLite's own page limit stands in for the disk's end."""
    kept = chain.send(alice.sign())
    with chain.database.lock:
        chain.database._writer.execute("PRAGMA max_page_count=1")
        with pytest.raises(RpcAnswerError, match="not accepted, the disk refused it: database or disk is full"):
            send_many(chain, alice)
        accepted = pending(chain)
        chain.database._writer.execute("PRAGMA max_page_count=1000000")

    assert accepted == len(chain.pool) == pending(chain)
    assert kept == chain.ask("eth_getTransactionByHash", kept)["hash"]
    assert accepted == len(chain.seal().transactions)


def test_a_failed_write_leaves_no_transaction_open(chain):
    """What raises inside is undone, and the next write works."""
    with pytest.raises(sqlite3.IntegrityError), chain.database.writing() as connection:
        connection.executemany("INSERT INTO meta(key, value) VALUES('a', ?)", [("b",), ("c",)])

    with chain.database.writing() as connection:
        assert None is connection.execute("SELECT value FROM meta WHERE key='a'").fetchone()
