"""A block's header, with the types this package relies on; py-evm leaves them open."""

from __future__ import annotations

from typing import Protocol


class Header(Protocol):
    """What py-evm's Prague header offers. Hashes and roots are 32 bytes, `timestamp` is in Unix seconds."""

    parent_hash: bytes
    uncles_hash: bytes
    coinbase: bytes
    state_root: bytes
    transaction_root: bytes
    receipt_root: bytes
    bloom: int
    difficulty: int
    block_number: int
    gas_limit: int
    gas_used: int
    timestamp: int
    extra_data: bytes
    mix_hash: bytes
    nonce: bytes
    base_fee_per_gas: int
    """In wei."""
    withdrawals_root: bytes
    blob_gas_used: int
    excess_blob_gas: int
    parent_beacon_block_root: bytes
    requests_hash: bytes

    @property
    def hash(self) -> bytes:
        """Name of the block."""
        ...

    def copy(self, **changes: object) -> Header:
        """Give a header with some fields changed."""
        ...
