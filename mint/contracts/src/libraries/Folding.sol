// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {StepKinds} from "./StepKinds.sol";

/// @title How one word commits to a complete history
/// @dev A word is head 216 | length 32 | status 8, a meta is actor 160 | kind 32 | time 64. The same as
/// `provenance_schemas/folding.py`; tests/vectors/folding.json holds both to the same bytes.
library Folding {
    /// @dev Advances `word` by one entry. A batch entry passes its own word twice. Reverts when the length is
    /// used up, after 2^32 - 1 entries.
    function fold(uint256 word, uint256 batchWord, bytes32 digest, uint256 meta)
        internal
        pure
        returns (uint256)
    {
        uint256 head = uint256(keccak256(abi.encode(word, batchWord, digest, meta))) >> 40;
        uint256 length = length_(word) + 1; // checked in 32 bits
        return head << 40 | length << 8 | StepKinds.nextStatus(uint8(word), kindOf(meta));
    }

    /// @dev Packs who, what and now.
    function metaOf(address actor, uint32 kind) internal view returns (uint256) {
        return uint256(uint160(actor)) << 96 | uint256(kind) << 64 | uint64(block.timestamp);
    }

    /// @dev The kind within a meta.
    function kindOf(uint256 meta) internal pure returns (uint32) {
        return uint32(meta >> 64);
    }

    /// @dev The actor within a meta.
    function actorOf(uint256 meta) internal pure returns (address) {
        return address(uint160(meta >> 96));
    }

    /// @dev Number of entries folded into `word`.
    function length_(uint256 word) internal pure returns (uint32) {
        return uint32(word >> 8);
    }
}
