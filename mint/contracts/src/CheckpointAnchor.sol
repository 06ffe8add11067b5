// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICheckpointAnchor} from "./interfaces/ICheckpointAnchor.sol";

/// @title A public notebook for append-only logs
/// @notice See {ICheckpointAnchor}. Nobody owns it.
contract CheckpointAnchor is ICheckpointAnchor {
    /// @inheritdoc ICheckpointAnchor
    mapping(bytes32 key => Lane) public override lanes;

    /// @inheritdoc ICheckpointAnchor
    function anchor(bytes32 topic, bytes32 root, uint64 size) external {
        if (root == 0) revert CheckpointAnchorRootZero(topic);
        Lane storage held = lanes[_keyOf(msg.sender, topic)];
        if (size < held.size) revert CheckpointAnchorShrunk(topic, size, held.size);
        uint64 anchoredAt = uint64(block.timestamp);
        uint64 count = held.count + 1;
        bytes32 head = keccak256(abi.encode(held.head, root, size, anchoredAt));
        (held.head, held.size, held.count, held.anchoredAt) = (head, size, count, anchoredAt);
        emit Anchored(msg.sender, topic, root, size, count, anchoredAt, head);
    }

    /// @inheritdoc ICheckpointAnchor
    function lane(address publisher, bytes32 topic) external view returns (Lane memory) {
        return lanes[_keyOf(publisher, topic)];
    }

    /// @dev One lane a publisher and topic; nobody can write into another's.
    function _keyOf(address publisher, bytes32 topic) private pure returns (bytes32) {
        return keccak256(abi.encode(publisher, topic));
    }
}
