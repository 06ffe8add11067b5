"""Every bound of the verifier in one place. Anything from outside has one."""

from __future__ import annotations

from typing import Final

DOCUMENT_SIZE_MAX_BYTES: Final = 256 * 1024
"""Largest passport or step document (documents.md)."""

BLOCK_SIZE_MAX_BYTES: Final = 2 * 1024 * 1024
"""Largest IPFS block any node gives out."""

ENTRIES_MAX: Final = 4_096
"""Longest history read for one item, both lanes together."""

ISSUANCES_MAX: Final = 200_000
"""Most registrations and replaced labels walked for one registry."""

CANDIDATES_MAX: Final = 8
"""Most items looked at for one commitment. More than one is already a failed `item.unique`."""

RPC_RESPONSE_MAX_BYTES: Final = 64 * 1024 * 1024
RPC_CONNECT_TIMEOUT_S: Final = 2.0
RPC_READ_TIMEOUT_S: Final = 5.0

LOG_RANGE_BLOCKS_MAX: Final = 50_000
"""First width of an eth_getLogs range; halved whenever a node says it is too much."""

CHAIN_FRESH_MIN_S: Final = -60
"""How far a block may be ahead of our clock."""

CHAIN_FRESH_MAX_S: Final = 120
"""How old the latest block may be, unless the trust file says otherwise for a slower chain."""

HAPPENED_AFTER_RECORDED_MAX_S: Final = 24 * 3600
"""A step may claim to have happened this long after it was recorded: time zones, clocks of scanners."""

HAPPENED_BACKWARDS_MAX_S: Final = 48 * 3600
"""A later step may claim to have happened this long before an earlier one: paperwork arrives out of order."""
