"""A seller signs a piece over and buys it back; the first buyer sends the old signature again, or "proves" to own it.

The weaker rule takes a signature of the owner over (piece, buyer) until its deadline. Ours is over the state word that
the piece had when it was signed: each entry of its history, so each sale, makes every older signature void.
"""

from __future__ import annotations

import pytest
from coincurve import PublicKey

from mint.adapters.keystore_signer import KeySigner
from mint.signing import claim_request, report_request, transfer_request
from provenance_schemas.ids import Address, address_of
from provenance_schemas.keccak import keccak256
from provenance_schemas.step_kinds import EntryKind
from tests.attacks.ledger import selector, some_ledger

pytestmark = pytest.mark.process
OWNER, BUYER = KeySigner(keccak256(b"owner")), KeySigner(keccak256(b"buyer"))
STATE_CHANGED = selector("ItemRegistryStateChanged(uint256,uint256,uint256)")
SIGNATURE_INVALID = selector("ItemRegistrySignatureInvalid(address)")
STOLEN = EntryKind.REPORTED_STOLEN


def signed_by(signer: KeySigner, data: bytes, signature: bytes) -> bool:
    """The weaker rule: the owner's signature over the words is there, and it is not too late."""
    recoverable = signature[:64] + bytes([signature[64] - 27])
    key = PublicKey.from_signature_and_message(recoverable, keccak256(data), hasher=None)
    return address_of(keccak256(key.format(compressed=False)[1:])[12:]) == signer.address


@pytest.fixture(scope="module")
def ledger(tmp_path_factory):
    """Two pieces, both claimed by the owner."""
    with some_ledger(tmp_path_factory.mktemp("ledger")) as ledger:
        for index, card in enumerate(ledger.cards):
            token_id, deadline_s = ledger.token(index), ledger.deadline_s
            signature = ledger.signed(card, claim_request(token_id, OWNER.address, deadline_s))
            claim = (token_id, OWNER.address, card.address, list(ledger.proofs[index]), deadline_s, signature)
            ledger.send(ledger.functions.claim(*claim))
        yield ledger


def transfer(ledger, token_id, owner, to, state, deadline_s):
    signature = ledger.signed(owner, transfer_request(token_id, to.address, state, deadline_s))
    return ledger.functions.transferWithPermit(token_id, to.address, state, deadline_s, signature)


def test_a_signature_that_moved_the_piece_once_moves_it_never_again(ledger):
    """After the piece came back to the very same owner, long before the deadline."""
    token_id, deadline_s = ledger.token(0), ledger.deadline_s
    state = ledger.functions.state(token_id).call()
    first = transfer(ledger, token_id, OWNER, BUYER, state, deadline_s)
    ledger.send(first)
    back = transfer(ledger, token_id, BUYER, OWNER, ledger.functions.state(token_id).call(), deadline_s)
    ledger.send(back)
    assert ledger.functions.ownerOf(token_id).call() == OWNER.address
    words = transfer_request(token_id, BUYER.address, state, deadline_s)
    assert signed_by(OWNER, b"\x19\x01" + words, OWNER.sign_hashed(b"\x19\x01" + words))

    assert ledger.refusal(first) == STATE_CHANGED
    assert ledger.refusal(back) == STATE_CHANGED


def test_a_former_owner_reports_nothing_stolen(ledger):
    """He sold it: neither what he signed before, nor what he signs now, speaks for the piece."""
    token_id, deadline_s = ledger.token(1), ledger.deadline_s

    def report(state: int):
        request = report_request(token_id, STOLEN, 1, state, deadline_s)
        signature = ledger.signed(OWNER, request)
        assert signed_by(OWNER, b"\x19\x01" + request, OWNER.sign_hashed(b"\x19\x01" + request))
        return ledger.functions.reportWithPermit(token_id, STOLEN, 1, state, deadline_s, signature)

    state = ledger.functions.state(token_id).call()
    before = report(state)
    assert ledger.refusal(before) == "", "until the sale it is the owner's word"
    ledger.send(transfer(ledger, token_id, OWNER, BUYER, state, deadline_s))

    assert ledger.refusal(before) == STATE_CHANGED
    assert ledger.refusal(report(ledger.functions.state(token_id).call())) == SIGNATURE_INVALID
    assert Address(ledger.functions.ownerOf(token_id).call()) == BUYER.address
