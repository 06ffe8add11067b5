"""EIP-1559 transactions as bytes: what is signed of one, and what is sent of it."""

from __future__ import annotations

import rlp

from mint.ports import SignedTransaction, Transaction
from provenance_schemas.ids import address_bytes
from provenance_schemas.keccak import keccak256

_TYPE = b"\x02"
_V = 27


def unsigned_bytes(transaction: Transaction) -> bytes:
    """Give the bytes whose keccak256 is signed."""
    return _TYPE + bytes(rlp.encode(_fields(transaction)))


def signed_transaction(transaction: Transaction, signature: bytes) -> SignedTransaction:
    """Put a checked signature (r, s, v of 27 or 28) to its transaction."""
    proof = [signature[64] - _V, int.from_bytes(signature[:32]), int.from_bytes(signature[32:64])]
    raw = _TYPE + bytes(rlp.encode([*_fields(transaction), *proof]))
    return SignedTransaction(raw, keccak256(raw))


def _fields(transaction: Transaction) -> list[object]:
    return [
        transaction.chain_id,
        transaction.nonce,
        transaction.tip_wei,
        transaction.fee_max_wei,
        transaction.gas,
        address_bytes(transaction.to) if transaction.to is not None else b"",
        transaction.value_wei,
        transaction.calldata,
        [],  # no access list
    ]
