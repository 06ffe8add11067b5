// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ReportReason} from "../interfaces/ItemTypes.sol";

/// @title The EIP-712 struct hashes of everything that can be signed for a registry
/// @dev tests/vectors/eip712.json holds these and the signing side to the same bytes.
library TypedRequests {
    bytes32 private constant CLAIM = keccak256("Claim(uint256 tokenId,address to,uint256 deadline)");
    bytes32 private constant TRANSFER =
        keccak256("Transfer(uint256 tokenId,address to,uint256 expectedState,uint256 deadline)");
    bytes32 private constant REPORT =
        keccak256("Report(uint256 tokenId,uint32 kind,uint8 reason,uint256 expectedState,uint256 deadline)");
    bytes32 private constant RECORD_STEP = keccak256(
        "RecordStep(address actor,uint256 tokenId,uint32 kind,bytes32 document,uint256 expectedState,uint256 deadline)"
    );

    /// @dev Signed by the claim key.
    function claim(uint256 tokenId, address to, uint256 deadline) internal pure returns (bytes32) {
        return keccak256(abi.encode(CLAIM, tokenId, to, deadline));
    }

    /// @dev Signed by the owner.
    function transfer(uint256 tokenId, address to, uint256 expectedState, uint256 deadline)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(TRANSFER, tokenId, to, expectedState, deadline));
    }

    /// @dev Signed by the owner.
    function report(
        uint256 tokenId,
        uint32 kind,
        ReportReason reason,
        uint256 expectedState,
        uint256 deadline
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(REPORT, tokenId, kind, reason, expectedState, deadline));
    }

    /// @dev Signed by the actor.
    function recordStep(
        address actor,
        uint256 tokenId,
        uint32 kind,
        bytes32 document,
        uint256 expectedState,
        uint256 deadline
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(RECORD_STEP, actor, tokenId, kind, document, expectedState, deadline));
    }
}
