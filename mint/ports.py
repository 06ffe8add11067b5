"""What mint needs from the world. Adapters and tests/fakes fill it in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from provenance_schemas.ids import Address


@dataclass(frozen=True, slots=True)
class Fees:
    """What the network asks now, in wei for a unit of gas."""

    base_wei: int
    tip_wei: int


@dataclass(frozen=True, slots=True)
class Transaction:
    """One EIP-1559 transaction, not signed yet. `to` is None for a deployment."""

    chain_id: int
    nonce: int
    to: Address | None
    calldata: bytes
    value_wei: int
    gas: int
    fee_max_wei: int
    tip_wei: int


@dataclass(frozen=True, slots=True)
class SignedTransaction:
    """The bytes to send, and the hash they are known by."""

    raw: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a mined transaction."""

    hash: bytes
    succeeded: bool
    block_number: int
    block_hash: bytes
    gas_used: int
    contract: Address | None
    """Where a deployment put its contract."""


class Signer(Protocol):
    """One key. It never leaves its signer."""

    @property
    def address(self) -> Address:
        """The key's account."""
        ...

    def sign_transaction(self, transaction: Transaction) -> SignedTransaction:
        """Sign a transaction."""
        ...

    def sign_hashed(self, data: bytes) -> bytes:
        """Sign keccak256 of `data`: r, s, v, 65 bytes, s in its lower half, v 27 or 28.

        It takes the data and not its digest: a signer outside this house hashes for itself, so that it sees what
        it signs. Typed data (EIP-712) is the 66 bytes 0x1901 | domain separator | struct hash.
        Raises KeyFileError, SignerUnavailableError, SignatureRefusedError.
        """
        ...


class DigestKey(Protocol):
    """A secp256k1 key in a vault, in the shape that key management services have.

    AWS KMS (ECC_SECG_P256K1, message type DIGEST), Google Cloud KMS (EC_SIGN_SECP256K1_SHA256), PKCS #11 (CKM_ECDSA).
    """

    @property
    def name(self) -> str:
        """What to call it in an error: never a secret."""
        ...

    def public_key(self) -> bytes:
        """Give the public key as SubjectPublicKeyInfo in DER. Raises SignerUnavailableError."""
        ...

    def sign_digest(self, digest: bytes) -> bytes:
        """Sign 32 bytes as they are; ECDSA-Sig-Value in DER, s in either half. Raises SignerUnavailableError."""
        ...


class KeyRing(Protocol):
    """The house's keys, by name."""

    def signer(self, name: str) -> Signer:
        """Give one key. Raises SignerMissingError or KeyFileError where there is none."""
        ...


class LedgerWriter(Protocol):
    """One EVM node, to write through. Raises LedgerUnavailableError, and what a method names."""

    def chain_id(self) -> int:
        """Give the chain's id."""
        ...

    def fees(self) -> Fees:
        """Give what the network asks now."""
        ...

    def balance(self, account: Address) -> int:
        """Give an account's coins, in wei."""
        ...

    def nonce(self, account: Address, *, final: bool = False) -> int:
        """Count an account's mined transactions, at the newest block or at the newest final one."""
        ...

    def code(self, account: Address) -> bytes:
        """Give a contract's code; empty where there is none."""
        ...

    def call(self, contract: str, address: Address, function: str, arguments: Sequence[object]) -> Any:
        """Ask a view of a contract; a struct comes back as a tuple. Raises RefusedError."""
        ...

    def encode(self, contract: str, function: str, arguments: Sequence[object]) -> bytes:
        """Build the calldata of a call. Asks nobody."""
        ...

    def encode_deployment(self, contract: str, arguments: Sequence[object]) -> bytes:
        """Build the calldata that deploys a contract. Asks nobody."""
        ...

    def estimate_gas(self, sender: Address, to: Address | None, calldata: bytes, value_wei: int) -> int:
        """Try a call on the newest state. Raises RefusedError when it would fail."""
        ...

    def send(self, raw: bytes) -> bool:
        """Hand a transaction in. False: the node knows it already, or its nonce is used, so look for its receipt.

        Raises RefusedError when the node will not have it.
        """
        ...

    def receipts(self, hashes: Sequence[bytes]) -> list[Receipt | None]:
        """Look up receipts; None where a transaction is not mined."""
        ...

    def final_number(self) -> int:
        """Give the number of the newest final block."""
        ...

    def latest_time_s(self) -> int:
        """Give the newest block's time, Unix seconds."""
        ...
