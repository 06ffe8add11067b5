"""Typed requests (EIP-712) that somebody signs and anybody may bring to the registry.

tests/vectors/eip712.json holds these and the contract to the same bytes.
"""

from __future__ import annotations

from mint.ports import Signer
from provenance_schemas.ids import Address
from provenance_schemas.keccak import keccak256
from verifier.signatures import type_hash, words

_DOMAIN = type_hash("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")
_CLAIM = type_hash("Claim(uint256 tokenId,address to,uint256 deadline)")
_TRANSFER = type_hash("Transfer(uint256 tokenId,address to,uint256 expectedState,uint256 deadline)")
_REPORT = type_hash("Report(uint256 tokenId,uint32 kind,uint8 reason,uint256 expectedState,uint256 deadline)")
_APPROVAL = type_hash("Approval(bytes32 hash)")


def typed_data(name: str, chain_id: int, contract: Address, request: bytes) -> bytes:
    """Give what is hashed and signed of a request: 0x1901, the contract's domain, the request's hash; 66 bytes."""
    domain = keccak256(words(_DOMAIN, type_hash(name), type_hash("1"), chain_id, contract))
    return b"\x19\x01" + domain + request


def registry_data(chain_id: int, registry: Address, request: bytes) -> bytes:
    """Give what a signer gets of a request to the registry; 66 bytes."""
    return typed_data("Assay ItemRegistry", chain_id, registry, request)


def registry_digest(chain_id: int, registry: Address, request: bytes) -> bytes:
    """Give what is signed of a request to the registry; 32 bytes."""
    return keccak256(registry_data(chain_id, registry, request))


def claim_request(token_id: int, to: Address, deadline_s: int) -> bytes:
    """Hash a claim, which the claim key signs."""
    return keccak256(words(_CLAIM, token_id, to, deadline_s))


def transfer_request(token_id: int, to: Address, expected_state: int, deadline_s: int) -> bytes:
    """Hash a transfer, which the owner signs."""
    return keccak256(words(_TRANSFER, token_id, to, expected_state, deadline_s))


def report_request(token_id: int, kind: int, reason: int, expected_state: int, deadline_s: int) -> bytes:
    """Hash a report or its withdrawal, which the owner signs."""
    return keccak256(words(_REPORT, token_id, kind, reason, expected_state, deadline_s))


def approve_for_stock(operator: Signer, chain_id: int, stock_account: Address, digest: bytes) -> bytes:
    """Sign a request in the name of the stock account, as its operator: ERC-1271, in that account's own domain."""
    request = keccak256(words(_APPROVAL, digest))
    return operator.sign_hashed(typed_data("Assay StockAccount", chain_id, stock_account, request))
