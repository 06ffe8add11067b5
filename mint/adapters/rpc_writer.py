"""LedgerWriter over any EVM node: web3 builds, encodes and sends; a lean client watches for receipts."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import cache
from importlib import resources
from typing import Any, Final, TypeVar, cast

import requests
from eth_abi.abi import decode as abi_decode
from eth_abi.exceptions import DecodingError
from eth_typing import ChecksumAddress
from web3 import HTTPProvider, Web3
from web3.contract import Contract
from web3.exceptions import ContractLogicError, Web3Exception, Web3RPCError

from mint.errors import LedgerUnavailableError, RefusedError
from mint.ports import Fees, Receipt
from mint.refusals import advice_for
from provenance_schemas.ids import Address, parse_address
from provenance_schemas.keccak import keccak256
from verifier.adapters.rpc_client import RpcClient
from verifier.errors import ChainUnavailableError

_TIMEOUT_S: Final = 15.0
_RECEIPTS_A_TRIP: Final = 200
_TIP_WEI_MAX: Final = 3 * 10**9
_SEEN_BEFORE: Final = ("already known", "nonce too low", "known transaction", "already imported", "nonce is too low")
_CONTRACTS: Final = ("ItemRegistry", "StockAccount", "CheckpointAnchor")
_Answer = TypeVar("_Answer")


@cache
def artifact(contract: str) -> dict[str, Any]:
    """Give a committed build artifact: abi, bytecode, deployedBytecode, immutableReferences. Never change it."""
    text = resources.files("provenance_schemas").joinpath("abi", f"{contract}.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


@cache
def _contract_errors() -> dict[bytes, tuple[str, tuple[str, ...]]]:
    """Map the selector of every error our contracts can raise to its name and argument types."""
    found: dict[bytes, tuple[str, tuple[str, ...]]] = {}
    for contract in _CONTRACTS:
        for entry in artifact(contract)["abi"]:
            if entry["type"] == "error":
                types = tuple(str(argument["type"]) for argument in entry["inputs"])
                found[keccak256(f"{entry['name']}({','.join(types)})".encode())[:4]] = (entry["name"], types)
    return found


def refusal_of(revert: bytes) -> RefusedError:
    """Read what a revert returned, as the error our contracts named."""
    known = _contract_errors().get(revert[:4])
    if known is None:
        return RefusedError(f"reverted with 0x{revert[:68].hex()}" if revert else "reverted without a reason")
    name, types = known
    try:
        decoded = tuple(zip(types, abi_decode(types, revert[4:]), strict=True))
    except DecodingError:
        return RefusedError(name)
    arguments = tuple(parse_address(value) if kind == "address" else value for kind, value in decoded)
    return RefusedError(name, arguments, advice_for(name, arguments))


class RpcWriter:
    """One node, by URL. Safe to use from several threads."""

    def __init__(self, url: str) -> None:
        self._reader = RpcClient(url, read_timeout_s=_TIMEOUT_S)
        self._web3 = Web3(HTTPProvider(url, request_kwargs={"timeout": _TIMEOUT_S}))

    def chain_id(self) -> int:
        """Give the chain's id."""
        return int(self._ask("eth_chainId"), 16)

    def fees(self) -> Fees:
        """Read the newest block's base fee, and the tip that the node suggests, at most 3 gwei."""
        block = self._ask("eth_getBlockByNumber", "latest", False)
        tip = int(self._ask("eth_maxPriorityFeePerGas"), 16)
        return Fees(int(block.get("baseFeePerGas", "0x0"), 16), min(tip, _TIP_WEI_MAX))

    def balance(self, account: Address) -> int:
        """Give an account's coins, in wei."""
        return int(self._ask("eth_getBalance", account, "latest"), 16)

    def nonce(self, account: Address, *, final: bool = False) -> int:
        """Count an account's mined transactions."""
        return int(self._ask("eth_getTransactionCount", account, "finalized" if final else "latest"), 16)

    def code(self, account: Address) -> bytes:
        """Give a contract's code."""
        return bytes.fromhex(self._ask("eth_getCode", account, "latest")[2:])

    def call(self, contract: str, address: Address, function: str, arguments: Sequence[object]) -> Any:
        """Ask a view of a contract."""
        bound = self._contract(contract, address)
        return self._web3_answer(lambda: bound.get_function_by_name(function)(*arguments).call())

    def encode(self, contract: str, function: str, arguments: Sequence[object]) -> bytes:
        """Build the calldata of a call."""
        return bytes.fromhex(self._contract(contract, None).encode_abi(function, args=list(arguments))[2:])

    def encode_deployment(self, contract: str, arguments: Sequence[object]) -> bytes:
        """Build the calldata that deploys a contract."""
        built = self._web3.eth.contract(abi=artifact(contract)["abi"], bytecode=artifact(contract)["bytecode"])
        return bytes.fromhex(built.constructor(*arguments).data_in_transaction[2:])

    def estimate_gas(self, sender: Address, to: Address | None, calldata: bytes, value_wei: int) -> int:
        """Try a call on the newest state and give the gas it needs."""
        fields: dict[str, Any] = {"from": sender, "data": "0x" + calldata.hex(), "value": value_wei}
        if to is not None:
            fields["to"] = to
        return int(self._web3_answer(lambda: self._web3.eth.estimate_gas(fields)))  # type: ignore[arg-type]

    def send(self, raw: bytes) -> bool:
        """Hand a transaction in; web3 may send it twice, so "known" and "nonce used" mean: look for the receipt."""
        try:
            self._web3_answer(lambda: self._web3.eth.send_raw_transaction(raw))
        except RefusedError as error:
            if any(words in error.error.lower() for words in _SEEN_BEFORE):
                return False
            raise
        return True

    def receipts(self, hashes: Sequence[bytes]) -> list[Receipt | None]:
        """Look up receipts, many in one round trip."""
        found: list[Receipt | None] = []
        for start in range(0, len(hashes), _RECEIPTS_A_TRIP):
            part = hashes[start : start + _RECEIPTS_A_TRIP]
            calls: list[tuple[str, list[Any]]] = [("eth_getTransactionReceipt", ["0x" + one.hex()]) for one in part]
            try:
                found += [None if answer is None else _receipt(answer) for answer in self._reader.batch(calls)]
            except ChainUnavailableError as error:
                raise LedgerUnavailableError(str(error)) from error
        return found

    def final_number(self) -> int:
        """Give the number of the newest final block."""
        return int(self._ask("eth_getBlockByNumber", "finalized", False)["number"], 16)

    def latest_time_s(self) -> int:
        """Give the newest block's time."""
        return int(self._ask("eth_getBlockByNumber", "latest", False)["timestamp"], 16)

    def _contract(self, contract: str, address: Address | None) -> Contract | type[Contract]:
        abi = artifact(contract)["abi"]
        if address is None:
            return self._web3.eth.contract(abi=abi)
        return self._web3.eth.contract(cast("ChecksumAddress", address), abi=abi)

    def _ask(self, method: str, *params: Any) -> Any:
        try:
            answer = self._reader.call(method, *params)
        except ChainUnavailableError as error:
            raise LedgerUnavailableError(str(error)) from error
        if answer is None:
            raise LedgerUnavailableError(f"the node gave nothing for {method}")
        return answer

    def _web3_answer(self, ask: Callable[[], _Answer]) -> _Answer:
        """Run one web3 call; its errors become ours."""
        try:
            return ask()
        except ContractLogicError as error:
            revert = error.data if isinstance(error.data, str) else ""
            if revert.startswith("0x") and len(revert) > 2:
                raise refusal_of(bytes.fromhex(revert[2:])) from error
            raise RefusedError(str(error.message or "reverted without a reason")) from error
        except Web3RPCError as error:
            raise RefusedError(_rpc_message(error)) from error
        except (Web3Exception, requests.RequestException, ValueError, OSError) as error:
            raise LedgerUnavailableError(f"{self._reader.url}: no usable answer ({type(error).__name__})") from error


def _rpc_message(error: Web3RPCError) -> str:
    answer: Any = error.rpc_response or {}
    said = answer.get("error") if isinstance(answer, dict) else None
    return str(said.get("message"))[:300] if isinstance(said, dict) else str(error)[:300]


def _receipt(answer: dict[str, Any]) -> Receipt:
    try:
        contract = answer.get("contractAddress")
        return Receipt(
            hash=bytes.fromhex(answer["transactionHash"][2:]),
            succeeded=int(answer["status"], 16) == 1,
            block_number=int(answer["blockNumber"], 16),
            block_hash=bytes.fromhex(answer["blockHash"][2:]),
            gas_used=int(answer["gasUsed"], 16),
            contract=parse_address(contract) if contract else None,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise LedgerUnavailableError(f"the node gave a malformed receipt ({error})") from error
