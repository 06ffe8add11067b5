"""The rules of the chain: Prague, run by py-evm, without the predeployed system contracts."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, cast

from eth.abc import BlockHeaderAPI, SignedTransactionAPI
from eth.constants import (
    POST_MERGE_DIFFICULTY,
    POST_MERGE_MIX_HASH,
    POST_MERGE_NONCE,
    ZERO_ADDRESS,
    ZERO_HASH32,
)
from eth.vm.chain_context import ChainContext
from eth.vm.forks.london.headers import calculate_expected_base_fee_per_gas
from eth.vm.forks.prague import PragueVM
from eth.vm.forks.prague.blocks import PragueBlockHeader
from eth.vm.forks.prague.state import PragueState
from eth_typing import Address, BlockNumber, Hash32

from mint.localnet.headers import Header
from mint.localnet.limits import BLOCK_GAS
from mint.localnet.nodes import NodeOverlay, NodeStore

ANCESTORS_MAX: Final = 256
"""How far back the BLOCKHASH opcode sees."""


class LedgerState(PragueState):
    """State under execution. The system contracts of other chains' consensus do not exist here."""

    def set_system_contracts(self) -> None:
        """Deploy nothing: this runs for every call, and would only look up absent accounts."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one execution did."""

    gas_used: int
    output: bytes
    error: Exception | None
    """Why it failed; its changes are undone, its gas is used."""
    logs: tuple[tuple[bytes, tuple[int, ...], bytes], ...]
    """Address, topics, data."""


class Evm:
    """Executes on top of stored state. Holds no state of its own."""

    def __init__(self, store: NodeStore, chain_id: int) -> None:
        self._store = store
        self.chain_id = chain_id

    def genesis(self, balances: dict[bytes, int], timestamp_s: int) -> tuple[Header, dict[bytes, bytes]]:
        """Make block 0 and the nodes of its state; `balances` in wei by address of 20 bytes."""
        overlay = NodeOverlay(self._store)
        bare: Header = PragueBlockHeader(difficulty=0, block_number=BlockNumber(-1), gas_limit=0, timestamp=timestamp_s)
        state = self._state(overlay, bare, ())
        for address, wei in balances.items():
            state.set_balance(Address(address), wei)
        state.persist()
        header: Header = PragueVM.create_header_from_parent(
            None,
            coinbase=ZERO_ADDRESS,
            difficulty=POST_MERGE_DIFFICULTY,
            gas_limit=BLOCK_GAS,
            mix_hash=POST_MERGE_MIX_HASH,
            nonce=POST_MERGE_NONCE,
            timestamp=timestamp_s,
            state_root=state.state_root,
            parent_beacon_block_root=ZERO_HASH32,
        )
        return header, overlay.added

    def child(self, parent: Header, timestamp_s: int) -> Header:
        """Make the header of the block after `parent`, still empty."""
        header: Header = PragueVM.create_header_from_parent(
            parent,
            coinbase=ZERO_ADDRESS,
            difficulty=POST_MERGE_DIFFICULTY,
            gas_limit=BLOCK_GAS,
            mix_hash=secrets.token_bytes(32),
            nonce=POST_MERGE_NONCE,
            timestamp=timestamp_s,
            parent_beacon_block_root=ZERO_HASH32,
        )
        return header

    def next_base_fee(self, parent: Header) -> int:
        """Compute the base fee of the block after `parent`, in wei."""
        return calculate_expected_base_fee_per_gas(cast(BlockHeaderAPI, parent))

    def open(self, header: Header, ancestors: Iterable[bytes]) -> tuple[LedgerState, NodeOverlay]:
        """Make the state to build the block of `header` on; `ancestors` are hashes, newest first."""
        overlay = NodeOverlay(self._store)
        return self._state(overlay, header, ancestors), overlay

    def open_free(self, header: Header, ancestors: Iterable[bytes]) -> LedgerState:
        """Make a state after `header` in which gas is free, for calls that never become a transaction."""
        free = header.copy(base_fee_per_gas=0)
        return self._state(NodeOverlay(self._store), free, ancestors)

    def _state(self, overlay: NodeOverlay, header: Header, ancestors: Iterable[bytes]) -> LedgerState:
        hashes = (Hash32(ancestor) for ancestor in ancestors)
        chain = ChainContext(self.chain_id)
        context = PragueVM.create_execution_context(cast(BlockHeaderAPI, header), hashes, chain)
        return LedgerState(overlay, context, Hash32(header.state_root))

    @staticmethod
    def run(state: LedgerState, transaction: object) -> Outcome:
        """Execute one transaction on `state`.

        Raises eth_utils.ValidationError when it cannot start there; then nothing changed.
        """
        signed = cast(SignedTransactionAPI, transaction)
        computation = state.apply_transaction(signed)
        return Outcome(
            gas_used=PragueVM.finalize_gas_used(signed, computation),
            output=computation.output,
            error=computation.error if computation.is_error else None,
            logs=tuple(computation.get_log_entries()),
        )
