"""Keccak-256, the hash of the EVM."""

from __future__ import annotations

from sha3 import keccak_256


def keccak256(content: bytes) -> bytes:
    """Hash `content`; 32 bytes. This is Keccak, not NIST SHA3-256."""
    digest: bytes = keccak_256(content).digest()
    return digest
