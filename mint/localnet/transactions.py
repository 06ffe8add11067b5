"""A signed transaction from outside: decoded, and everything checked that needs no state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Protocol

from eth.constants import CREATE_CONTRACT_ADDRESS
from eth.exceptions import PyEVMError
from eth.vm.forks.prague.constants import STANDARD_TOKEN_COST, TOTAL_COST_FLOOR_PER_TOKEN
from eth.vm.forks.prague.transactions import PragueTransactionBuilder
from eth_keys.exceptions import BadSignature
from eth_utils.exceptions import ValidationError
from rlp.exceptions import RLPException

from mint.localnet.errors import RefusedError
from mint.localnet.limits import INITCODE_MAX_BYTES, TX_GAS_MAX, TX_SIZE_MAX_BYTES
from provenance_schemas.keccak import keccak256

_GAS_TX: Final = 21_000
_INITCODE_WORD_GAS: Final = 2
_TYPES: Final = frozenset({0, 1, 2})
_S_MAX: Final = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0


@dataclass(frozen=True, slots=True)
class Transaction:
    """A transaction whose form, signature and gas are right. All amounts in wei."""

    hash: bytes
    raw: bytes
    sender: bytes
    body: Any
    """The same in py-evm's form."""

    @property
    def nonce(self) -> int:
        """Position in the sender's sequence."""
        return int(self.body.nonce)

    @property
    def gas(self) -> int:
        """The most gas it may use."""
        return int(self.body.gas)

    @property
    def fee_max(self) -> int:
        """Most it pays for a unit of gas."""
        return int(self.body.max_fee_per_gas)

    @property
    def tip_max(self) -> int:
        """Most of that for the sealer."""
        return int(self.body.max_priority_fee_per_gas)

    @property
    def to(self) -> bytes | None:
        """Whom it calls; None for a deployment."""
        return None if self.body.to == CREATE_CONTRACT_ADDRESS else bytes(self.body.to)

    @property
    def type_id(self) -> int:
        """0 legacy, 1 access list, 2 dynamic fee."""
        return int(self.body.type_id or 0)

    @property
    def cost_max(self) -> int:
        """The most it can take from its sender."""
        return self.gas * self.fee_max + int(self.body.value)

    def price(self, base_fee: int) -> int:
        """Compute what it pays for a unit of gas in a block of this base fee."""
        return min(self.fee_max, base_fee + self.tip_max)


def decode_transaction(raw: bytes, chain_id: int) -> Transaction:
    """Decode and check a raw transaction from outside. Raises RefusedError."""
    if len(raw) > TX_SIZE_MAX_BYTES:
        raise RefusedError(f"oversized data: transaction size {len(raw)}, limit {TX_SIZE_MAX_BYTES}")
    if raw and raw[0] < 0x80 and raw[0] not in _TYPES:
        raise RefusedError(f"transaction type not supported: {raw[0]}")
    try:
        transaction = load_transaction(raw)
        _check_form(transaction, chain_id)
    except (RLPException, ValidationError, PyEVMError, BadSignature, ValueError, TypeError) as error:
        raise RefusedError(f"invalid transaction: {str(error)[:200]}") from error
    _check_gas(transaction)
    return transaction


def load_transaction(raw: bytes, sender: bytes | None = None) -> Transaction:
    """Decode a transaction that was accepted before; `sender` saves recovering it."""
    body = PragueTransactionBuilder.decode(raw)
    return Transaction(keccak256(raw), raw, bytes(body.sender) if sender is None else sender, body)


def _check_form(transaction: Transaction, chain_id: int) -> None:
    body = transaction.body
    if body.chain_id is None:
        raise RefusedError("only replay-protected (EIP-155) transactions allowed over RPC")
    if body.chain_id != chain_id:
        raise RefusedError(f"invalid chain id for signer: have {body.chain_id} want {chain_id}")
    if not 0 < body.s <= _S_MAX:
        raise RefusedError("invalid sender: signature s is not in the lower half")
    body.validate()
    body.check_signature_validity()
    if transaction.tip_max > transaction.fee_max:
        raise RefusedError("max priority fee per gas higher than max fee per gas")


class Weighed(Protocol):
    """What decides how much gas a transaction needs before it starts."""

    @property
    def to(self) -> bytes:
        """Empty for a deployment."""
        ...

    @property
    def data(self) -> bytes:
        """Call data, or init code."""
        ...

    @property
    def intrinsic_gas(self) -> int:
        """Gas by the rules before EIP-3860."""
        ...


def gas_min(body: Weighed) -> int:
    """Gas below which a transaction cannot start: intrinsic gas, or the data floor of EIP-7623."""
    words = (len(body.data) + 31) // 32 if body.to == CREATE_CONTRACT_ADDRESS else 0
    zeros = body.data.count(0)
    tokens = zeros + (len(body.data) - zeros) * STANDARD_TOKEN_COST
    return max(body.intrinsic_gas + words * _INITCODE_WORD_GAS, _GAS_TX + tokens * TOTAL_COST_FLOOR_PER_TOKEN)


def _check_gas(transaction: Transaction) -> None:
    if transaction.gas > TX_GAS_MAX:
        raise RefusedError(f"transaction gas limit too high (cap: {TX_GAS_MAX}, tx: {transaction.gas})")
    if transaction.to is None and len(transaction.body.data) > INITCODE_MAX_BYTES:
        size = len(transaction.body.data)
        raise RefusedError(f"max initcode size exceeded: code size {size}, limit {INITCODE_MAX_BYTES}")
    needed = gas_min(transaction.body)
    if transaction.gas < needed:
        raise RefusedError(f"intrinsic gas too low: gas {transaction.gas}, minimum needed {needed}")
