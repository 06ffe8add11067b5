"""Proofs against an independent implementation (`trie`, `rlp`): the true ones hold, no other does."""

from __future__ import annotations

import pytest
import rlp
from hypothesis import given, settings
from hypothesis import strategies as st
from trie import HexaryTrie

from provenance_schemas.keccak import keccak256
from tests.fakes.registry import CODE_HASH
from tests.fakes.rpc_node import RpcNode, StateTries
from tests.fakes.world import some_world
from verifier.proofs import (
    EMPTY_TRIE,
    ProofError,
    account_at,
    header_hash,
    rlp_bytes,
    rlp_list,
    slot_at,
    trie_value,
)

ADDRESS = b"\x5f" * 20
STORAGE = {slot: 1 + slot**7 % 2**250 for slot in range(0, 60, 2)} | {1001: 2**256 - 1, 1003: 0x7F, 1005: 0x80}
TRIES = StateTries(ADDRESS, STORAGE, CODE_HASH)
STATE_ROOT = TRIES.accounts.root_hash
STORAGE_ROOT = TRIES.storage.root_hash


@pytest.mark.parametrize("slot", STORAGE)
def test_a_stored_word_is_proved(slot):
    assert slot_at(STORAGE_ROOT, slot, TRIES.storage_proof(slot)) == STORAGE[slot]


@pytest.mark.parametrize("slot", [1, 3, 59, 2**256 - 1])
def test_an_empty_slot_is_proved_to_be_zero(slot):
    assert slot_at(STORAGE_ROOT, slot, TRIES.storage_proof(slot)) == 0


def test_an_account_is_proved_and_its_absence_too():
    account = account_at(STATE_ROOT, ADDRESS, TRIES.account_proof(ADDRESS))

    assert (account.nonce, account.balance) == (1, 0)
    assert (account.storage_root, account.code_hash) == (STORAGE_ROOT, CODE_HASH)
    nobody = b"\x60" * 20
    assert account_at(STATE_ROOT, nobody, TRIES.account_proof(nobody)) is None


def test_an_empty_trie_holds_nothing():
    """Its root is a constant, so it needs no proof."""
    assert HexaryTrie({}).root_hash == EMPTY_TRIE
    assert slot_at(EMPTY_TRIE, 7, []) == 0


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.integers(0, 2**16), st.integers(1, 2**256 - 1), max_size=40), st.integers(0, 2**16))
def test_any_trie_proves_what_it_holds_and_what_it_does_not(storage, slot):
    """Sampled over tries of any shape, against the oracle."""
    tries = StateTries(ADDRESS, storage, CODE_HASH)
    assert slot_at(tries.storage.root_hash, slot, tries.storage_proof(slot)) == storage.get(slot, 0)


@pytest.mark.parametrize("slot", [0, 1, 1001])
def test_every_changed_byte_of_a_proof_is_refused(slot):
    """Each byte of each node, for words that are there and one that is not."""
    proof = TRIES.storage_proof(slot)
    for number, node in enumerate(proof):
        for at in range(len(node)):
            changed = node[:at] + bytes([node[at] ^ 1]) + node[at + 1 :]
            with pytest.raises(ProofError):
                slot_at(STORAGE_ROOT, slot, [*proof[:number], changed, *proof[number + 1 :]])


@pytest.mark.parametrize("slot", [0, 1])
def test_a_proof_cut_short_or_out_of_order_is_refused(slot):
    """The word would else be anything, or zero."""
    proof = TRIES.storage_proof(slot)
    for length in range(len(proof)):
        with pytest.raises(ProofError):
            slot_at(STORAGE_ROOT, slot, proof[:length])
    with pytest.raises(ProofError):
        slot_at(STORAGE_ROOT, slot, proof[1:])
    with pytest.raises(ProofError):
        slot_at(STORAGE_ROOT, slot, list(reversed(proof)))


def test_a_proof_of_another_slot_or_root_is_refused():
    """A proof of an empty slot must not empty one that is full."""
    with pytest.raises(ProofError):
        slot_at(STORAGE_ROOT, 0, TRIES.storage_proof(2))
    with pytest.raises(ProofError):
        slot_at(bytes(32), 0, TRIES.storage_proof(0))
    with pytest.raises(ProofError):
        slot_at(STORAGE_ROOT, 0, [])


def test_a_proof_longer_than_a_key_is_refused():
    with pytest.raises(ProofError, match="65"):
        trie_value(STORAGE_ROOT, bytes(32), [b"\xc0"] * 66)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.binary(max_size=80), max_size=4), st.binary(min_size=32, max_size=32))
def test_hostile_nodes_raise_nothing_but_proof_errors(nodes, root):
    """The first node is even the right one by its hash: whatever it holds is parsed."""
    for start in (root, keccak256(nodes[0]) if nodes else root):
        try:
            slot_at(start, 7, nodes)
        except ProofError:
            continue


@pytest.mark.parametrize(
    "value",
    [
        [1, 0, bytes(32)],
        [1, 0, bytes(31), bytes(32)],
        [1, 0, bytes(32), bytes(33)],
        [],
        [1, 0, bytes(32), bytes(32), b""],
    ],
)
def test_an_account_of_another_shape_is_refused(value):
    trie = HexaryTrie({})
    trie[keccak256(ADDRESS)] = rlp.encode(value)
    proof = [rlp.encode(node) for node in trie.get_proof(keccak256(ADDRESS))]

    with pytest.raises(ProofError):
        account_at(trie.root_hash, ADDRESS, proof)


@pytest.mark.parametrize("value", [rlp.encode([b"\1"]), rlp.encode(b"\1" * 33), b"\1\1", b"\xb8"])
def test_a_stored_value_of_another_shape_is_refused(value):
    trie = HexaryTrie({})
    trie[keccak256((7).to_bytes(32))] = value
    proof = [rlp.encode(node) for node in trie.get_proof(keccak256((7).to_bytes(32)))]

    with pytest.raises(ProofError):
        slot_at(trie.root_hash, 7, proof)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.binary(max_size=70), max_size=20))
def test_a_list_of_strings_is_split_as_rlp_does(items):
    assert rlp_list(rlp.encode(items)) == items


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_a_string_is_encoded_as_rlp_does(value):
    assert rlp_bytes(value) == rlp.encode(value)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_a_list_or_a_proof_error(data):
    try:
        rlp_list(data)
    except ProofError:
        return


# ---- headers

NODE = RpcNode(some_world().registry)
HEADER = NODE.header(3)


def test_a_header_hashes_to_its_block():
    assert header_hash(HEADER) == NODE.block_hash(3)


@pytest.mark.parametrize("field", [name for name in HEADER if name not in {"hash", "transactions"}])
def test_every_field_of_a_header_is_in_its_hash(field):
    """The state root above all: with it a node could prove anything."""
    changed = HEADER[field][:-1] + ("1" if HEADER[field][-1] != "1" else "2")
    assert header_hash(HEADER | {field: changed}) != NODE.block_hash(3)


def test_a_header_of_an_older_fork_ends_where_its_fields_end():
    """Before london there was no base fee; the rest of the list is not there either."""
    later = ["baseFeePerGas", "withdrawalsRoot", "blobGasUsed", "excessBlobGas", "parentBeaconBlockRoot"]
    older = {name: value for name, value in HEADER.items() if name not in later}
    names = [name for name in older if name not in {"hash", "transactions"}]
    quantities = {"difficulty", "number", "gasLimit", "gasUsed", "timestamp"}
    body = [int(older[n], 16) if n in quantities else bytes.fromhex(older[n][2:]) for n in names]

    assert header_hash(older) == keccak256(rlp.encode(body))


@pytest.mark.parametrize("value", [5, b"0x00", "00", "0xzz", "0x0", [], {}])
def test_a_header_field_that_is_no_hexadecimal_is_refused(value):
    with pytest.raises(ProofError):
        header_hash(HEADER | {"parentHash": value})
