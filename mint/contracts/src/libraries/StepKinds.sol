// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The kinds of entry in a history, and what each does to the status byte
/// @dev Append only, and the same as `provenance_schemas/step_kinds.py`: the codes are folded into every history.
library StepKinds {
    uint32 internal constant SOLD = 7;
    uint32 internal constant LABEL_REPLACED = 10;
    uint32 internal constant RECALLED = 11;
    uint32 internal constant RETIRED = 12;
    uint32 internal constant RETURNED = 13;
    uint32 internal constant REPORTED_STOLEN = 20;
    uint32 internal constant REPORTED_LOST = 21;
    uint32 internal constant REPORT_WITHDRAWN = 22;
    uint32 internal constant REVOKED = 23;
    uint32 internal constant VOIDED = 24;
    uint32 internal constant REGISTERED = 64;
    uint32 internal constant TRANSFERRED = 65;
    uint32 internal constant CLAIMED = 66;
    uint32 internal constant CLAIM_KEY_SET = 67;

    uint8 internal constant IS_STOLEN = 1;
    uint8 internal constant IS_LOST = 2;
    uint8 internal constant IS_REVOKED = 4;
    uint8 internal constant IS_RECALLED = 8;
    uint8 internal constant IS_RETIRED = 16;
    uint8 internal constant IS_SOLD = 32;
    uint8 internal constant IS_CLAIMED = 64;

    /// @dev Bit k is kind k. Kinds 1 to 5 are sourced, manufactured, inspected, shipped, received; 6
    /// customs_cleared, 8 serviced, 9 authenticated.
    uint64 internal constant RECORDABLE = 0x27fe; // 1 to 10, 13
    uint64 internal constant BATCH_RECORDABLE = 0x083e; // 1 to 5, 11
    uint64 internal constant GRANTABLE = RECORDABLE | BATCH_RECORDABLE;
    /// @dev Steps that moved nothing but the head: no status bit, no owner, no label.
    uint64 internal constant VOIDABLE = 0x037e; // 1 to 6, 8, 9

    /// @dev Kinds below this have a byte in each of the two tables: byte k holds the bits that kind k moves.
    uint32 private constant TABLED = 32;
    uint256 private constant SET_BY_STEPS = uint256(IS_SOLD) << 8 * SOLD | uint256(IS_RECALLED)
        << 8 * RECALLED | uint256(IS_RETIRED) << 8 * RETIRED;
    uint256 private constant SET_BY_REPORTS = uint256(IS_STOLEN) << 8 * REPORTED_STOLEN | uint256(IS_LOST)
        << 8 * REPORTED_LOST | uint256(IS_REVOKED) << 8 * REVOKED;
    uint256 private constant SET = SET_BY_STEPS | SET_BY_REPORTS;
    uint256 private constant CLEARED =
        uint256(IS_SOLD) << 8 * RETURNED | uint256(IS_STOLEN | IS_LOST) << 8 * REPORT_WITHDRAWN;

    /// @dev Says whether `kind` is in the set `kinds`; false from 64 on.
    function isIn(uint32 kind, uint64 kinds) internal pure returns (bool) {
        return (kinds >> kind) & 1 != 0;
    }

    /// @dev The status byte after one entry. Kinds not named here or in the two tables change nothing.
    function nextStatus(uint8 status, uint32 kind) internal pure returns (uint8) {
        if (kind < TABLED) return status & ~uint8(CLEARED >> 8 * kind) | uint8(SET >> 8 * kind);
        if (kind == CLAIMED) return status | IS_CLAIMED;
        if (kind == CLAIM_KEY_SET) return status & ~IS_CLAIMED;
        return status;
    }
}
