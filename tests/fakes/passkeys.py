"""An authenticator in software: real keys, real signatures, and every lie that a stolen or broken one could tell."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import struct
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

_PRESENT, _VERIFIED, _BACKUP_ELIGIBLE, _BACKED_UP, _ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40
_P256 = ec.SECP256R1()
_COORDINATE_BYTES = 32


def b64(content: bytes) -> str:
    """Write bytes as WebAuthn's JSON does."""
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def unb64(text: str) -> bytes:
    """Read them back."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class SoftPasskey:
    """One passkey of the authenticator."""

    rp_id: str
    user_handle: bytes
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(_P256), repr=False)
    id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    count: int = 0


@dataclass
class SoftAuthenticator:
    """A phone with a fingerprint reader, and its browser. Its fields say what it does otherwise than it should."""

    origin: str
    verified: bool = True
    counts: bool = False
    """Counts its signatures, as security keys do."""
    passkeys: list[SoftPasskey] = field(default_factory=list)

    def make(
        self, options: dict[str, Any], *, origin: str | None = None, passkey_id: bytes | None = None
    ) -> dict[str, Any]:
        """Answer creation options as a browser does; under an id of the test's choice, where it names one."""
        passkey = SoftPasskey(options["rp"]["id"], unb64(options["user"]["id"]))
        passkey.id = passkey_id or passkey.id
        self.passkeys.append(passkey)
        data = self._authenticator_data(passkey, _ATTESTED) + _attested(passkey)
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client_data = self._client_data("webauthn.create", options["challenge"], origin)
        return _credential(passkey, clientDataJSON=client_data, attestationObject=attestation)

    def show(
        self, options: dict[str, Any], passkey: SoftPasskey | None = None, *, origin: str | None = None
    ) -> dict[str, Any]:
        """Answer request options with a passkey, the newest unless another is named."""
        shown = passkey or self.passkeys[-1]
        if self.counts:
            shown.count += 1
        data = self._authenticator_data(shown, 0)
        client_data = self._client_data("webauthn.get", options["challenge"], origin)
        signature = shown.key.sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(SHA256()))
        return _credential(
            shown,
            clientDataJSON=client_data,
            authenticatorData=data,
            signature=signature,
            userHandle=shown.user_handle,
        )

    def _authenticator_data(self, passkey: SoftPasskey, more: int) -> bytes:
        flags = _PRESENT | _BACKUP_ELIGIBLE | _BACKED_UP | more | (_VERIFIED if self.verified else 0)
        return hashlib.sha256(passkey.rp_id.encode()).digest() + struct.pack(">BI", flags, passkey.count)

    def _client_data(self, kind: str, challenge: str, origin: str | None) -> bytes:
        return json.dumps(
            {"type": kind, "challenge": challenge, "origin": origin or self.origin, "crossOrigin": False}
        ).encode()


def _attested(passkey: SoftPasskey) -> bytes:
    numbers = passkey.key.public_key().public_numbers()
    x, y = (number.to_bytes(_COORDINATE_BYTES, "big") for number in (numbers.x, numbers.y))
    cose = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
    return bytes(16) + struct.pack(">H", len(passkey.id)) + passkey.id + cose


def _credential(passkey: SoftPasskey, **response: bytes) -> dict[str, Any]:
    return {
        "id": b64(passkey.id),
        "rawId": b64(passkey.id),
        "type": "public-key",
        "response": {name: b64(value) for name, value in response.items()},
    }
