"""A registrar prepares a claim root whose inner node reads as a leaf: 64 bytes of two hashes as a token and a key.

The weaker rule hashes a leaf once, as it hashes a pair, so that a pair can be shown as a leaf. Ours hashes a leaf
twice: no bytes are both.
"""

from __future__ import annotations

import pytest

from provenance_schemas.claim_codes import claim_leaf, opens_root
from provenance_schemas.ids import address_bytes
from provenance_schemas.keccak import keccak256
from tests.attacks.ledger import PIECES, selector, some_ledger
from tests.fakes.registry import some_address

pytestmark = pytest.mark.process
THIEF = some_address("thief")
WRONG_KEY = selector("ItemRegistryClaimKeyWrong(uint256,address)")


@pytest.fixture(scope="module")
def ledger(tmp_path_factory):
    with some_ledger(tmp_path_factory.mktemp("ledger")) as ledger:
        yield ledger


def single_hash(token_id, key):
    """The weaker rule's leaf: the very form of an inner node, keccak256 of 64 bytes."""
    return keccak256(token_id.to_bytes(32) + address_bytes(key).rjust(32, b"\0"))


def test_a_pair_of_hashes_is_no_leaf(ledger):
    """The batch's root is that pair's hash: under the weaker rule the thief's key is in the tree, without a proof."""
    token_id = ledger.token(0, batch=666)
    ledger.register(666, 1, single_hash(token_id, THIEF))
    ledger.sell(token_id)
    root = ledger.functions.batches(666).call()
    assert single_hash(token_id, THIEF) in root
    assert opens_root(single_hash(token_id, THIEF), single_hash(token_id, THIEF), ())

    claim = ledger.functions.claim(token_id, THIEF, THIEF, [], ledger.deadline_s, b"\1" * 65)
    assert not opens_root(single_hash(token_id, THIEF), claim_leaf(token_id, THIEF), ())
    assert ledger.refusal(claim) == WRONG_KEY


@pytest.mark.parametrize("index", range(PIECES))
def test_a_shorter_proof_stops_at_no_node(ledger, index):
    """Every cut and every foreign key of a true batch: the leaf of one piece opens nothing for another."""
    card, proof = ledger.cards[index], ledger.proofs[index]
    assert opens_root(ledger.functions.batches(7).call()[-1], claim_leaf(ledger.token(index), card.address), proof)

    for key, shown in ((card.address, []), (THIEF, proof), (ledger.cards[1 - index].address, proof)):
        claim = ledger.functions.claim(ledger.token(index), THIEF, key, shown, ledger.deadline_s, b"\1" * 65)
        assert ledger.refusal(claim) == WRONG_KEY
