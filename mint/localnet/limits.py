"""Every limit of the node in one place. Nothing that comes from outside is unbounded."""

from __future__ import annotations

from typing import Final

TX_GAS_MAX: Final = 16_777_216
"""EIP-7825. Also the most gas a call or an estimate may use: nothing larger could be sent."""

BLOCK_GAS: Final = 60_000_000
TX_SIZE_MAX_BYTES: Final = 128 * 1024
INITCODE_MAX_BYTES: Final = 49_152
"""EIP-3860."""

POOL_TXS_MAX: Final = 10_000
POOL_SIZE_MAX_BYTES: Final = 64 * 1024 * 1024
NONCE_AHEAD_MAX: Final = 4_096
"""How far beyond its account's nonce a transaction may be queued."""

DROPPED_KEPT_MAX: Final = 10_000
REPLACEMENT_BUMP_PERCENT: Final = 10

BLOCK_TIME_MIN_S: Final = 1.0
BLOCK_TIME_MAX_S: Final = 60.0
EMPTY_BLOCK_S: Final = 60.0
"""An idle chain seals an empty block this often, so that its head stays fresh."""

SEAL_BUDGET_S: Final = 2.0
"""A block takes no further transaction once it has executed this long; the rest wait for the next."""

RETRY_S: Final = 1.0
"""Pause after a block that could not be written."""

BODY_MAX_BYTES: Final = 8 * 1024 * 1024
RESPONSE_MAX_BYTES: Final = 32 * 1024 * 1024
BATCH_MAX: Final = 500
DEPTH_MAX: Final = 64
"""Nesting of a request. The EVM raises Python's own recursion limit beyond what the JSON parser survives."""

CONNECTIONS_MAX: Final = 128
IDLE_MAX_S: Final = 60.0
LOGS_MAX: Final = 20_000
FILTER_TERMS_MAX: Final = 1_000
PROOF_SLOTS_MAX: Final = 1_024
FEE_HISTORY_BLOCKS_MAX: Final = 1_024
FEE_HISTORY_PERCENTILES_MAX: Final = 100

NODES_CACHED_MAX: Final = 32_768
HEADERS_CACHED_MAX: Final = 1_024
READERS_IDLE_MAX: Final = 16
