"""Keys that sign nothing: a raw transaction is its own fields, so that the fake ledger can read it."""

from __future__ import annotations

import dataclasses
import json

from mint.ports import SignedTransaction, Transaction
from provenance_schemas.ids import Address, address_of
from provenance_schemas.keccak import keccak256


class FakeSigner:
    """Signer of a name; its account is the name's hash."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.signed: list[Transaction] = []

    @property
    def address(self) -> Address:
        return address_of(keccak256(self.name.encode())[12:])

    def sign_transaction(self, transaction: Transaction) -> SignedTransaction:
        self.signed.append(transaction)
        fields = dataclasses.asdict(transaction) | {
            "calldata": transaction.calldata.hex(),
            "sender": self.address,
        }
        raw = json.dumps(fields, sort_keys=True).encode()
        return SignedTransaction(raw, keccak256(raw))

    def sign_hashed(self, data: bytes) -> bytes:
        return keccak256(self.name.encode() + keccak256(data)) * 2 + b"\x1b"


class FakeKeyRing:
    """KeyRing that has every key anybody asks for."""

    def __init__(self) -> None:
        self.signers: dict[str, FakeSigner] = {}

    def signer(self, name: str) -> FakeSigner:
        return self.signers.setdefault(name, FakeSigner(name))
