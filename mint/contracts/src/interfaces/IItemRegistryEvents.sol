// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice What the registry tells. The history can be replayed from these alone, no block header needed:
/// `meta` is actor 160 | kind 32 | block time 64, exactly as it was folded.
/// Standard ERC-721 and AccessControl events come beside them, one ERC-721 Transfer a piece at registration.
interface IItemRegistryEvents {
    /// @notice A batch of `count` pieces was registered; entry 1 of its history, folded into the issuance word.
    event BatchRegistered(
        uint256 indexed batchId,
        uint32 count,
        address stockAccount,
        bytes32 passports,
        bytes32 claimRoot,
        uint256 meta
    );

    /// @notice One entry joined a piece's history: a step or a status change. For a report `document` is the
    /// reason as a word.
    event StepRecorded(uint256 indexed tokenId, bytes32 document, uint256 meta);

    /// @notice One entry joined a batch's history and so counts for each of its pieces.
    event BatchStepRecorded(uint256 indexed batchId, bytes32 document, uint256 meta);

    /// @notice Entry number `entry` (from 1) of the piece was voided; `document` says why.
    event StepVoided(uint256 indexed tokenId, uint32 entry, bytes32 document, uint256 meta);

    /// @notice Entry number `entry` (from 1) of the batch was voided; `document` says why.
    event BatchStepVoided(uint256 indexed batchId, uint32 entry, bytes32 document, uint256 meta);

    /// @notice A piece changed hands, other than by claim.
    event TransferRecorded(uint256 indexed tokenId, address from, address to, uint256 meta);

    /// @notice A buyer took a piece out of stock with its claim key. Folded once, not as a transfer too.
    event Claimed(uint256 indexed tokenId, address from, address to, address claimKey, uint256 meta);

    /// @notice `claimKey` replaced whatever key was in force.
    event ClaimKeySet(uint256 indexed tokenId, address claimKey, uint256 meta);

    /// @notice A label was replaced; comes after the step's own event. `state` is the piece's word after that
    /// step, folded with `document` into the issuance word.
    event LabelReplaced(uint256 indexed tokenId, uint256 state, bytes32 document, uint256 meta);

    /// @notice `actor` may now record `kinds` (bit k is kind k) from `validFrom` until before `validUntil`.
    event ActorSet(address indexed actor, uint64 kinds, uint64 validFrom, uint64 validUntil);

    /// @notice `actor` can record nothing from `validUntil` on. What it recorded before stays valid.
    event ActorRemoved(address indexed actor, uint64 validUntil);

    /// @notice Everything `actor` recorded from `since` on is disputed.
    event ActorDisputed(address indexed actor, uint64 since);
}
