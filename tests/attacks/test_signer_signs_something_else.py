"""A signing service is taken over, or stands behind a meddling proxy: what it gives back is not what was asked for.

It may sign another transaction that pays its master, the same one with another key, or give the twin of a signature
so that a transaction gets a second hash nobody waits for.
"""

import pytest
from coincurve import PublicKey

from mint.adapters.url_signer import UrlAccess, UrlSigners
from mint.errors import SignatureRefusedError
from mint.signatures import account_of
from provenance_schemas.keccak import keccak256
from tests.fakes.signing_service import Fault, SigningService, running_service

KEY = bytes(range(1, 33))
DATA = b"\x19\x01" + bytes(range(64))


def weak_rule(signature: bytes) -> bool:
    """The weaker rule: believe what has the form of a signature and recovers to anybody."""
    if len(signature) != 65:
        return False
    raw = signature[:64] + bytes([signature[64] - 27])
    return bool(PublicKey.from_signature_and_message(raw, keccak256(DATA), hasher=None))


@pytest.mark.parametrize("fault", [Fault.OTHER_KEY, Fault.OTHER_DIGEST, Fault.HASHED_TWICE, Fault.HIGH_S])
def test_a_signature_of_something_else_never_leaves_the_house(fault):
    """Each passes for a signature where only its form is looked at; ours recovers the account and compares."""
    service = SigningService(KEY)
    service.fault = fault
    assert weak_rule(service.sign(DATA))

    with running_service(KEY) as running:
        running.fault = fault
        signer = UrlSigners(UrlAccess(running.url)).signer(running.public_key)
        with pytest.raises(SignatureRefusedError, match="nothing was sent"):
            signer.sign_hashed(DATA)


def test_the_twin_is_the_same_accounts_signature():
    """So a rule that only compares accounts takes it too; the lower half of s is what tells them apart."""
    service = SigningService(KEY)
    service.fault = Fault.HIGH_S
    twin = service.sign(DATA)
    raw = twin[:64] + bytes([twin[64] - 27])
    public = PublicKey.from_signature_and_message(raw, keccak256(DATA), hasher=None)

    assert account_of(public.format(compressed=False)) == account_of(service.public_key)
