"""Running a call against stored state, without a transaction: `eth_call` and `eth_estimateGas`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, cast

from eth.abc import SignedTransactionAPI
from eth.exceptions import Revert
from eth.vm.forks.berlin.transactions import calculate_txn_intrinsic_gas_berlin
from eth_typing import Address
from eth_utils.exceptions import ValidationError

from mint.localnet.errors import InvalidParamsError, RefusedError, RevertedError
from mint.localnet.evm import Evm, Outcome
from mint.localnet.headers import Header
from mint.localnet.ledger import Ledger
from mint.localnet.limits import INITCODE_MAX_BYTES, TX_GAS_MAX
from mint.localnet.quantities import data as hex_data
from mint.localnet.quantities import parse_data, parse_quantity
from mint.localnet.transactions import gas_min

_ERROR_STRING: Final = bytes.fromhex("08c379a0")
_CALL_STIPEND: Final = 2_300
_TOLERANCE: Final = 0.015
"""An estimate is at most this far above the least gas that suffices."""

_IGNORED: Final = frozenset({"gasPrice", "maxFeePerGas", "maxPriorityFeePerGas", "nonce", "type", "chainId"})
"""A call is free and signs nothing, so these have no meaning here."""
_FIELDS: Final = frozenset({"from", "to", "gas", "value", "data", "input", "accessList"}) | _IGNORED


@dataclass(frozen=True, slots=True)
class Call:
    """A transaction nobody signed, in the shape py-evm executes. Gas costs nothing."""

    sender: bytes
    to: bytes
    """Empty for a deployment."""
    data: bytes
    value: int
    gas: int
    access_list: Sequence[tuple[bytes, Sequence[int]]] = ()
    nonce: int = 0
    gas_price: int = 0
    max_fee_per_gas: int = 0
    max_priority_fee_per_gas: int = 0
    type_id: int = 2
    s: int = 1

    @property
    def intrinsic_gas(self) -> int:
        """Gas used before the first instruction."""
        return int(calculate_txn_intrinsic_gas_berlin(cast(SignedTransactionAPI, self)))

    def validate(self) -> None:
        """Its fields were checked when it was parsed."""


def parse_call(value: object) -> Call:
    """Read a call object. Raises InvalidParamsError."""
    if not isinstance(value, dict):
        raise InvalidParamsError("a call is an object")
    unknown = sorted(value.keys() - _FIELDS)
    if unknown:
        raise InvalidParamsError(f"a call has no field {', '.join(unknown)[:80]}")
    given = {name: field for name, field in value.items() if field is not None}
    payload = parse_data(given.get("input", given.get("data", "0x")), "data")
    if "input" in given and "data" in given and parse_data(given["data"], "data") != payload:
        raise InvalidParamsError("data and input differ; give one of them")
    to = parse_data(given["to"], "to", 20) if "to" in given else b""
    if not to and len(payload) > INITCODE_MAX_BYTES:
        raise InvalidParamsError(f"init code is at most {INITCODE_MAX_BYTES} bytes, got {len(payload)}")
    return Call(
        sender=parse_data(given.get("from", "0x" + "00" * 20), "from", 20),
        to=to,
        data=payload,
        value=parse_quantity(given.get("value", "0x0"), "value"),
        gas=min(parse_quantity(given.get("gas", hex(TX_GAS_MAX)), "gas"), TX_GAS_MAX),
        access_list=_parse_access_list(given.get("accessList", [])),
    )


def _parse_access_list(value: object) -> Sequence[tuple[bytes, Sequence[int]]]:
    if not isinstance(value, list):
        raise InvalidParamsError("accessList is a list")
    entries = []
    for entry in value:
        if not isinstance(entry, dict) or not isinstance(entry.get("storageKeys"), list):
            raise InvalidParamsError("an accessList entry has address and storageKeys")
        keys = [int.from_bytes(parse_data(key, "storage key", 32)) for key in entry["storageKeys"]]
        entries.append((parse_data(entry.get("address"), "address", 20), keys))
    return tuple(entries)


def revert_reason(output: bytes) -> str:
    """Read the text of a Solidity `Error(string)`; empty for any other revert data."""
    length = int.from_bytes(output[36:68])
    if output[:4] != _ERROR_STRING or len(output) < 68 + length:
        return ""
    return output[68 : 68 + length].decode(errors="replace")


class Caller:
    """Runs calls in the context of a sealed block, on the state after it."""

    def __init__(self, ledger: Ledger, evm: Evm) -> None:
        self._ledger = ledger
        self._evm = evm

    def call(self, call: Call, header: Header) -> bytes:
        """Run a call and give what it returns. Raises RevertedError or RefusedError."""
        outcome = self._run(call, header)
        _raise_failure(outcome)
        return outcome.output

    def estimate(self, call: Call, header: Header) -> int:
        """Find gas that suffices: the least, or at most 1.5 % more.

        1. Run with all the gas there is; a call that fails with that fails always.
        2. Try the gas it used: less cannot suffice.
        3. Try that plus what one level of calls must hold back.
        4. Halve the rest until it is close enough. Source: go-ethereum, eth/gasestimator.
        """
        outcome = self._run(call, header)
        _raise_failure(outcome)
        low, high = outcome.gas_used, call.gas
        if self._suffices(call, header, low):
            return low
        likely = (outcome.gas_used + _CALL_STIPEND) * 64 // 63
        if likely < high:
            low, high = (low, likely) if self._suffices(call, header, likely) else (likely, high)
        while low + 1 < high and (high - low) / high > _TOLERANCE:
            middle = min((low + high) // 2, low * 2 + 1)
            low, high = (low, middle) if self._suffices(call, header, middle) else (middle, high)
        return high

    def _suffices(self, call: Call, header: Header, gas: int) -> bool:
        if gas < gas_min(call):
            return False
        return self._run(replace(call, gas=gas), header).error is None

    def _run(self, call: Call, header: Header) -> Outcome:
        needed = gas_min(call)
        if call.gas < needed:
            raise RefusedError(f"intrinsic gas too low: gas {call.gas}, minimum needed {needed}")
        state = self._evm.open_free(header, self._ledger.ancestors(int(header.block_number)))
        balance = state.get_balance(Address(call.sender))
        if balance < call.value:
            raise RefusedError(f"insufficient funds for transfer: balance {balance}, value {call.value}")
        try:
            return self._evm.run(state, replace(call, nonce=state.get_nonce(Address(call.sender))))
        except (ValidationError, RecursionError) as error:
            raise RefusedError(f"the call cannot be run: {str(error)[:200]}") from error


def _raise_failure(outcome: Outcome) -> None:
    if isinstance(outcome.error, Revert):
        reason = revert_reason(outcome.output)
        raise RevertedError(f"execution reverted{': ' if reason else ''}{reason}", hex_data(outcome.output))
    if outcome.error is not None:
        raise RefusedError(f"{type(outcome.error).__name__}: {str(outcome.error)[:200]}".rstrip(": "))
