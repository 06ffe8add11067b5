"""Signer over a key management service, or anything else of that shape: digest in, DER out."""

from __future__ import annotations

from mint.adapters.checked_signer import CheckedSigner
from mint.errors import SignatureRefusedError
from mint.ports import DigestKey
from mint.signatures import SignatureError, account_of_spki, signature_of_der


def kms_signer(key: DigestKey) -> CheckedSigner:
    """Open a key as a signer: its account is that of the public key, s is brought to its lower half, v is recovered.

    Raises SignerUnavailableError, SignatureRefusedError when the public key is of another curve or form.
    """
    try:
        account = account_of_spki(key.public_key())
    except SignatureError as error:
        raise SignatureRefusedError(key.name, str(error)) from error

    def ask(data: bytes, digest: bytes) -> bytes:
        assert data, "a digest of nothing is nobody's request"
        return signature_of_der(key.sign_digest(digest), digest, account)

    return CheckedSigner(key.name, account, ask)
