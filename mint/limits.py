"""Every bound of the write side in one place."""

from __future__ import annotations

from typing import Final

BATCH_PIECES_MAX: Final = 4_096
"""Of one registration, as the contract has it."""

PIECES_MAX: Final = 50_000
"""Of one command."""

STEPS_MAX: Final = 50_000
"""Of one command."""

STEPS_PER_TRANSACTION_MAX: Final = 100

PATH_ENTRIES_MAX: Final = 1_024
"""Entries that one voiding may have to show, as the contract has it."""

TRANSACTION_GAS_MAX: Final = 16_777_216
"""EIP-7825."""

GAS_MARGIN_PERCENT: Final = 20
"""Above the estimate: between estimate and block another entry may cost a little more."""

FEE_MAX_GWEI: Final = 200.0
FEE_BUMP_PERCENT: Final = 13
"""Nodes take a replacement from 10 % more on."""

FEE_ROOM: Final = 2
"""Times the base fee that we offer at most: it can rise by 12.5 % a block."""

FUND_WEI: Final = 10 * 10**18
"""What the embedded ledger's funder gives an account that runs low."""

REFERENCE_CHARACTERS_MAX: Final = 64
INPUT_MAX_BYTES: Final = 64 * 1024 * 1024
FILE_MAX_BYTES: Final = 256 * 1024 * 1024
"""Largest evidence file."""

CELL_CHARACTERS_MAX: Final = 20_000
FAULTS_MAX: Final = 1_000

CONFIRM_TIMEOUT_S: Final = 180.0
POLL_S: Final = 0.1
STUCK_AFTER_S: Final = 60.0
"""How long a transaction may wait before its fee is raised."""

READBACK_SAMPLE: Final = 16
"""Pieces of a large registration that are verified whole, beside its first and its last."""

STEP_READBACK_SAMPLE: Final = 4
"""The same for one transaction with many steps."""

ACTOR_VALID_DAYS: Final = 5 * 365
ADMIN_DELAY_S: Final = 2 * 24 * 3600
PERMIT_VALID_S: Final = 3600
HAPPENED_BACKWARDS_MAX_S: Final = 48 * 3600
"""As verifiers count it: a step further back than this reads as disorder."""

TAGS_MAX: Final = 50_000
"""Of one command."""

TAG_SCRYPT_COST: Final = 2**17
"""n of scrypt with r = 8 and p = 1: 128 MiB and about half a second, once for each version and process."""

TAG_SCRYPT_COST_MAX: Final = 2**20

TAGS_OF_A_PIECE_MAX: Final = 8
"""In use at once."""
