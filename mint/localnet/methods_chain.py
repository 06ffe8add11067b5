"""JSON-RPC methods about the chain itself, its fees, and sending transactions."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from typing import Final

from mint.localnet.blocks import need_block
from mint.localnet.database import Database
from mint.localnet.errors import InvalidParamsError, RefusedError
from mint.localnet.evm import Evm
from mint.localnet.headers import Header
from mint.localnet.ledger import Ledger
from mint.localnet.limits import FEE_HISTORY_BLOCKS_MAX, FEE_HISTORY_PERCENTILES_MAX
from mint.localnet.pool import Pool
from mint.localnet.quantities import data, parse_data, parse_quantity, quantity
from mint.localnet.rpc import Methods
from mint.localnet.transactions import decode_transaction

TIP_WEI: Final = 10**9
"""Suggested tip. Nobody competes here; it leaves room to replace a transaction by 10 %."""

CLIENT_VERSION: Final = "assay-localnet/1/py-evm/prague"


class ChainMethods:
    """Answers about the chain; takes transactions in."""

    def __init__(
        self,
        database: Database,
        ledger: Ledger,
        pool: Pool,
        evm: Evm,
        on_accepted: Callable[[], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._ledger = ledger
        self._pool = pool
        self._evm = evm
        self._on_accepted = on_accepted
        self._clock = clock

    def table(self) -> Methods:
        """Name the methods."""
        return {
            "web3_clientVersion": lambda: CLIENT_VERSION,
            "net_version": lambda: str(self._evm.chain_id),
            "eth_chainId": lambda: quantity(self._evm.chain_id),
            "eth_syncing": lambda: False,
            "eth_gasPrice": self.gas_price,
            "eth_maxPriorityFeePerGas": lambda: quantity(TIP_WEI),
            "eth_feeHistory": self.fee_history,
            "eth_sendRawTransaction": self.send_raw_transaction,
        }

    def gas_price(self) -> str:
        """Suggest a price for a legacy transaction, in wei."""
        return quantity(self._evm.next_base_fee(self._ledger.head) + TIP_WEI)

    def send_raw_transaction(self, raw: object) -> str:
        """Accept a signed transaction and give its hash. The hash is a promise: it will be tried in a block.

        Raises RefusedError; then nothing was kept.
        """
        transaction = decode_transaction(parse_data(raw, "transaction"), self._evm.chain_id)
        try:
            with self._database.lock:
                if self._ledger.transaction(transaction.hash) is not None:
                    raise RefusedError("already known")
                account = self._ledger.state(self._ledger.head).account(transaction.sender)
                self._pool.accept(transaction, account, int(self._clock()))
        except (sqlite3.Error, OSError) as error:
            raise RefusedError(f"not accepted, the disk refused it: {error}") from error
        self._on_accepted()
        return data(transaction.hash)

    def fee_history(self, count: object, newest: object, percentiles: object = None) -> dict[str, object]:
        """Show base fees, fullness and paid tips of up to 1,024 blocks."""
        wanted = count if isinstance(count, int) else parse_quantity(count, "block count")
        if not 1 <= wanted <= FEE_HISTORY_BLOCKS_MAX:
            raise InvalidParamsError(f"block count is 1 to {FEE_HISTORY_BLOCKS_MAX}, got {wanted}")
        points = _parse_percentiles([] if percentiles is None else percentiles)
        last = need_block(self._ledger, newest)
        first = max(0, int(last.block_number) - wanted + 1)
        headers = [self._ledger.header(number) or last for number in range(first, int(last.block_number) + 1)]
        shown: dict[str, object] = {
            "oldestBlock": quantity(first),
            "baseFeePerGas": [
                *(quantity(header.base_fee_per_gas) for header in headers),
                quantity(self._evm.next_base_fee(last)),
            ],
            "gasUsedRatio": [header.gas_used / header.gas_limit for header in headers],
        }
        if points:
            shown["reward"] = [self._rewards(header, points) for header in headers]
        return shown

    def _rewards(self, header: Header, percentiles: list[float]) -> list[str]:
        """Tips paid in a block, at percentiles of its gas."""
        base_fee = int(header.base_fee_per_gas)
        paid = sorted(
            (one.gas_price - base_fee, one.gas_used) for one in self._ledger.transactions(header.block_number)
        )
        rewards, position, gas = [], 0, paid[0][1] if paid else 0
        for percentile in percentiles:
            while paid and position < len(paid) - 1 and gas < header.gas_used * percentile / 100:
                position += 1
                gas += paid[position][1]
            rewards.append(quantity(paid[position][0] if paid else 0))
        return rewards


def _parse_percentiles(value: object) -> list[float]:
    if not isinstance(value, list) or len(value) > FEE_HISTORY_PERCENTILES_MAX:
        raise InvalidParamsError(f"percentiles must be a list of at most {FEE_HISTORY_PERCENTILES_MAX}")
    for one in value:
        if isinstance(one, bool) or not isinstance(one, int | float) or not 0 <= one <= 100:
            raise InvalidParamsError(f"a percentile is a number from 0 to 100, got {str(one)[:40]}")
    if value != sorted(value):
        raise InvalidParamsError("percentiles must rise")
    return [float(one) for one in value]
