"""Signer over a key that is elsewhere: whatever comes back is checked before it can be sent."""

from __future__ import annotations

from collections.abc import Callable

from mint.adapters.transaction_bytes import signed_transaction, unsigned_bytes
from mint.errors import SignatureRefusedError
from mint.ports import SignedTransaction, Transaction
from mint.signatures import SignatureError
from provenance_schemas.ids import Address
from provenance_schemas.keccak import keccak256


class CheckedSigner:
    """Signer of one account, over a function that asks for a signature and checks it.

    `ask` takes the data and its digest, and gives 65 checked bytes or raises SignatureError.
    """

    def __init__(self, name: str, address: Address, ask: Callable[[bytes, bytes], bytes]) -> None:
        self._name = name
        self._address = address
        self._ask = ask

    def __repr__(self) -> str:
        return f"CheckedSigner({self._name}, {self._address})"

    @property
    def address(self) -> Address:
        """The key's account."""
        return self._address

    def sign_transaction(self, transaction: Transaction) -> SignedTransaction:
        """Sign as an EIP-1559 transaction."""
        return signed_transaction(transaction, self.sign_hashed(unsigned_bytes(transaction)))

    def sign_hashed(self, data: bytes) -> bytes:
        """Sign keccak256 of `data`. Raises SignerUnavailableError, SignatureRefusedError; nothing was sent then."""
        try:
            return self._ask(data, keccak256(data))
        except SignatureError as error:
            raise SignatureRefusedError(self._name, str(error)) from error
