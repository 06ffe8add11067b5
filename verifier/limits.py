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
"""Most items kept for one commitment, undisputed ones first. More than one of those is a failed `item.unique`."""

UNREAD_FAILURES_MAX: Final = 4
"""Most commitment files waited for in vain in one look-up; the others are asked for next time."""

UNREAD_RETRY_S: Final = 5.0
"""Pause before commitment files that could not be had are asked for again."""

RPC_RESPONSE_MAX_BYTES: Final = 64 * 1024 * 1024
RPC_DEPTH_MAX: Final = 64
"""Most arrays and objects inside each other in a node's answer; ours nest less than ten deep."""

RPC_CONNECT_TIMEOUT_S: Final = 2.0
RPC_READ_TIMEOUT_S: Final = 5.0

RPC_TOTAL_TIMEOUT_S: Final = 30.0
"""Longest a node may take for one whole answer, however steadily it drips."""

QUORUM_NODES_MAX: Final = 9
"""Most nodes asked side by side for one answer."""

QUORUM_ROUND_MAX_S: Final = 6.0
"""Longest wait for the nodes that have not answered yet, for one question to all of them."""

QUORUM_GRACE_S: Final = 0.5
"""Once as many nodes answered as must agree, the others get this much longer; a slow one holds nothing up."""

QUORUM_WAITING_MAX: Final = 4
"""Most questions one node may still be thinking about; more are not put to it."""

LOG_RANGE_BLOCKS_MAX: Final = 50_000
"""First width of an eth_getLogs range; halved whenever a node says it is too much."""

LOG_REQUESTS_MAX: Final = 5_000
"""Most eth_getLogs requests for one walk."""

CHAIN_FRESH_MIN_S: Final = -60
"""How far a block may be ahead of our clock."""

CHAIN_FRESH_MAX_S: Final = 120
"""How old the latest block may be, unless the trust file says otherwise for a slower chain."""

CHAIN_FINAL_LAG_MAX_S: Final = 7_200
"""How far the final block may be behind the latest. A node that picks its own old block hides what came since."""

HAPPENED_AFTER_RECORDED_MAX_S: Final = 24 * 3600
"""A step may claim to have happened this long after it was recorded: time zones, clocks of scanners."""

HAPPENED_BACKWARDS_MAX_S: Final = 48 * 3600
"""A later step may claim to have happened this long before an earlier one: paperwork arrives out of order."""

SCAN_COUNT_DAYS: Final = 30
"""How far back checks of a label are counted; what a scan log knows of networks is forgotten after that."""

SCAN_PATTERN_DAYS: Final = 7
"""How far back a pattern counts: copies in circulation are seen every week, and a false alarm ends after one."""

SCAN_NETWORKS_A_DAY_MAX: Final = 24
"""Most networks from which one piece may be looked at in a day before that is unusual.

A piece that changes hands is looked at by a family, a shop and an expert: a handful of networks, some more while a
phone moves. One flat or one shop is one network, however often it looks, so that nobody alone raises the alarm.
"""

SCAN_TRAVEL_NETWORKS_MIN: Final = 2
"""How many networks on each side it takes for impossible travel. A traveller's own tunnel is one network abroad."""

SCAN_SIGHTINGS_MAX: Final = 512
"""Most sightings of one label that are looked at; the newest count. Far over what is unusual already."""

FETCHES_MAX: Final = 8
"""Documents fetched side by side for one question: gateways are far away, and sockets are few."""

CHECKPOINT_SIZE_MAX_BYTES: Final = 8 * 1024
"""Largest file of one signed checkpoint; an honest one has a tenth of that."""

DESCENT_HEADERS_MAX: Final = 4_096
"""Most headers walked back in one go, from a new final block to one seen before; then the next question goes on."""

DESCENT_HEADERS_A_TRIP: Final = 100
"""Headers asked for in one round trip; a block of a busy chain names hundreds of transactions beside its header."""

TRAIL_BLOCKS_MAX: Final = 256
"""Blocks behind the last one seen whose hashes are remembered: nodes behind one address are seconds apart."""

TRUST_SIZE_MAX_BYTES: Final = 256 * 1024
"""Largest signed trust file."""

TRUST_STEPS_MAX: Final = 256
"""Most versions of a signed trust file walked through in one update; the next update goes on from there."""
