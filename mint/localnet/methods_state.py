"""JSON-RPC methods about state: balances, code, storage, proofs, calls."""

from __future__ import annotations

from mint.localnet.blocks import need_block
from mint.localnet.calls import Caller, parse_call
from mint.localnet.errors import InvalidParamsError
from mint.localnet.evm import Evm
from mint.localnet.headers import Header
from mint.localnet.ledger import Ledger
from mint.localnet.limits import PROOF_SLOTS_MAX
from mint.localnet.pool import Pool
from mint.localnet.quantities import address, data, parse_data, parse_slot, quantity
from mint.localnet.rpc import Methods
from mint.localnet.state import Account, StateReader


class StateMethods:
    """Answers from the state after any block: nothing is ever pruned."""

    def __init__(self, ledger: Ledger, pool: Pool, evm: Evm) -> None:
        self._ledger = ledger
        self._pool = pool
        self._caller = Caller(ledger, evm)

    def table(self) -> Methods:
        """Name the methods."""
        return {
            "eth_getBalance": self.balance,
            "eth_getTransactionCount": self.transaction_count,
            "eth_getCode": self.code,
            "eth_getStorageAt": self.storage_at,
            "eth_getProof": self.proof,
            "eth_call": self.call,
            "eth_estimateGas": self.estimate_gas,
        }

    def balance(self, account: object, block: object = "latest") -> str:
        """Give an account's wei."""
        return quantity(self._account(account, block).balance)

    def transaction_count(self, account: object, block: object = "latest") -> str:
        """Give an account's nonce; at `pending`, the next one it can use."""
        if block == "pending":
            sender = parse_data(account, "address", 20)
            return quantity(self._pool.next_nonce(sender, lambda: self._account(account, "latest").nonce))
        return quantity(self._account(account, block).nonce)

    def code(self, account: object, block: object = "latest") -> str:
        """Give a contract's code."""
        return data(self._state(block).code(parse_data(account, "address", 20)))

    def storage_at(self, account: object, slot: object, block: object = "latest") -> str:
        """Give one storage word, 32 bytes."""
        state, wanted = self._state(block), parse_slot(slot)
        word, _ = state.prove_slot(state.account(parse_data(account, "address", 20)), wanted)
        return data(word.to_bytes(32))

    def proof(self, account: object, slots: object, block: object = "latest") -> dict[str, object]:
        """Prove an account and some of its storage words (EIP-1186), present or absent."""
        if not isinstance(slots, list) or len(slots) > PROOF_SLOTS_MAX:
            raise InvalidParamsError(f"storage keys must be a list of at most {PROOF_SLOTS_MAX}")
        wanted = parse_data(account, "address", 20)
        state = self._state(block)
        found, proof = state.prove_account(wanted)
        return {
            "address": address(wanted),
            "balance": quantity(found.balance),
            "nonce": quantity(found.nonce),
            "codeHash": data(found.code_hash),
            "storageHash": data(found.storage_root),
            "accountProof": [data(node) for node in proof.nodes],
            "storageProof": [_slot_proof(state, found, slot) for slot in slots],
        }

    def call(self, call: object, block: object = "latest") -> str:
        """Run a call and give what it returns."""
        return data(self._caller.call(parse_call(call), self._header(block)))

    def estimate_gas(self, call: object, block: object = "latest") -> str:
        """Give gas that suffices for a call."""
        return quantity(self._caller.estimate(parse_call(call), self._header(block)))

    def _header(self, block: object) -> Header:
        return need_block(self._ledger, block)

    def _state(self, block: object) -> StateReader:
        return self._ledger.state(self._header(block))

    def _account(self, account: object, block: object) -> Account:
        wanted = parse_data(account, "address", 20)
        return self._state(block).account(wanted)


def _slot_proof(state: StateReader, account: Account, slot: object) -> dict[str, object]:
    value, proof = state.prove_slot(account, parse_slot(slot))
    # The key is echoed as it was asked, so that the caller finds it again.
    return {"key": slot, "value": quantity(value), "proof": [data(node) for node in proof.nodes]}
