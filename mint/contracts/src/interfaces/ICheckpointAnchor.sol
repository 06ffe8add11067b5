// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title A public notebook for append-only logs
/// @notice Anyone may publish; a lane belongs to one publisher and one topic. What was anchored stays anchored.
/// `head' = keccak256(abi.encode(head, root, size, anchoredAt))`, from zero.
interface ICheckpointAnchor {
    /// @notice The newest checkpoint of one lane.
    /// @param head Chained over every checkpoint of the lane
    /// @param size Entries of the log at the newest checkpoint
    /// @param count Checkpoints so far
    /// @param anchoredAt Block time of the newest, Unix seconds
    struct Lane {
        bytes32 head;
        uint64 size;
        uint64 count;
        uint64 anchoredAt;
    }

    /// @notice Checkpoint number `count` (from 1) joined the lane of `publisher` and `topic`.
    event Anchored(
        address indexed publisher,
        bytes32 indexed topic,
        bytes32 root,
        uint64 size,
        uint64 count,
        uint64 anchoredAt,
        bytes32 head
    );

    /// @notice Thrown when a log is said to be shorter than it was. Append-only logs never shrink.
    error CheckpointAnchorShrunk(bytes32 topic, uint64 size, uint64 sizeBefore);

    /// @notice Thrown when the root is zero.
    error CheckpointAnchorRootZero(bytes32 topic);

    /// @notice Publishes the root of the caller's log at `size` entries.
    /// @param topic Name of the log, the publisher's own choice
    function anchor(bytes32 topic, bytes32 root, uint64 size) external;

    /// @notice The lane of one publisher and topic; all zero before the first checkpoint.
    function lane(address publisher, bytes32 topic) external view returns (Lane memory);

    /// @notice The lane under `key`, keccak256(abi.encode(publisher, topic)).
    function lanes(bytes32 key)
        external
        view
        returns (bytes32 head, uint64 size, uint64 count, uint64 anchoredAt);
}
