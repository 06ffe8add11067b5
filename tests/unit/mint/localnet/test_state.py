"""State and its proofs, held against an independent trie."""

from __future__ import annotations

import random

import pytest
import rlp
from trie.hexary import HexaryTrie

from provenance_schemas.ids import address_of
from provenance_schemas.keccak import keccak256
from tests.unit.mint.localnet.contracts import STORE_CODE, store_call
from tests.unit.mint.localnet.support import Chain, RpcAnswerError, Sender

SLOTS = [0, 1, 2, 17, 2**64, 2**255, 2**256 - 1]
ABSENT = [3, 18, 2**64 + 1]


def word(number: int) -> str:
    return "0x" + number.to_bytes(32).hex()


def proven(root: str, key: bytes, proof: list[str]) -> bytes:
    """What the other implementation reads out of a proof."""
    nodes = [rlp.decode(bytes.fromhex(node[2:])) for node in proof]
    return HexaryTrie.get_from_proof(bytes.fromhex(root[2:]), keccak256(key), nodes)


@pytest.fixture
def filled(chain: Chain, alice: Sender, store: str) -> str:
    """The store, with slot n holding n + 5 (modulo 2^256), in block 2."""
    for slot in SLOTS:
        chain.send(alice.sign(to=store, gas=100_000, value=0, data=store_call(slot, (slot + 5) % 2**256)))
    chain.seal()
    return store


def test_a_proof_convinces_another_implementation(chain, filled):
    """Present and absent slots, in both forms a slot can be written."""
    asked = [word(slot) for slot in SLOTS] + [hex(slot) for slot in SLOTS + ABSENT]

    proof = chain.ask("eth_getProof", filled, asked, "latest")

    root = chain.ask("eth_getBlockByNumber", "latest", False)["stateRoot"]
    account = rlp.decode(proven(root, bytes.fromhex(filled[2:]), proof["accountProof"]))
    assert proof["storageHash"] == "0x" + account[2].hex()
    assert proof["codeHash"] == "0x" + keccak256(STORE_CODE).hex() == "0x" + account[3].hex()
    assert asked == [entry["key"] for entry in proof["storageProof"]]
    for entry in proof["storageProof"]:
        slot = int(entry["key"], 16)
        found = proven(proof["storageHash"], slot.to_bytes(32), entry["proof"])
        value = int.from_bytes(rlp.decode(found)) if found else 0
        assert value == int(entry["value"], 16) == (0 if slot in ABSENT else (slot + 5) % 2**256)


def test_an_absent_account_is_proven_absent(chain, filled):
    """The way down ends beside it; its storage is the empty trie, proven by nothing."""
    nobody = "0x" + "77" * 20

    proof = chain.ask("eth_getProof", nobody, ["0x0"], "latest")

    root = chain.ask("eth_getBlockByNumber", "latest", False)["stateRoot"]
    assert proven(root, bytes.fromhex(nobody[2:]), proof["accountProof"]) == b""
    assert (proof["balance"], proof["nonce"]) == ("0x0", "0x0")
    assert "0x" + keccak256(b"").hex() == proof["codeHash"]
    assert "0x" + keccak256(b"\x80").hex() == proof["storageHash"]
    assert proof["storageProof"] == [{"key": "0x0", "value": "0x0", "proof": []}]


def test_proofs_hold_in_a_trie_of_many_accounts(chain, alice):
    """Two hundred accounts make every kind of node; every path through them is walked."""
    accounts = [random.Random(number).randbytes(20) for number in range(200)]
    for account in accounts[:150]:
        chain.send(alice.sign(to=address_of(account)))
    while len(chain.pool):
        chain.seal()
    root = chain.ask("eth_getBlockByNumber", "latest", False)["stateRoot"]

    for position, account in enumerate(accounts):
        proof = chain.ask("eth_getProof", "0x" + account.hex(), [], "latest")
        found = proven(root, account, proof["accountProof"])
        assert (position < 150) is bool(found)
        assert hex(int(position < 150)) == proof["balance"]


def test_state_at_an_old_block_stays_readable(chain, alice, store):
    """One slot, overwritten five times: each block still knows its own value, code and proof."""
    values = {1: 0}
    for value in range(10, 15):
        chain.send(alice.sign(to=store, gas=100_000, value=0, data=store_call(7, value)))
        values[chain.seal().header.block_number] = value

    for number, value in values.items():
        at = hex(number)
        block_hash = chain.ask("eth_getBlockByNumber", at, False)["hash"]
        for block in (at, {"blockNumber": at}, {"blockHash": block_hash, "requireCanonical": True}):
            assert word(value) == chain.ask("eth_getStorageAt", store, "0x7", block)
            assert word(value) == chain.ask("eth_call", {"to": store, "data": word(7)}, block)
            assert hex(value) == chain.ask("eth_getProof", store, ["0x7"], block)["storageProof"][0]["value"]
    assert chain.ask("eth_getCode", store, "0x0") == "0x"
    assert "0x" + STORE_CODE.hex() == chain.ask("eth_getCode", store, "0x1")


@pytest.mark.parametrize("tag", ["latest", "pending", "safe", "finalized", "0x1", {"blockNumber": "latest"}])
def test_every_tag_of_the_newest_block_gives_its_state(chain, store, tag):
    """One authority, no reorganisation: what is sealed is final."""
    assert "0x" + STORE_CODE.hex() == chain.ask("eth_getCode", store, tag)


@pytest.mark.parametrize(
    ("block", "code"),
    [
        ("0x99", -32000),
        ({"blockHash": "0x" + "11" * 32}, -32000),
        ({"blockHash": "0x11"}, -32602),
        ({"blockHash": "0x" + "11" * 32, "blockNumber": "0x1"}, -32602),
        ({}, -32602),
        ({"blockNumber": "0x1", "more": 1}, -32602),
        ({"blockNumber": "0x1", "requireCanonical": "yes"}, -32602),
        ({"blockNumber": {"blockNumber": "0x1"}}, -32602),
        ("newest", -32602),
        ("0x01", -32602),
        ("1", -32602),
        (1, -32602),
        (None, -32602),
    ],
)
def test_a_block_that_is_unknown_or_malformed_is_an_error(chain, store, block, code):
    """EIP-1898 objects are read strictly; an unknown block is never taken for the newest."""
    with pytest.raises(RpcAnswerError) as failure:
        chain.ask("eth_getCode", store, block)

    assert code == failure.value.code


@pytest.mark.parametrize("slots", [None, "0x0", ["0x"], ["0x" + "0" * 65], [1], ["0xg"], ["0x0"] * 1025])
def test_malformed_slots_are_refused(chain, store, slots):
    """A slot is 1 to 64 hex digits, and there are at most 1,024 of them."""
    with pytest.raises(RpcAnswerError) as failure:
        chain.ask("eth_getProof", store, slots, "latest")

    assert failure.value.code == -32602
