"""Blocks, receipts and logs as they are shown."""

from __future__ import annotations

import itertools

import pytest
import rlp

from mint.localnet.block_builder import trie_root
from mint.localnet.logs import LogFilter, find_logs
from provenance_schemas.keccak import keccak256
from tests.unit.mint.localnet.contracts import STORED_TOPIC, store_call
from tests.unit.mint.localnet.support import GWEI, Chain, RpcAnswerError, Sender

HEADER_FIELDS = """
    parentHash sha3Uncles miner stateRoot transactionsRoot receiptsRoot logsBloom difficulty number gasLimit gasUsed
    timestamp extraData mixHash nonce baseFeePerGas withdrawalsRoot blobGasUsed excessBlobGas parentBeaconBlockRoot
    requestsHash
"""
NUMBERS = {"difficulty", "number", "gasLimit", "gasUsed", "timestamp", "baseFeePerGas", "blobGasUsed", "excessBlobGas"}


def raw(shown: str, field: str = "") -> bytes:
    if field in NUMBERS:
        number = int(shown, 16)
        return number.to_bytes((number.bit_length() + 7) // 8)
    return bytes.fromhex(shown[2:])


@pytest.fixture
def busy(chain: Chain, alice: Sender, bob: Sender, store: str) -> str:
    """Blocks 2 to 4, each with four stored slots (two of alice, two of bob) and one failed transaction."""
    for block in range(3):
        for slot in range(2):
            for sender in (alice, bob):
                chain.send(sender.sign(to=store, gas=100_000, value=0, data=store_call(slot, block * 10 + slot)))
        chain.send(alice.sign(to=store, gas=100_000, value=0, data=b"\0", gasPrice=3 * GWEI))
        chain.seal()
    return store


def test_a_block_hash_is_the_hash_of_the_header_shown(chain, busy):
    """Whoever has the fields can check the hash, and with it the state root."""
    for number in range(5):
        block = chain.ask("eth_getBlockByNumber", hex(number), False)
        header = rlp.encode([raw(block[field], field) for field in HEADER_FIELDS.split()])
        assert block["hash"] == "0x" + keccak256(header).hex()
        assert block == chain.ask("eth_getBlockByHash", block["hash"], False)
        if number:
            assert block["parentHash"] == chain.ask("eth_getBlockByNumber", hex(number - 1), False)["hash"]


def test_the_roots_commit_to_transactions_and_receipts(chain, busy):
    """Rebuilt from what the node shows of one block."""
    block = chain.ask("eth_getBlockByNumber", "0x3", True)
    receipts = chain.ask("eth_getBlockReceipts", "0x3")
    stored = chain.ledger.transactions(3)

    encoded = []
    for receipt in receipts:
        logs = [
            [raw(log["address"]), [raw(topic) for topic in log["topics"]], raw(log["data"])] for log in receipt["logs"]
        ]
        cumulative = int(receipt["cumulativeGasUsed"], 16)
        status = b"\x01" if receipt["status"] == "0x1" else b""
        body = rlp.encode([status, cumulative, raw(receipt["logsBloom"]), logs])
        encoded.append(body if receipt["type"] == "0x0" else bytes([int(receipt["type"], 16)]) + body)
    assert block["receiptsRoot"] == "0x" + trie_root(encoded).hex()
    assert block["transactionsRoot"] == "0x" + trie_root([one.raw for one in stored]).hex()
    assert ["0x" + keccak256(one.raw).hex() for one in stored] == [one["hash"] for one in block["transactions"]]
    assert block["gasUsed"] == receipts[-1]["cumulativeGasUsed"]
    assert [receipt["status"] for receipt in receipts] == ["0x1"] * 4 + ["0x0"]


def test_receipts_of_a_block_are_those_of_its_transactions(chain, busy):
    """Also found by hash, bare or as an object; logs are numbered through the block."""
    block = chain.ask("eth_getBlockByNumber", "latest", False)
    receipts = chain.ask("eth_getBlockReceipts", "latest")

    assert receipts == [chain.ask("eth_getTransactionReceipt", one) for one in block["transactions"]]
    assert receipts == chain.ask("eth_getBlockReceipts", block["hash"])
    assert receipts == chain.ask("eth_getBlockReceipts", {"blockHash": block["hash"]})
    assert [log["logIndex"] for receipt in receipts for log in receipt["logs"]] == ["0x0", "0x1", "0x2", "0x3"]
    assert None is chain.ask("eth_getBlockReceipts", "0x99")


def test_a_waiting_transaction_is_shown_without_a_block(chain, alice):
    """Then with it, and then it has a receipt."""
    tx_hash = chain.send(alice.sign())
    waiting = chain.ask("eth_getTransactionByHash", tx_hash)
    assert (waiting["blockHash"], waiting["blockNumber"], waiting["transactionIndex"]) == (None, None, None)
    assert None is chain.ask("eth_getTransactionReceipt", tx_hash)
    chain.seal()

    sealed = chain.ask("eth_getTransactionByHash", tx_hash)

    assert (sealed["blockNumber"], sealed["transactionIndex"]) == ("0x1", "0x0")
    assert {name for name in waiting if waiting[name] != sealed[name]} == {
        "blockHash", "blockNumber", "transactionIndex", "gasPrice",
    }  # fmt: skip


def test_what_does_not_exist_is_null(chain):
    """Unknown hashes and numbers are no error."""
    nothing = "0x" + "12" * 32

    assert None is chain.ask("eth_getBlockByHash", nothing, False)
    assert None is chain.ask("eth_getBlockByNumber", "0x5", False)
    assert None is chain.ask("eth_getTransactionByHash", nothing)
    assert None is chain.ask("eth_getTransactionReceipt", nothing)


def topic(number: int) -> str:
    return "0x" + number.to_bytes(32).hex()


STORED = "0x" + STORED_TOPIC.hex()
CHOICES = {
    "address": [None, "STORE", ["STORE", "0x" + "22" * 20], "0x" + "22" * 20, []],
    "topic0": [None, STORED, topic(0), [STORED, topic(0)], [None, STORED], []],
    "topic1": [None, topic(0), topic(1), [topic(0), topic(1)], topic(9)],
    "range": [("0x0", "latest"), ("0x2", "0x3"), ("0x3", "0x3"), ("earliest", "0x99"), ("0x98", "0x99"), (None, None)],
}


def allowed(wanted: object, value: str) -> bool:
    wanted = wanted if isinstance(wanted, list) else [wanted]
    return not wanted or None in wanted or value in wanted


def test_every_mix_of_filters_gives_what_a_walk_over_all_receipts_gives(chain, busy):
    """150 filters against the plainest implementation there is."""
    every = [
        log
        for number in range(5)
        for receipt in chain.ask("eth_getBlockReceipts", hex(number))
        for log in receipt["logs"]
    ]
    assert len(every) == 12
    for address, first, second, (start, end) in itertools.product(*CHOICES.values()):
        account = [busy if one == "STORE" else one for one in (address if isinstance(address, list) else [address])]
        wanted = {
            "fromBlock": start,
            "toBlock": end,
            "address": account if address else address,
            "topics": [first, second],
        }
        low = {"earliest": 0, None: 4}.get(start, start)
        high = {"latest": 4, None: 4}.get(end, end)
        low, high = (int(one, 16) if isinstance(one, str) else one for one in (low, high))

        found = chain.ask("eth_getLogs", wanted)

        assert found == [
            log
            for log in every
            if low <= int(log["blockNumber"], 16) <= high
            and allowed(account, log["address"])
            and allowed(first, log["topics"][0])
            and allowed(second, log["topics"][1])
        ]


def test_logs_of_one_block_by_hash_carry_their_time(chain, alice, busy):
    """Third topic: the caller. The timestamp saves a look-up a block."""
    block = chain.ask("eth_getBlockByNumber", "0x3", False)
    caller = "0x" + alice.raw.rjust(32, b"\0").hex()

    found = chain.ask("eth_getLogs", {"blockHash": block["hash"], "topics": [None, None, caller]})

    assert len(found) == 2
    assert {block["timestamp"]} == {log["blockTimestamp"] for log in found}
    assert {block["hash"]} == {log["blockHash"] for log in found}


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (None, -32602),
        ({"from": "0x0"}, -32602),
        ({"fromBlock": "0x4", "toBlock": "0x2"}, -32602),
        ({"blockHash": "0x" + "12" * 32}, -32000),
        ({"blockHash": "0x" + "12" * 32, "fromBlock": "0x0"}, -32602),
        ({"address": "0x12"}, -32602),
        ({"address": ["0x" + "12" * 20] * 1001}, -32602),
        ({"topics": STORED}, -32602),
        ({"topics": [STORED] * 5}, -32602),
        ({"topics": ["0x12"]}, -32602),
        ({"topics": [[STORED] * 1001]}, -32602),
    ],
)
def test_a_malformed_filter_is_refused(chain, busy, wanted, code):
    """Never answered with an empty list, which would look like an empty history."""
    with pytest.raises(RpcAnswerError) as failure:
        chain.ask("eth_getLogs", wanted)

    assert code == failure.value.code


def test_too_many_logs_is_an_error_not_a_shorter_list(chain, busy, monkeypatch):
    """At the limit all are given, one over none; the limit is lowered here to reach it."""
    monkeypatch.setattr("mint.localnet.logs.LOGS_MAX", 12)
    assert len(chain.ask("eth_getLogs", {"fromBlock": "0x0"})) == 12
    monkeypatch.setattr("mint.localnet.logs.LOGS_MAX", 11)

    with pytest.raises(RpcAnswerError, match="more than 11 results") as failure:
        chain.ask("eth_getLogs", {"fromBlock": "0x0"})
    assert failure.value.code == -32005


@pytest.mark.parametrize("columns", [{}, {"address": 1}, {"topic0": 1}, {"topic0": 1, "topic1": 1, "address": 1}])
def test_a_filter_uses_an_index(chain, busy, columns):
    """No filter scans the whole table of logs."""
    queries: list[str] = []
    with chain.database.reading() as connection:
        connection.set_trace_callback(queries.append)  # the next reader gets this connection again
    find_logs(chain.database, LogFilter(0, 4, dict.fromkeys(columns, (b"\x01" * 32,))))

    with chain.database.reading() as connection:
        connection.set_trace_callback(None)
        plan = connection.execute(f"EXPLAIN QUERY PLAN {queries[0]}").fetchall()
    steps = [step[3] for step in plan]
    assert all(step.startswith("SEARCH") for step in steps), steps
    rarest = next((name for name in ("topic1", "topic0", "address") if name in columns), None)
    assert rarest is None or f"log_by_{rarest}" in steps[0]


def test_fee_history_shows_base_fees_fullness_and_tips(chain, busy):
    """The block after the newest is included among base fees; tips are what was paid over the base fee."""
    history = chain.ask("eth_feeHistory", "0x2", "latest", [0, 50, 100])
    blocks = [chain.ask("eth_getBlockByNumber", hex(number), False) for number in (3, 4)]

    assert history["oldestBlock"] == "0x3"
    assert [block["baseFeePerGas"] for block in blocks] == history["baseFeePerGas"][:2]
    assert len(history["baseFeePerGas"]) == 3
    assert history["gasUsedRatio"] == [int(block["gasUsed"], 16) / int(block["gasLimit"], 16) for block in blocks]
    for block, rewards in zip(blocks, history["reward"], strict=True):
        base_fee = int(block["baseFeePerGas"], 16)
        assert [GWEI, GWEI, 3 * GWEI - base_fee] == [int(reward, 16) for reward in rewards]
    assert chain.ask("eth_feeHistory", 1, "0x0", [50])["reward"][0] == ["0x0"]
    assert "reward" not in chain.ask("eth_feeHistory", 1, "latest")


@pytest.mark.parametrize(
    "params", [["0x0", "latest"], [1025, "latest"], [1, "latest", [101]], [1, "latest", [50, 10]], [1, "latest", "x"]]
)
def test_a_malformed_fee_history_is_refused(chain, params):
    """Counts, percentiles and their order."""
    with pytest.raises(RpcAnswerError) as failure:
        chain.ask("eth_feeHistory", *params)

    assert failure.value.code == -32602
