"""A watcher of the ledger's waiting room sees a claim, and sends the same with his own address and a higher fee.

The weaker rule publishes the secret: whoever's transaction is mined first has the piece. Ours publishes a signature
over (piece, address, deadline): copied, it can only bring the piece to where its owner wanted it; changed, it is
nobody's signature.
"""

from __future__ import annotations

from coincurve import PublicKey

from mint.signing import claim_request, registry_digest
from provenance_schemas.ids import Address, address_of
from provenance_schemas.keccak import keccak256
from tests.fakes.owners import Boutique
from tests.fakes.registry import some_address
from web.custody.acts import CLAIM

THIEF = some_address("thief")


def hash_of_the_secret_opens(secret: bytes, committed: bytes, to: Address) -> bool:
    """The weaker rule: the secret itself is shown, and `to` is whatever stands beside it."""
    return keccak256(secret) == committed and bool(to)


def signer_of(boutique: Boutique, to: Address, deadline_s: int, signature: bytes) -> Address:
    """Recover who signed, as the contract does."""
    registry = boutique.site.world.brand.registry
    request = claim_request(boutique.item.token_id, to, deadline_s)
    digest = registry_digest(registry.chain_id, registry.contract, request)
    recoverable = signature[:64] + bytes([signature[64] - 27])
    key = PublicKey.from_signature_and_message(recoverable, digest, hasher=None)
    return address_of(keccak256(key.format(compressed=False)[1:])[12:])


def test_a_claim_that_was_seen_is_no_use_to_whoever_saw_it():
    """What leaves the house is good for the buyer's own address and for no other; the code never leaves it."""
    boutique = Boutique()
    secret = boutique.code.secret
    assert hash_of_the_secret_opens(secret, keccak256(secret), THIEF)

    buyer = boutique.customer("Buyer")
    buyer.claim()
    (job,) = boutique.parts.custody.jobs.newest([CLAIM])
    seen = job.payload
    signature, deadline_s = bytes.fromhex(seen["signature"]), seen["deadline_s"]
    key = boutique.site.desk.keys[boutique.item.token_id]

    assert signer_of(boutique, Address(seen["to"]), deadline_s, signature) == key
    assert signer_of(boutique, THIEF, deadline_s, signature) != key
    assert signer_of(boutique, Address(seen["to"]), deadline_s + 1, signature) != key
    assert boutique.code.symbols not in str(seen)


def test_a_copy_that_is_mined_first_serves_the_buyer():
    """The piece is at the buyer's address already when our own transaction comes: that is done, not refused."""
    boutique = Boutique()
    buyer = boutique.customer("Buyer")
    buyer.claim()
    (job,) = boutique.parts.custody.jobs.newest([CLAIM])
    boutique.site.world.registry.claim(boutique.item, Address(job.payload["to"]), Address(job.payload["claim_key"]))
    boutique.site.world.settle()
    boutique.work()

    assert boutique.parts.custody.holdings.holder_of(boutique.item) == buyer.id
